//! Who is asked by a claim's notices, for its view: as they were asked, or as the first notice would ask them.

use std::collections::{BTreeMap, BTreeSet};

use domain::claim::{Claim, Instant};
use domain::decide::select_first_list;
use domain::directory::{Tenant, TenantContact};
use domain::ids::NoticeNo;
use domain::recipient::{RecipientList, RecipientNo, Recipients, Reports};
use web::views::ShownRecipients;

/// The recipients of a claim, as far as they are known.
#[derive(Debug)]
pub(crate) struct KnownRecipients {
    list: RecipientList,
    /// `None` before the first notice.
    reports: Option<Reports>,
    /// Since when the directory has their addresses as verified.
    verified_since: BTreeMap<RecipientNo, Instant>,
}

impl KnownRecipients {
    /// Those that were asked.
    pub(crate) fn from_asked(recipients: Recipients) -> Self {
        let Recipients { list, reports } = recipients;
        Self { list, reports: Some(reports), verified_since: BTreeMap::new() }
    }

    /// Those whom the first notice would ask; nobody where no delivery could open a window.
    fn from_planned(list: Option<RecipientList>) -> Self {
        let nobody = || RecipientList {
            notice: NoticeNo::default(),
            told_until: None,
            resent_at: None,
            recipients: Vec::new(),
            acted: BTreeSet::new(),
        };
        let list = list.unwrap_or_else(nobody);
        Self { list, reports: None, verified_since: BTreeMap::new() }
    }

    /// Those that operator staff see: who was asked, and from the submission to the first notice who would be.
    pub(crate) fn for_staff(
        claim: &Claim,
        asked: Option<Recipients>,
        tenant: Option<&Tenant>,
        at: Instant,
    ) -> Option<Self> {
        let planned = claim.notice == NoticeNo::default() && claim.state.is_open();
        if asked.is_none() && !planned {
            return None;
        }
        let known = if let Some(asked) = asked {
            Self::from_asked(asked)
        } else {
            let of_tenant = |tenant| select_first_list(claim, tenant, at);
            Self::from_planned(tenant.and_then(of_tenant))
        };
        Some(known.verified_at(tenant))
    }

    /// The same with since when the directory has each address as verified.
    fn verified_at(mut self, tenant: Option<&Tenant>) -> Self {
        let contacts = tenant.map(|tenant| tenant.contacts.as_slice()).unwrap_or_default();
        for own in &self.list.recipients {
            let same = |contact: &&TenantContact| contact.email.same_mailbox(own.email.as_str());
            let since = contacts.iter().find(same).and_then(|contact| contact.verified_since);
            self.verified_since.extend(since.map(|since| (own.no, since)));
        }
        self
    }

    /// How many mailboxes answered automatically.
    pub(crate) fn unattended_count(&self) -> usize {
        self.reports.as_ref().map_or(0, Reports::unattended_count)
    }

    /// The same, to be shown.
    pub(crate) fn to_shown(&self) -> ShownRecipients<'_> {
        ShownRecipients {
            list: &self.list,
            reports: self.reports.as_ref(),
            verified_since: &self.verified_since,
        }
    }
}
