//! The claim as its readers see it.

use chrono::{DateTime, Utc};
use domain::actor::{Actor, ActorKind};
use domain::claim::{Claim, CustomerContact, Instant, Item, ItemStatus, PartnerContact, State};
use domain::context::Rival;
use domain::history::WithheldEntry;
use domain::ids::{EvidenceId, PartnerId, StaffId};
use domain::program::Policy;
use domain::reason::ReasonCode;
use domain::recipient::Decliners;
use domain::text::Name;
use domain::time::format_rfc3339;
use domain::turn::Turn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::action;
use crate::caller::Viewer;
use crate::views::{
    EvidenceView, ExplainView, RecipientView, RemarkView, ShownRecipients, ShownRemarks,
    WindowView, hidden_event,
};
use crate::words::{
    ActionWord, ActorWord, BasisWord, HoldReasonWord, ItemKindWord, ItemReasonWord, ItemStatusWord,
    ReasonWord, SilenceWord, StatusWord, StepCauseWord, ToldEventWord, WhoWord, Word,
};
use language::Language;

/// What a claim is shown with.
#[derive(Debug, Clone, Copy)]
pub struct ClaimContext<'a> {
    /// The policy it is pinned to.
    pub policy: &'a Policy,
    /// The moment as of which the claim is shown.
    pub now: DateTime<Utc>,
    /// The side that reads it, which decides what is left out.
    pub viewer: Viewer,
    /// Who reads it: of what the claim says that the reader can do with it.
    pub reader: &'a Actor,
    /// Who else claims its items, shown to operator staff alone; `None`: that was not looked up, and
    /// the claim is shown without saying that there is nobody.
    pub rivals: Option<&'a [Rival]>,
    /// Which evidence was brought for another tenant too, shown to operator staff alone; `None`: that
    /// was not looked up.
    pub reused: Option<&'a [EvidenceId]>,
    /// How many mailboxes of the last notice answered automatically, shown to operator staff alone.
    pub out_of_office: Option<usize>,
    /// Who is asked, shown to operator staff and the customer's administrator; `None`: that was not looked up.
    pub recipients: Option<ShownRecipients<'a>>,
}

/// A claim as the caller may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimView {
    /// The claim's id: 26 characters of `a`–`z` and `2`–`7`.
    pub id: String,
    /// The claim's version, also its `ETag`; it grows by one with every event.
    pub version: u32,
    /// Where the claim stands.
    pub status: StatusWord,
    /// What the caller can do with the claim now, as far as the claim itself tells: what stands elsewhere may still refuse
    /// it.
    pub allowed_actions: Vec<ActionWord>,
    /// Whether another claim held an item or was next for it.
    pub contested: bool,
    /// The program, by its id.
    pub program: String,
    /// The version of the program's policy that the claim keeps.
    pub policy_version: u32,
    /// What the partner does, out of the program's list; `null` in a draft that does not say.
    #[schema(required)]
    pub activity: Option<String>,
    /// The partner's location, by its id.
    #[schema(required)]
    pub location_id: Option<String>,
    /// The partner, by id and by its name at the last submission.
    pub partner: NamedView,
    /// The customer, as the partner named it.
    pub tenant: TenantRefView,
    /// The items that are claimed.
    pub items: Vec<ClaimItemView>,
    /// Whom the partner named to get the notice; for the claim's partner and operator staff.
    #[schema(required)]
    pub customer_contact: Option<ContactView>,
    /// The contact that the partner proposes, while the operator has not answered; for the claim's partner and
    /// operator staff.
    #[schema(required)]
    pub proposed_contact: Option<ContactView>,
    /// Whether the operator vouched for the contact who gets the notice.
    pub vouched: bool,
    /// The technical contact; for the claim's partner and operator staff.
    #[schema(required)]
    pub technical_contact: Option<ContactView>,
    /// Whom at the partner the customer may ask.
    #[schema(required)]
    pub partner_contact: Option<PartnerContactView>,
    /// The partner's own label for the claim.
    #[schema(required)]
    pub label: Option<String>,
    /// The partner's own reference, such as a number in its CRM.
    #[schema(required)]
    pub external_ref: Option<String>,
    /// What the claim renews, as its partner named it: the id of a claim or of an association; absent where it renews none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "cbplyjelfz5a5xwmpnah5uzxk4")]
    pub renews: Option<String>,
    /// The pieces of evidence, 20 at most.
    pub evidence: Vec<EvidenceView>,
    /// Whether the claim's personal data were erased: contacts, labels, evidence and comments are gone for good.
    pub erased: bool,
    /// When the claim was first stored.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the claim was last submitted; `null` before that.
    #[schema(format = DateTime, required)]
    pub submitted_at: Option<String>,
    /// The date that ranks rivals; a short recall keeps it.
    #[schema(format = DateTime, required)]
    pub priority_at: Option<String>,
    /// Whose turn it is, until when, and what silence does then; `null` in final states.
    #[schema(required)]
    pub turn: Option<TurnView>,
    /// The window that is open, or that led to the present status; `null` where there is none.
    #[schema(required)]
    pub window: Option<WindowView>,
    /// What is asked, or why the claim was rejected.
    pub reasons: Vec<ReasonView>,
    /// Set where the claim's holder is asked to defend its items.
    #[schema(required)]
    pub defence: Option<DefenceView>,
    /// What happened to the claim last.
    pub last_event: LastEventView,
    /// Of a claim on hold: why the system holds it; absent where the operator does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_reason: Option<HoldReasonWord>,
    /// Who is asked, and what became of it; for operator staff, of a claim that is answered alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<RecipientView>>,
    /// Who else claims its items; for operator staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rivals: Option<Vec<RivalView>>,
    /// How many mailboxes of its last notice answered that nobody is there now; for operator staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub out_of_office: Option<usize>,
    /// Who of the staff works on it, where somebody does; for operator staff, of a claim that is answered alone or in a
    /// queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "reviewer-1")]
    pub assigned_to: Option<String>,
    /// Why it stands where it stands; of a claim that is answered alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<ExplainView>,
    /// What was said and the reader may read, newest first, 50 at most; of a claim that is read by its id alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Vec<RemarkView>>,
    /// Where there are older remarks: what to give as `remarks_before` to read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks_next: Option<u32>,
}

