//! Who gets a notice.

use std::collections::BTreeSet;

use chrono::Duration;

use crate::claim::{Claim, CustomerContact, Details};
use crate::directory::{Grant, Tenant};
use crate::ids::{NoticeNo, StaffId};
use crate::recipient::{
    Authority, MAX_RECIPIENTS, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients,
};
use crate::rules::MAX_RULE_CONTACTS;
use crate::text::{Email, Name};
use crate::time::Instant;

/// How many verified contacts of the directory are asked beside everybody else.
const VERIFIED_BESIDE: usize = 2;

/// For how long what a member of staff gave an address needs another person.
const TWO_PEOPLE_DAYS: i64 = 7;

/// Whether an address was given what it may do within the days before `at` in which that needs another person.
pub(crate) fn is_recent_grant(grant: &Grant, at: Instant) -> bool {
    grant.since > at - Duration::days(TWO_PEOPLE_DAYS)
}

/// What a new notice takes a missing report for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingReport {
    /// It may still come: the recipient is asked again.
    MayArrive,
    /// The time for it has passed: the recipient is not asked again.
    Failed,
}

/// What the list of a notice is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecipientSelection<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) details: &'a Details,
    /// The claim's recipients so far; `None` before its first notice, and where an earlier form of the rules
    /// kept none.
    pub(crate) before: Option<&'a Recipients>,
    /// The latest end of a window that was told.
    pub(crate) told_until: Option<Instant>,
    /// Whether the contact in reserve is asked with everybody else, since the window is too short to wait.
    pub(crate) reserve_at_once: bool,
    /// The member of staff who makes the list, where that counts as having acted on the claim.
    pub(crate) acting: Option<&'a StaffId>,
    pub(crate) at: Instant,
}

/// Somebody who may be asked.
struct Candidate<'a> {
    name: &'a Name,
    email: &'a Email,
    authority: Authority,
    standing: RecipientStanding,
}

impl<'a> RecipientSelection<'a> {
    /// The list of the notice `no`; `None` where the numbers are used up, or nobody is on it whose delivery
    /// could open a window.
    pub(crate) fn to_list(self, no: NoticeNo, staff: Option<&StaffId>) -> Option<RecipientList> {
        self.list_after(MissingReport::MayArrive, no).map(|list| list.with_actor(staff))
    }

    /// The same where the notice before reached nobody, made by the system.
    pub(crate) fn list_after(
        self,
        missing_report: MissingReport,
        no: NoticeNo,
    ) -> Option<RecipientList> {
        self.list_beside(self.known_recipients(missing_report == MissingReport::Failed), no)
    }

    fn list_beside(self, known: Vec<Recipient>, no: NoticeNo) -> Option<RecipientList> {
        let mut recipients = known;
        for candidate in self.list_candidates(&recipients) {
            add_candidate(&mut recipients, &candidate, self.at)?;
        }
        let told_before = self.before.and_then(|before| before.list.told_until);
        let acted = self.before.map(|before| before.list.acted.clone()).unwrap_or_default();
        let told_until = told_before.max(self.told_until);
        let resent_at = self.before.and_then(|before| before.list.resent_at);
        let list = RecipientList { notice: no, told_until, resent_at, recipients, acted };
        let can_open = list
            .recipients
            .iter()
            .any(|own| own.may_open() && own.standing == RecipientStanding::Asked);
        can_open.then_some(list)
    }

    /// Everybody who was asked before, with nobody asked by this notice yet.
    fn known_recipients(self, reached_nobody: bool) -> Vec<Recipient> {
        let standings = |before: &Recipients| before.closed_standings(reached_nobody, self.at);
        self.before.map(standings).unwrap_or_default()
    }

