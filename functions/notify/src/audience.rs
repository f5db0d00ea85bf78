//! Who is written to about a claim, and what must be known to write. The list of the claim's current notice says
//! who its recipients are; nobody is computed anew.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::calendar::Window;
use domain::claim::{Claim, State, Status};
use domain::context::LocalCalendar;
use domain::directory::{Tenant, TenantContact};
use domain::ids::{ClaimId, NoticeNo};
use domain::program::{Policy, Program};
use domain::recipient::{Recipient, RecipientNo, RecipientStanding, Recipients};
use domain::text::Email;
use notice::mail::Envelope;
use notice::{AnswerDeadline, Directory, Language, Notice, Operator};
use store::{RequestTime, StoreError};

use crate::App;
use crate::event::ClaimEvent;
use crate::overview;

/// The claim as it is now, and the people of its notices.
pub(crate) struct Audience {
    pub(crate) claim: Claim,
    pub(crate) policy: Policy,
    pub(crate) place: LocalCalendar,
    /// Who is asked; `None` of a notice from before recipients were kept.
    pub(crate) recipients: Option<Recipients>,
    /// When the claim was read.
    pub(crate) now: DateTime<Utc>,
    tenant: Tenant,
    program: Program,
    /// What the claim renews, as it is now.
    renewed: Option<Claim>,
}

/// Somebody who gets a mail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addressee<'a> {
    pub(crate) email: &'a Email,
    /// Which recipient of the notices it is; `None`: a contact of the directory who was not asked.
    pub(crate) recipient: Option<&'a Recipient>,
}

impl<'a> Addressee<'a> {
    /// A recipient of the notices.
    pub(crate) fn from_recipient(recipient: &'a Recipient) -> Self {
        Self { email: &recipient.email, recipient: Some(recipient) }
    }

    fn from_contact(contact: &'a TenantContact) -> Self {
        Self { email: &contact.email, recipient: None }
    }
}

/// How many verified contacts that were not asked are told what happens.
const UNASKED: usize = 2;

impl Audience {
    /// `None` where there is nothing to write about: no such claim, or no directory of it. And where the personal data
    /// of the claim were erased: an event from before comes late, and nobody is left to whom it could be told.
    pub(crate) async fn of(
        app: &App,
        id: &ClaimId,
        moment: RequestTime,
    ) -> Result<Option<Self>, StoreError> {
        let store = &app.store;
        let Some(mut claim) = store.load_up_to_date(id, moment).await? else { return Ok(None) };
        if claim.erased {
            return Ok(None);
        }
        store.name_added_days(&mut claim).await?;
        let policy = store.policy_of(&claim).await?;
        let tenant = store.load_tenant(&claim.subject.tenant).await?;
        let program = store.load_program(&claim.subject.program).await?;
        let (Some(tenant), Some(program)) = (tenant, program) else { return Ok(None) };
        let place = store.customer_place(&tenant, &policy).await?;
        let recipients = store.load_recipients(&claim).await?;
        let renewed = store.renewed_claim(&claim).await?;
        Ok(Some(Self {
            claim,
            policy,
            place,
            recipients,
            now: moment.at,
            tenant,
            program,
            renewed,
        }))
    }

    /// Whether the claim waits to see this very notice delivered, or answered: the delivery to one
    /// recipient leaves another's mail due.
    pub(crate) fn awaits_notice(&self, told: &ClaimEvent) -> bool {
        let waits = matches!(self.claim.status(), Status::Notifying | Status::AwaitingCustomer);
        waits && self.claim.notice == told.notice
    }