/// An id with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedView {
    /// The id by which it is known.
    pub id: String,
    /// The name as people read it.
    pub name: String,
}

impl NamedView {
    /// A partner by its name.
    pub(super) fn of_partner(id: &PartnerId, name: &Name) -> Self {
        Self { id: id.to_string(), name: name.as_str().to_owned() }
    }
}

/// A tenant in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TenantRefView {
    /// The id of the tenant.
    #[schema(format = "uuid")]
    pub id: String,
    /// The domain it was named by, as A-labels.
    pub domain: String,
    /// The same in its own script, where that is another spelling and of one script.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "münchen.example")]
    pub domain_unicode: Option<String>,
    /// The customer's name at the last submission.
    pub name: String,
}

/// An item of a claim, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimItemView {
    /// The item's number in the claim, 1–25; fixed from the submission on.
    #[schema(minimum = 1, maximum = 25)]
    pub no: u8,
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item's id at the tenant.
    pub id: String,
    /// What the program calls it, in the language of the answer; in a claim that its customer reads by its id, where the
    /// catalogue has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Exchange Online")]
    pub name: Option<String>,
    /// Where the item stands.
    pub status: ItemStatusWord,
    /// Of an active or ended item: why it became active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<BasisWord>,
    /// Of an active or ended item: since when it was or is active.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub effective_at: Option<String>,
    /// Of an active or ended item: its association.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_id: Option<String>,
    /// Of an ended one: why. Of a declined one: `customer_declined`, or `no_answer` where silence declined it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ItemReasonWord>)]
    pub reason: Option<String>,
    /// Of an ended item: when the association ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// Of a declined item: when the first no arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub declined_at: Option<String>,
    /// Of a declined item: whether the no arrived before the end of the window, or outside any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_time: Option<bool>,
    /// Of a declined one: who said no and has not taken it back, `administrator` or `recipient:<no>`; for operator
    /// staff and the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["administrator", "recipient:2"]))]
    pub declined_by: Option<Vec<String>>,
}

/// A contact at the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactView {
    /// The name of the person, 1–80 characters.
    pub name: String,
    /// The function of the person at the customer, 1–80 characters.
    pub title: String,
    /// The e-mail address to write to, at most 254 characters.
    pub email: String,
    /// The same with the domain in its own script, where that is another spelling and of one script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_unicode: Option<String>,
}

/// A contact at the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerContactView {
    /// The name of the person, 1–80 characters.
    pub name: String,
    /// The e-mail address to write to, at most 254 characters.
    pub email: String,
    /// The same with the domain in its own script, where that is another spelling and of one script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_unicode: Option<String>,
}

/// Whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TurnView {
    /// Whose turn it is now.
    pub who: WhoWord,
    /// The end of the time, exclusive; `null`: there is no deadline.
    #[schema(format = DateTime, required)]
    pub until: Option<String>,
    /// What silence does when the time has passed.
    pub on_silence: SilenceWord,
}

/// A reason for a question or a rejection, of the claim or of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonView {
    /// What is asked, or why the claim was rejected.
    pub code: ReasonWord,
    /// The number of the item it is about; `null`: the whole claim.
    #[schema(minimum = 1, maximum = 25, required)]
    pub item_no: Option<u8>,
    /// What the reviewer added, 1–2,000 characters.
    #[schema(required)]
    pub comment: Option<String>,
}

/// The time to defend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DefenceView {
    /// Until when evidence can be added for the defence.
    #[schema(format = DateTime)]
    pub until: String,
}

