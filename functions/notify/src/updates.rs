//! The short mails: the exact deadline, receipts, what became active, who is asked no more. None bears a link.

use domain::actor::{ActorId, ActorKind};
use domain::claim::{Claim, ExtensionCause, Instant, Item, ItemStatus, State, UsedChances};
use domain::decide::undo_is_open;
use domain::history::{DeclinedItems, Entry};
use domain::ids::ItemNo;
use domain::reason::EndReason;
use domain::recipient::{Authority, Decliners, Recipient, RecipientStanding};
use notice::content::zone_of;
use notice::mail::{
    self, Activation, AnswerAuthor, Cause, Envelope, Extension, Mail, Receipt, ReceiptAction, Undo,
};
use notice::{AnswerDeadline, Link, LinkKeys, Notice};
use store::{MailSubject, NoticeOfCode};

use crate::App;
use crate::audience::{Addressee, Audience};
use crate::event::ClaimEvent;
use crate::mailer::MailTracking;
use crate::overview;
use crate::partner;
use crate::stop::{Stop, continue_after_fault};

/// An event, the claim it happened to, and what its archive says of it.
pub(crate) struct ClaimUpdate<'a> {
    pub(crate) app: &'a App,
    pub(crate) audience: &'a Audience,
    pub(crate) told: &'a ClaimEvent,
    pub(crate) past: Entry,
}