    /// Whom the rules name, each once, in the order in which they are asked.
    fn list_candidates(self, known: &[Recipient]) -> Vec<Candidate<'a>> {
        let may_be_asked = |email: &Email| {
            if self.is_barred(email) {
                return false;
            }
            let known = known.iter().find(|own| own.email.same_mailbox(email.as_str()));
            known.is_none_or(|own| own.standing.may_be_asked())
        };
        let mut chosen: Vec<Candidate<'a>> = Vec::new();
        let asked = |name, email, authority| Candidate {
            name,
            email,
            authority,
            standing: RecipientStanding::Asked,
        };
        if let Some(contact) = &self.details.customer_contact {
            let authority = contact_authority(self.tenant, self.details, contact);
            chosen.push(asked(&contact.name, &contact.email, authority));
        }
        for extra in self.tenant.rules.contacts.iter().take(MAX_RULE_CONTACTS) {
            chosen.push(asked(&extra.name, &extra.email, Authority::Verified));
        }
        // A contact outside gets one mail in the life of a claim.
        let was_told = |own: &Candidate<'_>| {
            let same = |known: &&Recipient| known.email.same_mailbox(own.email.as_str());
            let before = known.iter().find(same).and_then(|known| known.asked_at);
            own.authority == Authority::Outside && before.is_some()
        };
        chosen.retain(|own| may_be_asked(own.email) && !was_told(own));
        remove_duplicates(&mut chosen);
        let own_domain = |email: &Email| self.tenant.has_domain_of(email);
        let mut verified: Vec<_> = self
            .tenant
            .verified_contacts()
            .filter(|own| may_be_asked(&own.email))
            .filter(|own| !chosen.iter().any(|one| one.email.same_mailbox(own.email.as_str())))
            .map(|own| asked(&own.name, &own.email, Authority::Verified))
            .collect();
        remove_duplicates(&mut verified);
        let foreign = verified.iter().position(|own| !own_domain(own.email));
        if let Some(at) = foreign.filter(|at| *at >= VERIFIED_BESIDE) {
            let outside = verified.remove(at);
            verified.insert(VERIFIED_BESIDE - 1, outside);
        }
        if let (Some(reserve), false) = (verified.get_mut(VERIFIED_BESIDE), self.reserve_at_once) {
            reserve.standing = RecipientStanding::Reserve;
        }
        verified.truncate(VERIFIED_BESIDE + 1);
        chosen.extend(verified);
        chosen
    }

    /// Whether an address became what it is by somebody who also acted on this claim, later than seven days
    /// before the claim's first validation: it is on no list of the claim.
    fn is_barred(&self, email: &Email) -> bool {
        let Some(grant) = self.tenant.authority_grant(email) else { return false };
        let acted = self.before.is_some_and(|before| before.list.acted.contains(&grant.by));
        let vouched = self.details.vouched_by.contains(&grant.by);
        (acted || vouched || self.acting == Some(&grant.by))
            && is_recent_grant(&grant, self.first_asked_at())
    }

    /// When the claim was first validated: then its first recipients were asked.
    fn first_asked_at(&self) -> Instant {
        let recipients = self.before.into_iter().flat_map(|before| &before.list.recipients);
        recipients.filter_map(|own| own.asked_at).min().unwrap_or(self.at)
    }
}

/// The list of a claim's first notice, as validate would make it at `at`; `None` where nobody could open a
/// window.
pub fn select_first_list(claim: &Claim, tenant: &Tenant, at: Instant) -> Option<RecipientList> {
    let selection = RecipientSelection {
        tenant,
        details: &claim.details,
        before: None,
        told_until: None,
        reserve_at_once: false,
        acting: None,
        at,
    };
    selection.to_list(claim.notice.next(), None)
}

/// What the claim's contact may do: vouching makes an address of the tenant's domain as good as verified.
fn contact_authority(tenant: &Tenant, details: &Details, contact: &CustomerContact) -> Authority {
    let vouched = details.is_vouched_for(&contact.email);
    match tenant.authority_of(&contact.email) {
        Authority::Domain if vouched => Authority::Verified,
        other @ (Authority::Domain | Authority::Verified | Authority::Outside) => other,
    }
}

/// One address gets one mail.
fn remove_duplicates(candidates: &mut Vec<Candidate<'_>>) {
    let mut seen = BTreeSet::new();
    candidates.retain(|own| seen.insert(own.email.as_str().to_ascii_lowercase()));
}

/// Adds a candidate, or asks a known recipient again; `None` where no number is left.
fn add_candidate(
    recipients: &mut Vec<Recipient>,
    candidate: &Candidate<'_>,
    at: Instant,
) -> Option<()> {
    let asked_at = (candidate.standing == RecipientStanding::Asked).then_some(at);
    let same = |own: &&mut Recipient| own.email.same_mailbox(candidate.email.as_str());
    if let Some(known) = recipients.iter_mut().find(same) {
        known.name = candidate.name.clone();
        known.authority = candidate.authority;
        known.standing = candidate.standing;
        known.asked_at = known.asked_at.or(asked_at);
        return Some(());
    }
    let highest = recipients.iter().map(|own| own.no.0).max().unwrap_or(0);
    let no =
        highest.checked_add(1).filter(|no| *no <= MAX_RECIPIENTS).and_then(RecipientNo::new)?;
    recipients.push(Recipient {
        no,
        name: candidate.name.clone(),
        email: candidate.email.clone(),
        authority: candidate.authority,
        standing: candidate.standing,
        asked_at,
    });
    Some(())
}