/// The event that led to the claim's present version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastEventView {
    /// What happened to the claim last.
    #[serde(rename = "type")]
    #[schema(value_type = ToldEventWord)]
    pub event_type: &'static str,
    /// The moment of the event.
    #[schema(format = DateTime)]
    pub at: String,
    /// Whose doing the event was.
    pub actor: ActorWord,
    /// Who exactly, for the own party and for staff: a member of the staff, `recipient:<no>`, or the pseudonym of a
    /// person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// What did it, where no party did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StepCauseWord>)]
    pub by: Option<&'static str>,
}

/// Another claim on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RivalView {
    /// The number of the item of this claim.
    #[schema(minimum = 1, maximum = 25)]
    pub item_no: u8,
    /// The other claim, by its id.
    pub claim_id: String,
}

impl ClaimView {
    /// The view of a claim.
    pub fn of(claim: &Claim, shown: &ClaimContext<'_>) -> Self {
        let (subject, details) = (&claim.subject, &claim.details);
        // The customer's contact data are for the claim's partner and the operator only.
        let contacts = shown.viewer != Viewer::Customer;
        let contact = |given: &Option<CustomerContact>| {
            given.as_ref().filter(|_| contacts).map(ContactView::of)
        };
        Self {
            id: claim.id.to_string(),
            version: claim.version.0,
            status: Word(claim.status()),
            allowed_actions: allowed_actions(claim, shown),
            contested: claim.contested,
            program: subject.program.to_string(),
            policy_version: subject.policy_version,
            activity: subject.activity.as_ref().map(ToString::to_string),
            location_id: subject.location.as_ref().map(ToString::to_string),
            partner: partner_view(claim),
            tenant: tenant_view(claim),
            items: claim
                .items
                .iter()
                .map(|item| ClaimItemView::of(claim, item, shown.viewer))
                .collect(),
            customer_contact: contact(&details.customer_contact),
            proposed_contact: contact(&details.proposed_contact),
            vouched: details.has_vouched_contact(),
            technical_contact: contact(&details.technical_contact),
            partner_contact: details.partner_contact.as_ref().map(PartnerContactView::of),
            label: details.label.as_ref().map(|label| label.as_str().to_owned()),
            external_ref: details.external_ref.as_ref().map(|text| text.as_str().to_owned()),
            renews: details.renews.as_ref().map(ToString::to_string),
            evidence: evidence_views(claim, shown),
            erased: claim.erased,
            created_at: format_rfc3339(claim.created_at),
            submitted_at: claim.submitted_at.map(format_rfc3339),
            priority_at: claim.priority_at.map(format_rfc3339),
            turn: claim.turn(shown.policy, shown.now).map(TurnView::of),
            window: WindowView::of_claim(claim, shown.viewer),
            reasons: reason_views(claim),
            defence: defence_view(claim, shown.now),
            last_event: LastEventView::of(claim, shown.viewer),
            hold_reason: hold_reason(claim),
            recipients: shown.recipients.and_then(|known| known.recipient_views(shown.viewer)),
            rivals: rival_views(shown),
            out_of_office: shown.out_of_office.filter(|_| shown.viewer == Viewer::Staff),
            assigned_to: None,
            explain: None,
            remarks: None,
            remarks_next: None,
        }
    }

    /// The same with who works on it: for operator staff alone.
    #[must_use]
    pub fn with_assignee(self, worker: Option<&StaffId>) -> Self {
        Self { assigned_to: worker.map(ToString::to_string), ..self }
    }

    /// The same with what was said.
    #[must_use]
    pub fn with_remarks(self, shown: ShownRemarks) -> Self {
        Self { remarks: Some(shown.remarks), remarks_next: shown.next, ..self }
    }

    /// The same with the explanation of the claim's state, in that language.
    #[must_use]
    pub fn with_explanation(
        self,
        claim: &Claim,
        shown: &ClaimContext<'_>,
        language: Language,
    ) -> Self {
        let whole = ExplainView::of(claim.explain_state(shown.policy, shown.now), language);
        let hides = hidden_event::must_hide_last_event(claim, shown.viewer);
        let explain = if hides { whole.without_recipients(language) } else { whole };
        Self { explain: Some(explain), ..self }
    }
}

/// The partner of the claim, under its name at the last submission.
pub(super) fn partner_view(claim: &Claim) -> NamedView {
    NamedView {
        id: claim.subject.partner.to_string(),
        name: claim.details.partner_name.as_str().to_owned(),
    }
}

/// The tenant of the claim, under the customer's name at the last submission.
pub(super) fn tenant_view(claim: &Claim) -> TenantRefView {
    TenantRefView {
        id: claim.subject.tenant.to_string(),
        domain: claim.details.tenant_domain.as_str().to_owned(),
        domain_unicode: claim.details.tenant_domain.unicode_form(),
        name: claim.details.tenant_name.as_str().to_owned(),
    }
}