impl ClaimUpdate<'_> {
    /// Tells the exact deadline, where the notice could only say "at least" and said another.
    pub(crate) async fn mail_exact_deadline(&self) -> Result<(), Stop> {
        let told = self.told;
        let State::AwaitingCustomer { window } = &self.audience.claim.state else { return Ok(()) };
        if self.audience.claim.notice != told.notice {
            return Ok(());
        }
        let mut late = Vec::new();
        for addressee in self.audience.linked_addressees() {
            let Some(own) = addressee.recipient else { continue };
            let sent = self.find_promise(own).await?;
            if sent.is_some_and(|sent| sent.promised != Some(window.closes_at)) {
                late.push(addressee);
            }
        }
        let notice = self.current_notice();
        self.send_mails(&late, |envelope| {
            mail::write_exact_deadline(&notice, told.version.0, envelope)
        })
        .await
    }

    /// What the notice of this event said to a recipient, under whichever key its link was made.
    async fn find_promise(&self, own: &Recipient) -> Result<Option<NoticeOfCode>, Stop> {
        let known = self.app.links.current();
        if let Some(sent) = self.find_promise_under_keys(&known, own).await? {
            return Ok(Some(sent));
        }
        // Another process may have signed it with a key that was added meanwhile.
        let renewed = self.app.links.read_again().await;
        self.find_promise_under_keys(&renewed, own).await
    }

    async fn find_promise_under_keys(
        &self,
        keys: &LinkKeys,
        own: &Recipient,
    ) -> Result<Option<NoticeOfCode>, Stop> {
        let link = Link::of(keys, &self.told.claim, self.told.notice, own.no)?;
        for link in link.with_each_key(keys) {
            let code = link.notice_code(keys);
            let sent = self.app.store.notice_of_code(code.as_str()).await?;
            if sent.is_some() {
                return Ok(sent);
            }
        }
        Ok(None)
    }

    /// Receipts a decision, whoever made it: what it did, whatever has become of it since.
    pub(crate) async fn mail_decision(&self) -> Result<(), Stop> {
        let noes = self.past.members.noes.clone().unwrap_or_default();
        let actions = self.receipt_actions(&noes);
        if actions.is_empty() {
            return Ok(());
        }
        let notice = self.current_notice();
        let zone = zone_of(&self.audience.claim, &self.audience.place);
        let mut mails = Vec::new();
        let by = self.answered_by();
        for addressee in self.decision_addressees(by.as_ref()) {
            let id = format!("{}-{}", self.told.claim, self.told.version);
            let undo = self.undo_offer(addressee.recipient, &noes)?;
            let receipt = Receipt { id, actions: actions.clone(), by: by.clone(), undo, zone };
            let mail = mail::write_receipt(&notice, &receipt, &self.mail_envelope(addressee));
            mails.push((mail, MailTracking::No));
        }
        self.app.send_once(MailSubject::Claim(&self.told.claim), &mails).await
    }

    /// Who gave the answer, as the archive has it. It names nobody for a link of the form without recipients.
    fn answered_by(&self) -> Option<AnswerAuthor> {
        let text = self.past.actor_id.as_deref()?;
        Some(match ActorId::parse(ActorKind::Customer, text)? {
            ActorId::Recipient(_) => AnswerAuthor::Link,
            ActorId::Contact(contact) => {
                let (keys, tenant) = (self.app.links.current(), self.audience.tenant());
                AnswerAuthor::Contact(overview::printed_author(&keys, tenant, contact))
            }
            ActorId::Person(_) | ActorId::Staff(_) => AnswerAuthor::Administrator,
        })
    }

    /// Who gets the receipt of a decision: who is told of every act; of what a contact did by the overview, every verified
    /// contact as well.
    fn decision_addressees(&self, by: Option<&AnswerAuthor>) -> Vec<Addressee<'_>> {
        let told = self.mail_addressees();
        let is_contact = matches!(by, Some(AnswerAuthor::Contact(_)));
        if is_contact { self.audience.with_everybody(told) } else { told }
    }

    /// What the decision did, to which items.
    fn receipt_actions(&self, noes: &DeclinedItems) -> Vec<(ReceiptAction, Vec<ItemNo>)> {
        let undone = self.past.items_with_status("pending");
        let mut declined = self.past.items_with_status("declined");
        declined.extend(&noes.items);
        declined.sort_unstable();
        declined.dedup();
        let mut in_part = self.past.members.taken_back.clone().unwrap_or_default().items;
        in_part.retain(|no| !undone.contains(no));
        let all = [
            (ReceiptAction::Declined, declined),
            (ReceiptAction::Undone, undone),
            (ReceiptAction::UndoneInPart, in_part),
            (ReceiptAction::Ended, self.past.items_with_status("ended")),
        ];
        all.into_iter().filter(|(_, items)| !items.is_empty()).collect()
    }

    /// How the reader can take the "no" back. A verified recipient can take back its own and those of recipients
    /// that are not verified: only the mail about such a "no" has the code.
    fn undo_offer(&self, reader: Option<&Recipient>, noes: &DeclinedItems) -> Result<Undo, Stop> {
        if noes.by.is_empty() || !self.can_undo_decline(&noes.items) {
            return Ok(Undo::Nobody);
        }
        let is_left = self.audience.claim.used.undos < UsedChances::MOST_UNDOS;
        let is_current = self.audience.claim.notice == self.told.notice;
        let entitled = |own: &&Recipient| own.may_open() && is_left && is_current;
        match reader.filter(entitled).filter(|own| self.may_take_back(own, noes.by)) {
            Some(own) => {
                let keys = self.app.links.current();
                let link = Link::of(&keys, &self.told.claim, self.told.notice, own.no)?;
                Ok(Undo::Code(link.undo_code(&keys)))
            }
            None => Ok(Undo::Administrator),
        }
    }

    /// Whether it is the reader's own "no", or that of a recipient that is not verified.
    fn may_take_back(&self, reader: &Recipient, by: Decliners) -> bool {
        let list = self.audience.recipients.as_ref().map(|own| &own.list);
        let unverified = |no| {
            let own = list.and_then(|list| list.get(no));
            own.is_some_and(|own| own.authority != Authority::Verified)
        };
        by.contains(Decliners::only_recipient(reader.no)) || by.recipients().any(unverified)
    }

    /// Whether a no to these items can be taken back now.
    fn can_undo_decline(&self, items: &[ItemNo]) -> bool {
        let claim = &self.audience.claim;
        let waits = |no: &ItemNo| {
            let status = claim.find_item(*no).map(|item| claim.item_status(item));
            matches!(
                status,
                Some(ItemStatus::Declined { in_time: true, no_answer: false, settled: false, .. })
            )
        };
        undo_is_open(claim, self.audience.now) && items.iter().any(waits)
    }

    /// Tells what became active, by silence or a yes, as far as it is active still; or that silence was a no.
    pub(crate) async fn mail_activation(&self, by_silence: bool) -> Result<(), Stop> {
        let claim = &self.audience.claim;
        let (notice, version) = (self.current_notice(), self.told.version.0);
        let lapsed = if by_silence { self.past.items_with_status("declined") } else { Vec::new() };
        if !lapsed.is_empty() {
            let told = self.audience.activation_addressees();
            let write =
                |envelope: &Envelope<'_>| mail::write_lapse(&notice, &lapsed, version, envelope);
            return self.send_mails(&told, write).await;
        }
        let mut items = self.past.items_with_status("active");
        items.retain(|no| self.active_since(*no).is_some());
        let Some(since) = items.first().and_then(|no| self.active_since(*no)) else {
            return Ok(());
        };
        let zone = zone_of(claim, &self.audience.place);
        let mut mails = Vec::new();
        for addressee in self.audience.activation_addressees() {
            let (items, has_link) = (items.clone(), addressee.recipient.is_some());
            let activation = Activation { items, since, by_silence, has_link, zone };
            let mail = mail::write_activation(
                &notice,
                &activation,
                version,
                &self.mail_envelope(addressee),
            );
            let followed = addressee
                .recipient
                .map_or(MailTracking::No, |own| MailTracking::Activation(own.no));
            mails.push((mail, followed));
        }
        self.app.send_once(MailSubject::Claim(&self.told.claim), &mails).await
    }

    fn active_since(&self, no: ItemNo) -> Option<Instant> {
        let claim = &self.audience.claim;
        claim.item_status(claim.find_item(no)?).active_since()
    }

    /// Tells an end: as the receipt of a decision of the customer's, else with its reason.
    pub(crate) async fn mail_end(&self) -> Result<(), Stop> {
        let claim = &self.audience.claim;
        let items = self.past.items_with_status("ended");
        let reason = items.first().and_then(|no| end_reason(claim.find_item(*no)?, claim));
        let Some(reason) = reason else { return Ok(()) };
        if reason == EndReason::CustomerRevoked && self.told.actor == ActorKind::Customer {
            return self.mail_decision().await;
        }
        // What the same partner goes on with is told by the mail about its new beginning.
        if reason == EndReason::Renewed {
            return Ok(());
        }
        let (notice, version) = (self.current_notice(), self.told.version.0);
        let told = self
            .mail_everybody(|envelope| mail::write_end(&notice, &items, reason, version, envelope));
        let told = continue_after_fault(told.await)?;
        let then = match reason {
            EndReason::NoticeFailed | EndReason::NotEnrolled => {
                let now = self.app.store.present_time().await?.at;
                partner::mail_superseded_partners(self.app, claim, &items, now).await
            }
            EndReason::PartnerLeft
            | EndReason::CustomerRevoked
            | EndReason::OperatorRevoked
            | EndReason::Superseded
            | EndReason::TermExpired
            | EndReason::ItemGone
            | EndReason::TenantGone
            | EndReason::Renewed => Ok(()),
        };
        told.and(then)
    }

    /// Tells the later deadline, while there is one.
    pub(crate) async fn mail_extension(&self) -> Result<(), Stop> {
        let (audience, version) = (self.audience, self.told.version.0);
        let AnswerDeadline::Exact(_) = audience.answer_deadline() else { return Ok(()) };
        let cause = match self.told.actor {
            _ if self.past.members.counted_from.is_some() => Cause::Delivery,
            _ if self.past.members.extended_by == Some(ExtensionCause::Outage) => Cause::Outage,
            ActorKind::System => Cause::Announced,
            ActorKind::Partner | ActorKind::Customer | ActorKind::Operator => Cause::Asked,
        };
        let answered = matches!(audience.claim.state, State::Declined { .. });
        let (notice, extension) = (self.current_notice(), Extension { cause, answered });
        self.mail_everybody(|envelope| mail::write_extension(&notice, extension, version, envelope))
            .await
    }

    /// Tells a customer who had been notified that there is nothing to decide any more.
    pub(crate) async fn mail_withdrawal(&self) -> Result<(), Stop> {
        let (notice, version) = (self.current_notice(), self.told.version.0);
        self.mail_everybody(|envelope| mail::write_withdrawal(&notice, version, envelope)).await
    }

    /// Tells a customer who had been notified which items were rejected, without a word of why. What is proposed again
    /// since, or declined, is told by what is mailed about that.
    pub(crate) async fn mail_rejection(&self) -> Result<(), Stop> {
        let claim = &self.audience.claim;
        let is_rejected = |no: &ItemNo| {
            let item = claim.find_item(*no);
            item.is_some_and(|item| claim.item_status(item) == ItemStatus::Rejected)
        };
        let mut items = self.past.items_with_status(ItemStatus::Rejected.as_str());
        items.retain(is_rejected);
        if items.is_empty() {
            return Ok(());
        }
        let (notice, version) = (self.current_notice(), self.told.version.0);
        self.mail_everybody(|envelope| mail::write_rejection(&notice, &items, version, envelope))
            .await
    }

    /// Tells that silence is a no from now on.
    pub(crate) async fn mail_consent_change(&self) -> Result<(), Stop> {
        let (notice, version) = (self.current_notice(), self.told.version.0);
        self.mail_everybody(|envelope| mail::write_consent_change(&notice, version, envelope)).await
    }

    /// Tells that a recipient is not the right person.
    pub(crate) async fn mail_wrong_contact(&self) -> Result<(), Stop> {
        let (notice, version) = (self.notice_with_open_window(), self.told.version.0);
        self.mail_everybody(|envelope| mail::write_contact_refused(&notice, version, envelope))
            .await
    }

    /// Tells that a link was retired: whose it is, once, that it still says no; and the others.
    pub(crate) async fn mail_link_retirement(&self) -> Result<(), Stop> {
        let (notice, version) = (self.notice_with_open_window(), self.told.version.0);
        let told = self
            .mail_everybody(|envelope| mail::write_link_retired(&notice, version, envelope))
            .await;
        let mut told_all = continue_after_fault(told)?;
        let (app, claim) = (self.app, &self.told.claim);
        let told = app.store.told_of_retirement(claim).await?;
        for own in self.audience.retired_recipients() {
            if told.contains(&own.no) {
                continue;
            }
            let envelope = self.mail_envelope(Addressee::from_recipient(own));
            let mail = mail::write_own_link_retired(&notice, version, &envelope);
            let sent = continue_after_fault(
                app.send_once(MailSubject::Claim(claim), &[(mail, MailTracking::No)]).await,
            )?;
            if sent.is_ok() {
                app.store.note_told_of_retirement(claim, own.no).await?;
            }
            told_all = told_all.and(sent);
        }
        told_all
    }

    /// The notice with the end of the window that runs.
    fn current_notice(&self) -> Notice {
        self.audience.build_notice(
            &self.app.operator,
            self.told.notice,
            self.audience.answer_deadline(),
        )
    }

    /// The same, of a window in which the customer can say no.
    fn notice_with_open_window(&self) -> Notice {
        let open = matches!(self.audience.claim.state, State::AwaitingCustomer { .. });
        let deadline = if open { self.audience.answer_deadline() } else { AnswerDeadline::Unset };
        self.audience.build_notice(&self.app.operator, self.told.notice, deadline)
    }

    /// Who is told of the act: one mail an act and address, so nobody who gets a new notice for it.
    fn mail_addressees(&self) -> Vec<Addressee<'_>> {
        let renewed = self.past.members.notice.is_some();
        let is_asked = |own: &Recipient| own.standing == RecipientStanding::Asked;
        let mut told = self.audience.act_addressees();
        told.retain(|addressee| !(renewed && addressee.recipient.is_some_and(is_asked)));
        told
    }

    /// One mail to everybody who is told of the act.
    async fn mail_everybody(&self, write: impl Fn(&Envelope<'_>) -> Mail) -> Result<(), Stop> {
        self.send_mails(&self.mail_addressees(), write).await
    }

    async fn send_mails(
        &self,
        addressees: &[Addressee<'_>],
        write: impl Fn(&Envelope<'_>) -> Mail,
    ) -> Result<(), Stop> {
        let mail = |own: &Addressee<'_>| (write(&self.mail_envelope(*own)), MailTracking::No);
        let mails: Vec<_> = addressees.iter().map(mail).collect();
        self.app.send_once(MailSubject::Claim(&self.told.claim), &mails).await
    }

    fn mail_envelope<'a>(&'a self, addressee: Addressee<'a>) -> Envelope<'a> {
        self.audience.mail_envelope(self.app, addressee, self.told.at)
    }
}

fn end_reason(item: &Item, claim: &Claim) -> Option<EndReason> {
    match claim.item_status(item) {
        ItemStatus::Ended { reason, .. } => Some(reason),
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Active { .. }
        | ItemStatus::Declined { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => None,
    }
}