    /// The tenant of the claim, with its customer's rules.
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The recipients of the list, in the order of their numbers.
    fn listed_recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.recipients.iter().flat_map(|own| &own.list.recipients)
    }

    /// Whether the current notice was handed over for the recipient.
    pub(crate) fn is_sent(&self, no: RecipientNo) -> bool {
        self.recipients.as_ref().is_some_and(|own| own.reports.of(no).sent)
    }

    /// The recipients with that standing to whom the current notice was not sent yet.
    pub(crate) fn unsent_recipients(&self, standing: RecipientStanding) -> Vec<&Recipient> {
        self.listed_recipients()
            .filter(|own| own.standing == standing && !self.is_sent(own.no))
            .collect()
    }

    /// The recipients who have the current notice by a link of their own, and of whom no report has come.
    pub(crate) fn unreported_recipients(&self) -> Vec<&Recipient> {
        let is_unreported = |own: &&Recipient| {
            self.recipients.as_ref().is_some_and(|recipients| {
                let report = recipients.reports.of(own.no);
                let is_silent = report.delivered_at.is_none() && report.failure.is_none();
                recipients.gets_notice(own) && own.has_link() && report.sent && is_silent
            })
        };
        self.listed_recipients().filter(is_unreported).collect()
    }

    /// The window that runs.
    pub(crate) fn running_window(&self) -> Option<&Window> {
        self.claim.state.running_window()
    }

    /// The end that a notice of that moment promises: at least, and none before one that was told.
    pub(crate) fn promised_deadline(&self, at: DateTime<Utc>) -> AnswerDeadline {
        let told_until = self.recipients.as_ref().and_then(|own| own.list.told_until);
        AnswerDeadline::at_least(at, &self.place, &self.policy).not_before(told_until)
    }

    /// The recipients with a link that has neither failed nor been retired.
    pub(crate) fn linked_addressees(&self) -> Vec<Addressee<'_>> {
        self.listed_recipients()
            .filter(|own| self.gets_later_mails(own))
            .map(Addressee::from_recipient)
            .collect()
    }

    /// Who is told of an act: those, and the first verified contacts that were not asked.
    pub(crate) fn act_addressees(&self) -> Vec<Addressee<'_>> {
        self.linked_addressees().into_iter().chain(self.contacts_without_notice()).collect()
    }

    /// These, and every verified contact of the customer beside them, each once.
    pub(crate) fn with_everybody<'a>(&'a self, mut told: Vec<Addressee<'a>>) -> Vec<Addressee<'a>> {
        let known: BTreeSet<_> = told.iter().map(|own| own.email.mailbox()).collect();
        let all = overview::overview_audience(&self.tenant).into_iter();
        let others = all.filter(|email| !known.contains(&email.mailbox()));
        told.extend(others.map(|email| Addressee { email, recipient: None }));
        told
    }

    /// Who is told what became active: those, and everybody who refused or whose link was retired.
    pub(crate) fn activation_addressees(&self) -> Vec<Addressee<'_>> {
        let left = |own: &Recipient| {
            matches!(own.standing, RecipientStanding::Refused | RecipientStanding::Retired)
        };
        let told = |own: &&Recipient| own.has_link() && (left(own) || self.gets_later_mails(own));
        self.listed_recipients()
            .filter(told)
            .map(Addressee::from_recipient)
            .chain(self.contacts_without_notice())
            .collect()
    }

    /// The recipients whose link was retired.
    pub(crate) fn retired_recipients(&self) -> Vec<&Recipient> {
        let retired = |own: &&Recipient| own.standing == RecipientStanding::Retired;
        self.listed_recipients().filter(retired).filter(|own| own.has_link()).collect()
    }

    fn gets_later_mails(&self, own: &Recipient) -> bool {
        self.recipients.as_ref().is_some_and(|recipients| recipients.gets_later_mails(own))
    }

    /// The first verified contacts of the directory that no notice went to.
    fn contacts_without_notice(&self) -> impl Iterator<Item = Addressee<'_>> {
        let was_asked = |contact: &&TenantContact| {
            let known =
                self.recipients.as_ref().and_then(|own| own.list.find_recipient(&contact.email));
            known.is_some_and(|own| own.asked_at.is_some() || self.is_sent(own.no))
        };
        let mut seen = BTreeSet::new();
        let contacts = self.tenant.verified_contacts().filter(move |own| !was_asked(own));
        contacts
            .filter(move |own| seen.insert(own.email.as_str().to_ascii_lowercase()))
            .take(UNASKED)
            .map(Addressee::from_contact)
    }

    /// The notice of that number, with a deadline.
    pub(crate) fn build_notice(
        &self,
        operator: &Operator,
        no: NoticeNo,
        deadline: AnswerDeadline,
    ) -> Notice {
        let directory =
            Directory { tenant: &self.tenant, program: &self.program, policy: &self.policy };
        Notice::of(&self.claim, no, &directory, operator, deadline).with_renewed(
            &self.claim,
            self.renewed.as_ref(),
            &directory,
        )
    }

    /// The end of the window in which the customer can say no, or take it back.
    pub(crate) fn answer_deadline(&self) -> AnswerDeadline {
        match &self.claim.state {
            State::AwaitingCustomer { window } | State::Declined { window: Some(window) } => {
                AnswerDeadline::Exact(window.clone())
            }
            State::Draft { .. }
            | State::Submitted { .. }
            | State::InReview { .. }
            | State::ActionRequired { .. }
            | State::Disputed { .. }
            | State::Notifying { .. }
            | State::Unreachable { .. }
            | State::OnHold { .. }
            | State::Associated { .. }
            | State::Rejected { .. }
            | State::Declined { window: None }
            | State::Withdrawn
            | State::Discarded
            | State::Ended { .. } => AnswerDeadline::Unset,
        }
    }

    /// The language that the customer is written to in.
    pub(crate) fn customer_language(&self) -> Language {
        Language::of_locale(self.tenant.customer_language())
    }

    /// The envelope of a mail, dated by what it tells.
    pub(crate) fn mail_envelope<'a>(
        &self,
        app: &'a App,
        addressee: Addressee<'a>,
        at: DateTime<Utc>,
    ) -> Envelope<'a> {
        Envelope {
            operator: &app.operator,
            sender: app.post.sender_address(),
            to: addressee.email,
            asked_at: addressee.recipient.and_then(|own| own.asked_at),
            language: self.customer_language(),
            at,
        }
    }
}