impl ClaimItemView {
    fn of(claim: &Claim, item: &Item, viewer: Viewer) -> Self {
        let status = claim.item_status(item);
        let view = Self {
            no: item.no.0,
            kind: Word(claim.subject.kind),
            id: item.id.to_string(),
            name: None,
            status: Word(status.code()),
            basis: None,
            effective_at: None,
            association_id: None,
            reason: None,
            ended_at: None,
            declined_at: None,
            in_time: None,
            declined_by: None,
        };
        match status {
            ItemStatus::Active { basis: why, effective_at } => Self {
                basis: Some(Word(why)),
                effective_at: Some(format_rfc3339(effective_at)),
                association_id: Some(claim.association_id(item.no).to_string()),
                ..view
            },
            ItemStatus::Ended { reason, at, basis: why, effective_at } => Self {
                basis: Some(Word(why)),
                effective_at: Some(format_rfc3339(effective_at)),
                association_id: Some(claim.association_id(item.no).to_string()),
                reason: Some(reason.as_str().to_owned()),
                ended_at: Some(format_rfc3339(at)),
                ..view
            },
            ItemStatus::Declined { at, by, in_time, no_answer, .. } => Self {
                declined_at: Some(format_rfc3339(at)),
                in_time: Some(in_time),
                declined_by: decliner_names(by, no_answer, viewer),
                reason: Some(declined_reason(no_answer).to_owned()),
                ..view
            },
            ItemStatus::Proposed
            | ItemStatus::Pending
            | ItemStatus::Dropped
            | ItemStatus::Withdrawn
            | ItemStatus::Rejected => view,
        }
    }
}

/// Who declined an item, by name of party and number; the partner is not told, and silence is nobody.
fn decliner_names(by: Decliners, no_answer: bool, viewer: Viewer) -> Option<Vec<String>> {
    let administrator = by.has_administrator().then(|| "administrator".to_owned());
    let recipients = by.recipients().map(|no| format!("recipient:{}", no.0));
    let is_told = viewer != Viewer::Partner && !no_answer;
    is_told.then(|| administrator.into_iter().chain(recipients).collect())
}

/// Why an item is declined: whatever the customer's "no" was, the partner reads one reason.
fn declined_reason(no_answer: bool) -> &'static str {
    if no_answer { "no_answer" } else { ReasonCode::CustomerDeclined.as_str() }
}

/// Why the system holds a claim.
fn hold_reason(claim: &Claim) -> Option<HoldReasonWord> {
    let State::OnHold { reason } = claim.state else { return None };
    reason.map(Word)
}

/// What the reader can do with the claim.
fn allowed_actions(claim: &Claim, shown: &ClaimContext<'_>) -> Vec<ActionWord> {
    let actions = action::allowed_actions(claim, shown.reader, shown.now);
    actions.into_iter().map(Word).collect()
}

impl ContactView {
    fn of(contact: &CustomerContact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
            title: contact.title.as_str().to_owned(),
            email: contact.email.as_str().to_owned(),
            email_unicode: contact.email.unicode_form(),
        }
    }
}

impl PartnerContactView {
    /// The view of a contact at a partner.
    pub(super) fn of(contact: &PartnerContact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
            email: contact.email.as_str().to_owned(),
            email_unicode: contact.email.unicode_form(),
        }
    }
}

fn evidence_views(claim: &Claim, shown: &ClaimContext<'_>) -> Vec<EvidenceView> {
    let reused = shown.reused.filter(|_| shown.viewer == Viewer::Staff);
    let entries = claim.details.evidence.iter();
    entries
        .map(|entry| EvidenceView::of(entry, reused.map(|ids| ids.contains(&entry.id))))
        .collect()
}

impl TurnView {
    fn of(turn: Turn) -> Self {
        Self {
            who: Word(turn.who),
            until: turn.until.map(format_rfc3339),
            on_silence: Word(turn.on_silence),
        }
    }
}

impl LastEventView {
    fn of(claim: &Claim, viewer: Viewer) -> Self {
        let event = &claim.last_event;
        if hidden_event::must_hide_last_event(claim, viewer) {
            return Self {
                event_type: WithheldEntry::NOTICE_CHANGED,
                at: format_rfc3339(event.at),
                actor: Word(WithheldEntry::ACTOR),
                actor_id: None,
                by: None,
            };
        }
        Self {
            event_type: event.event_type.as_str(),
            at: format_rfc3339(event.at),
            actor: Word(event.actor),
            actor_id: shown_actor_id(claim, viewer),
            by: event.by_silence.then_some("silence"),
        }
    }
}

/// Who exactly acted last: a party's people and recipients for that party, and everybody for staff.
fn shown_actor_id(claim: &Claim, viewer: Viewer) -> Option<String> {
    let event = &claim.last_event;
    let is_shown = match viewer {
        Viewer::Staff => true,
        Viewer::Partner => event.actor == ActorKind::Partner,
        Viewer::Customer => event.actor == ActorKind::Customer,
    };
    event.actor_id.as_ref().filter(|_| is_shown).map(ToString::to_string)
}

/// The state's reasons with their comments, which stand beside them in the details.
fn reason_views(claim: &Claim) -> Vec<ReasonView> {
    let comments = &claim.details.reason_comments;
    let comment = |at: usize| comments.get(at)?.as_ref().map(|text| text.as_str().to_owned());
    let view = |(at, reason): (usize, &domain::reason::Reason)| ReasonView {
        code: Word(reason.code),
        item_no: reason.item_no.map(|no| no.0),
        comment: comment(at),
    };
    claim.state.reasons().iter().enumerate().map(view).collect()
}

/// Who holds an item is asked to defend it, while there is time and something to defend.
fn defence_view(claim: &Claim, now: Instant) -> Option<DefenceView> {
    let asked = claim.defence.filter(|defence| !defence.is_over(now))?;
    claim.active_items().next().map(|_| DefenceView { until: format_rfc3339(asked.until) })
}

fn rival_views(shown: &ClaimContext<'_>) -> Option<Vec<RivalView>> {
    let view =
        |rival: &Rival| RivalView { item_no: rival.item.0, claim_id: rival.claim.to_string() };
    let known = shown.rivals.filter(|_| shown.viewer == Viewer::Staff);
    known.map(|rivals| rivals.iter().map(view).collect())
}

/// What a customer's decision led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecisionView {
    /// Where the claim stands now.
    pub claim_status: StatusWord,
    /// Where its items stand now.
    pub items: Vec<DecidedItemView>,
    /// What the decision is receipted under; `null` where nothing had to be recorded.
    #[schema(required)]
    pub receipt_id: Option<String>,
    /// Whether the decision arrived before the end of the window.
    pub in_time: bool,
}

/// An item after a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecidedItemView {
    /// The item's number in the claim, 1–25.
    #[schema(minimum = 1, maximum = 25)]
    pub no: u8,
    /// Where the item stands now.
    pub status: ItemStatusWord,
}

impl DecisionView {
    /// The view of a decision on a claim.
    pub fn of(claim: &Claim, receipt_id: Option<String>, in_time: bool) -> Self {
        let item = |item: &Item| DecidedItemView {
            no: item.no.0,
            status: Word(claim.item_status(item).code()),
        };
        Self {
            claim_status: Word(claim.status()),
            items: claim.items.iter().map(item).collect(),
            receipt_id,
            in_time,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::actor::{ActorId, StaffRole};
    use domain::calendar::{BusinessCalendar, UnknownSubdivision, Zone, count_window};
    use domain::claim::{
        Details, ExtensionCause, ExtensionCauses, HoldReason, LastEvent, Mark, Subject, UsedChances,
    };
    use domain::event::EventType;
    use domain::ids::{ClaimId, ItemId, ItemNo, NoticeNo, PartnerId, StaffId, TenantId, Version};
    use domain::program::ItemKind;
    use domain::reason::EndReason;
    use domain::recipient::RecipientNo;
    use domain::text::{Domain, Email, Name};
    use serde_json::{Value, json};

    use super::*;

    fn at(text: &str) -> Instant {
        crate::values::parse_instant(text).unwrap()
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    /// A claim of three workloads whose window is open, one of them declined.
    pub(crate) fn claim() -> Claim {
        let calendar =
            BusinessCalendar::new("CZ".parse().unwrap(), None, UnknownSubdivision::Any).unwrap();
        let zone = Zone::Known("Europe/Prague".parse().unwrap());
        let window = count_window(at("2026-12-22T14:00:00Z"), 5, &calendar, &zone).unwrap();
        let item = |no: u8, mark| Item {
            no: ItemNo(no),
            id: ItemId::parse(&format!("w-{no}")).unwrap(),
            mark,
        };
        let declined = Mark::Declined {
            at: at("2026-12-23T10:00:00Z"),
            latest: at("2026-12-23T10:00:00Z"),
            by: Decliners::only_recipient(RecipientNo(2)),
            in_time: true,
            no_answer: false,
            settled: false,
        };
        let contact = CustomerContact {
            name: name("Jana"),
            title: name("CIO"),
            email: Email::parse("jana@contoso.example").unwrap(),
        };
        Claim {
            id: ClaimId::of(&PartnerId::parse("p-alpine").unwrap(), "k"),
            version: Version(5),
            subject: Subject {
                partner: PartnerId::parse("p-alpine").unwrap(),
                location: None,
                program: "osu-m365".to_owned().try_into().unwrap(),
                policy_version: 1,
                family: "osu-m365".to_owned().try_into().unwrap(),
                kind: ItemKind::Workload,
                activity: None,
                tenant: TenantId::parse("6f3c0000-0000-4000-8000-000000000001").unwrap(),
                explicit_yes: false,
            },
            items: vec![item(1, None), item(2, Some(declined)), item(3, None)],
            state: State::AwaitingCustomer { window },
            contested: false,
            defence_until: None,
            defence: None,
            notice: NoticeNo(1),
            content_hash: None,
            deadline_calendar: None,
            disputed: false,
            extended: false,
            opened_by: Some(RecipientNo(1)),
            extended_by: ExtensionCauses::default().with(ExtensionCause::Delivery),
            last_outage: 0,
            used: UsedChances::default(),
            created_at: at("2026-12-20T10:00:00Z"),
            submitted_at: Some(at("2026-12-20T10:00:00Z")),
            priority_at: Some(at("2026-12-20T10:00:00Z")),
            details: Details {
                partner_name: name("Alpine Cloud"),
                tenant_name: name("Contoso"),
                tenant_domain: Domain::parse("contoso.example").unwrap(),
                customer_contact: Some(contact),
                technical_contact: None,
                partner_contact: None,
                label: None,
                external_ref: None,
                renews: None,
                evidence: vec![],
                reason_comments: vec![],
                remarks: vec![],
                proposed_contact: None,
                vouched_for: None,
                vouched_by: Vec::new(),
            },
            erased: false,
            last_event: LastEvent {
                event_type: EventType::ItemsDeclined,
                at: at("2026-12-23T10:00:00Z"),
                actor: ActorKind::Operator,
                actor_id: Some(ActorId::Staff(StaffId::parse("s-1").unwrap())),
                by_silence: false,
                fingerprint: None,
            },
        }
    }

    fn shown(claim: &Claim, viewer: Viewer) -> Value {
        serde_json::to_value(view(claim, viewer)).unwrap()
    }

    /// The view of a claim, as `viewer` reads it.
    pub(crate) fn view(claim: &Claim, viewer: Viewer) -> ClaimView {
        let rival = Rival {
            item: ItemNo(1),
            claim: claim.id.clone(),
            rival_item: ItemNo(1),
            standing: domain::context::RivalStatus::Active,
            defence: None,
            held_since: None,
            place: None,
        };
        let now = at("2026-12-24T10:00:00Z");
        let shown = ClaimContext {
            policy: &Policy::default(),
            now,
            viewer,
            reader: &Actor::System,
            rivals: Some(&[rival]),
            reused: None,
            out_of_office: Some(1),
            recipients: None,
        };
        ClaimView::of(claim, &shown)
    }

    #[test]
    fn an_open_window_says_whose_turn_it_is_and_what_silence_will_do() {
        let view = shown(&claim(), Viewer::Partner);
        let turn =
            json!({"who": "customer", "until": "2026-12-31T23:00:00Z", "on_silence": "associate"});
        assert_eq!(view["turn"], turn);
        assert_eq!(view["status"], "awaiting_customer");
        assert_eq!(view["items"][1]["declined_at"], "2026-12-23T10:00:00Z");
        assert_eq!(view["items"][1]["in_time"], true);
        assert!(view.get("explain").is_none());
        assert_eq!(
            view["items"][0],
            json!({"no": 1, "kind": "workload", "id": "w-1", "status": "pending"})
        );
    }

    #[test]
    fn a_claim_says_what_its_reader_can_do_with_it() {
        let (claim, policy) = (claim(), Policy::default());
        let actions = |role: StaffRole| {
            let reader = Actor::Staff { id: StaffId::parse("s-9").unwrap(), role };
            let shown = ClaimContext {
                policy: &policy,
                now: at("2026-12-24T10:00:00Z"),
                viewer: Viewer::Staff,
                reader: &reader,
                rivals: None,
                reused: None,
                out_of_office: None,
                recipients: None,
            };
            serde_json::to_value(ClaimView::of(&claim, &shown).allowed_actions).unwrap()
        };
        assert_eq!(
            actions(StaffRole::Operator),
            json!(["retire_link", "extend", "hold", "resend"])
        );
        assert_eq!(actions(StaffRole::Auditor), json!([]));
    }

    #[test]
    fn a_domain_has_its_other_spelling_beside_it_where_that_is_of_one_script() {
        let spelt = |domain: &str| {
            let mut claim = claim();
            claim.details.tenant_domain = Domain::parse(domain).unwrap();
            let tenant = shown(&claim, Viewer::Customer)["tenant"].clone();
            (tenant["domain"].clone(), tenant.get("domain_unicode").cloned())
        };
        let (ascii, unicode) = spelt("München.example");
        assert_eq!(
            (ascii, unicode),
            (json!("xn--mnchen-3ya.example"), Some(json!("münchen.example")))
        );
        assert_eq!(spelt("contoso.example"), (json!("contoso.example"), None));
        let (_, mixed) = spelt("c\u{43e}ntoso.example");
        assert_eq!(mixed, None);
    }

    #[test]
    fn a_claim_answered_alone_is_explained() {
        let claim = claim();
        let now = at("2026-12-24T10:00:00Z");
        let viewer = Viewer::Partner;
        let shown = ClaimContext {
            policy: &Policy::default(),
            now,
            viewer,
            reader: &Actor::System,
            rivals: None,
            reused: None,
            out_of_office: Some(1),
            recipients: None,
        };
        let view = ClaimView::of(&claim, &shown).with_explanation(&claim, &shown, Language::En);
        let explain = serde_json::to_value(view.explain).unwrap();
        assert_eq!(explain["rule"]["name"], "decline");
        assert_eq!(explain["rule"]["href"], "docs/domain.md#32-commands");
        let next = "The customer's turn until 2026-12-31T23:00:00Z; silence makes the undecided items active.";
        assert_eq!(explain["next"], next);
        let closes = json!({"name": "closes_at", "value": "2026-12-31T23:00:00Z"});
        assert!(explain["facts"].as_array().unwrap().contains(&closes), "{explain}");
    }

    #[test]
    fn every_field_of_the_contract_is_there() {
        let view = shown(&claim(), Viewer::Partner);
        let fields: Vec<_> = view.as_object().unwrap().keys().map(String::as_str).collect();
        for field in [
            "id",
            "version",
            "status",
            "allowed_actions",
            "contested",
            "program",
            "policy_version",
            "activity",
            "location_id",
            "partner",
            "tenant",
            "items",
            "customer_contact",
            "proposed_contact",
            "vouched",
            "technical_contact",
            "partner_contact",
            "label",
            "external_ref",
            "evidence",
            "created_at",
            "submitted_at",
            "priority_at",
            "erased",
            "turn",
            "window",
            "reasons",
            "defence",
            "last_event",
            "erased",
        ] {
            assert!(fields.contains(&field), "{field}");
        }
        assert_eq!(fields.len(), 29, "{fields:?}");
    }

    #[test]
    fn who_declined_and_whose_delivery_counts_is_told_to_staff_and_customer_only() {
        let mut claim = claim();
        let both = Decliners::ADMINISTRATOR.with(Decliners::only_recipient(RecipientNo(2)));
        let Some(Mark::Declined { by, .. }) = &mut claim.items[1].mark else { panic!() };
        *by = both;
        for viewer in [Viewer::Staff, Viewer::Customer] {
            let view = shown(&claim, viewer);
            assert_eq!(view["items"][1]["declined_by"], json!(["administrator", "recipient:2"]));
            assert_eq!(view["window"]["extended_by"], json!(["delivery"]));
            let from = json!({"recipient": 1, "delivered_at": "2026-12-22T14:00:00Z"});
            assert_eq!(view["window"]["counted_from"], from);
        }
        let partner = shown(&claim, Viewer::Partner);
        assert!(partner["items"][1].get("declined_by").is_none());
        assert!(partner["window"].get("extended_by").is_none());
        assert!(partner["window"].get("counted_from").is_none());
    }

    #[test]
    fn what_silence_declined_was_declined_by_nobody() {
        let mut claim = claim();
        let Some(Mark::Declined { no_answer, .. }) = &mut claim.items[1].mark else { panic!() };
        *no_answer = true;
        let view = shown(&claim, Viewer::Staff);
        assert_eq!(view["items"][1]["reason"], "no_answer");
        assert!(view["items"][1].get("declined_by").is_none());
    }

    /// The claim with another last event, of the customer's and later than every decline.
    fn after(event_type: EventType) -> Claim {
        let mut claim = claim();
        claim.last_event.event_type = event_type;
        claim.last_event.at = at("2026-12-23T11:00:00Z");
        claim.last_event.actor = ActorKind::Customer;
        claim
    }

    #[test]
    fn the_partner_is_told_of_single_recipients_that_the_notice_changed_and_nothing_else() {
        let told =
            json!({"type": "notice_changed", "at": "2026-12-23T11:00:00Z", "actor": "system"});
        for event_type in [
            EventType::RecipientFailed,
            EventType::ContactRefused,
            EventType::LinkRetired,
            EventType::ItemsDeclined,
            EventType::DeclineUndone,
        ] {
            let claim = after(event_type);
            assert_eq!(shown(&claim, Viewer::Partner)["last_event"], told, "{event_type:?}");
            for viewer in [Viewer::Staff, Viewer::Customer] {
                let event = &shown(&claim, viewer)["last_event"];
                assert_eq!(event["type"], event_type.as_str());
                assert_eq!(event["actor"], "customer");
            }
        }
    }

    #[test]
    fn a_no_that_declines_an_item_is_told_to_the_partner_as_such() {
        let event = &shown(&claim(), Viewer::Partner)["last_event"];
        assert_eq!(event["type"], "items_declined");
        let mut undone = after(EventType::DeclineUndone);
        undone.items[1].mark = None;
        assert_eq!(shown(&undone, Viewer::Partner)["last_event"]["type"], "decline_undone");
    }

    #[test]
    fn the_partner_keeps_the_time_of_the_first_no_when_another_joins() {
        let mut claim = after(EventType::ItemsDeclined);
        let Some(Mark::Declined { latest, .. }) = &mut claim.items[1].mark else { panic!() };
        *latest = at("2026-12-23T11:00:00Z");
        let view = shown(&claim, Viewer::Partner);
        assert_eq!(view["items"][1]["declined_at"], "2026-12-23T10:00:00Z");
        assert_eq!(view["last_event"]["type"], "notice_changed");
    }

    #[test]
    fn the_explanation_tells_the_partner_no_rule_about_single_recipients() {
        let claim = after(EventType::LinkRetired);
        let explained = |viewer| {
            let shown = ClaimContext {
                policy: &Policy::default(),
                now: at("2026-12-24T10:00:00Z"),
                viewer,
                reader: &Actor::System,
                rivals: None,
                reused: None,
                out_of_office: None,
                recipients: None,
            };
            ClaimView::of(&claim, &shown)
                .with_explanation(&claim, &shown, Language::En)
                .explain
                .unwrap()
        };
        assert_eq!(explained(Viewer::Staff).rule.name, "retire link");
        let partner = explained(Viewer::Partner);
        assert_eq!(partner.rule.name, "recipients");
        assert!(!serde_json::to_string(&partner).unwrap().contains("retire"));
    }

    #[test]
    fn a_claim_tells_a_proposed_contact_vouching_and_why_the_system_holds_it() {
        let mut claim = claim();
        let contact = claim.details.customer_contact.clone().unwrap();
        claim.details.vouched_for = Some(contact.email.clone());
        claim.details.proposed_contact = Some(contact);
        claim.state = State::OnHold { reason: Some(HoldReason::PartnerSuspended) };
        for viewer in [Viewer::Staff, Viewer::Partner] {
            let view = shown(&claim, viewer);
            assert_eq!(view["vouched"], true);
            assert_eq!(view["proposed_contact"]["name"], "Jana");
            assert_eq!(view["hold_reason"], "partner_suspended");
        }
        assert!(shown(&claim, Viewer::Customer)["proposed_contact"].is_null());
        claim.state = State::OnHold { reason: None };
        assert!(shown(&claim, Viewer::Staff).get("hold_reason").is_none());
    }

    #[test]
    fn an_unreachable_customer_can_be_the_operators_turn() {
        let mut claim = claim();
        let due_at = Some(at("2027-01-04T23:00:00Z"));
        claim.state = State::Unreachable { due_at, with_operator: true };
        let turn =
            json!({"who": "operator", "until": "2027-01-04T23:00:00Z", "on_silence": "nothing"});
        assert_eq!(shown(&claim, Viewer::Partner)["turn"], turn);
    }

    #[test]
    fn staff_alone_see_rivals_and_the_names_of_staff() {
        let (staff, partner) = (shown(&claim(), Viewer::Staff), shown(&claim(), Viewer::Partner));
        assert_eq!(staff["rivals"][0]["item_no"], 1);
        assert_eq!(staff["last_event"]["actor_id"], "s-1");
        assert!(partner.get("rivals").is_none() && partner["last_event"].get("actor_id").is_none());
    }

    #[test]
    fn the_customers_contact_is_shown_to_partner_and_operator_only() {
        assert_eq!(shown(&claim(), Viewer::Partner)["customer_contact"]["name"], "Jana");
        assert_eq!(shown(&claim(), Viewer::Staff)["customer_contact"]["name"], "Jana");
        assert!(shown(&claim(), Viewer::Customer)["customer_contact"].is_null());
    }

    #[test]
    fn a_closed_window_shows_associations_and_nobodys_turn() {
        let mut claim = claim();
        let State::AwaitingCustomer { window } = claim.state.clone() else { panic!() };
        claim.state = State::Associated { window: Some(window), ends_at: None };
        let ended = Mark::Ended {
            reason: EndReason::CustomerRevoked,
            at: at("2027-01-05T10:00:00Z"),
            basis: domain::claim::Basis::Deemed,
            effective_at: at("2026-12-31T23:00:00Z"),
        };
        claim.items[2].mark = Some(ended);
        let view = shown(&claim, Viewer::Partner);
        assert_eq!(view["items"][0]["association_id"], format!("{}-1", claim.id));
        assert_eq!(view["items"][0]["basis"], "deemed");
        assert_eq!(view["items"][2]["reason"], "customer_revoked");
        assert_eq!(view["turn"]["who"], "nobody");
        claim.state = State::Withdrawn;
        assert!(shown(&claim, Viewer::Partner)["turn"].is_null());
    }
}
