//! The steps of a story: what anybody may try, and how time passes.

use chrono::NaiveDate;
use domain::actor::{Actor, StaffRole};
use domain::claim::{Claim, CustomerContact, Instant, Status};
use domain::command::{Command, DeclaredEvidence, DirectoryLoss, GivenReason, ItemSelection};
use domain::event::FailureCause;
use domain::ids::{ItemNo, NoticeNo, Sha256Hash, StaffId};
use domain::reason::{Reason, ReasonCode};
use domain::text::{Comment, Email, Name};
use proptest::prelude::*;
use store::DeliveryReport;
use support::rivals::{grounds, operator};
use support::test_env::{
    apply_reports, contoso_admin, decline, decline_all, link, partner_admin, reject, undo_all,
    validate, withdraw,
};

/// One step of a story. Numbers are items of the claim, or reviewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// What comes next on the straight way, whatever the state.
    Advance,
    Submit,
    Recall,
    Discard,
    Begin,
    Ask(u8),
    Respond,
    Reject(u8),
    Validate,
    Deliver,
    DeliverOlder,
    Bounce,
    CorrectContact,
    /// To one of several contacts.
    CorrectTo(u8),
    /// The partner names a contact of the tenant's domain that nobody has verified.
    ProposeContact,
    RefuseContact,
    Vouch,
    /// The operator retires a recipient's link.
    RetireLink(u8),
    Hold,
    Resume,
    Extend,
    ExtendOnce,
    PassOn,
    Decline(u8),
    DeclineAll,
    DeclineByLink(u16),
    Undo,
    Accept(u8),
    AcceptForTheCustomer,
    Withdraw,
    Dispute,
    Uphold(u8),
    Overturn(u8),
    AddEvidence(u8),
    End(u8),
    Revoke(u8),
    /// An item is gone from the directory.
    Vanish(u8),
    /// The partner is suspended, or is not any more.
    Suspend(bool),
    Read,
    Finalize,
    /// Hours pass.
    Wait(i64),
    /// So many seconds more than the claim's deadline pass.
    ToDeadline(i64),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let item = 1..3_u8;
    let who = 1..4_u8;
    let straight = prop_oneof![
        12 => Just(Step::Advance),
        3 => prop_oneof![Just(-1_i64), Just(0), Just(60), Just(125), Just(7200)].prop_map(Step::ToDeadline),
        1 => (1..48_i64).prop_map(Step::Wait),
        1 => Just(Step::Read),
        1 => Just(Step::Finalize),
    ];
    let operators = prop_oneof![
        Just(Step::Begin),
        who.clone().prop_map(Step::Ask),
        who.clone().prop_map(Step::Reject),
        Just(Step::Validate),
        Just(Step::Hold),
        Just(Step::Resume),
        Just(Step::Extend),
        Just(Step::CorrectContact),
        Just(Step::RefuseContact),
        Just(Step::Vouch),
        (1..4_u8).prop_map(Step::RetireLink),
        who.clone().prop_map(Step::Uphold),
        who.prop_map(Step::Overturn),
        Just(Step::AcceptForTheCustomer),
    ];
    let partners = prop_oneof![
        Just(Step::Submit),
        Just(Step::Recall),
        Just(Step::Discard),
        Just(Step::Respond),
        Just(Step::ProposeContact),
        Just(Step::Withdraw),
        Just(Step::Dispute),
        (1..4_u8).prop_map(Step::AddEvidence),
        item.clone().prop_map(Step::End),
        prop_oneof![1 => Just(true), 4 => Just(false)].prop_map(Step::Suspend),
    ];
    let customers = prop_oneof![
        3 => item.clone().prop_map(Step::Decline),
        1 => Just(Step::DeclineAll),
        1 => (1..3_u16).prop_map(Step::DeclineByLink),
        2 => Just(Step::Undo),
        2 => item.clone().prop_map(Step::Accept),
        1 => Just(Step::ExtendOnce),
        1 => Just(Step::PassOn),
        1 => item.prop_map(Step::Revoke),
    ];
    let system = prop_oneof![
        2 => Just(Step::Deliver),
        2 => Just(Step::DeliverOlder),
        2 => Just(Step::Bounce),
        1 => (1..3_u8).prop_map(Step::Vanish),
    ];
    prop_oneof![20 => straight, 3 => operators, 3 => partners, 5 => customers, 1 => system]
}

/// What comes next for a claim in that status; `None`: its deadline.
pub(crate) fn straight_on(claim: &Claim) -> Option<Step> {
    match claim.status() {
        Status::Draft => Some(Step::Submit),
        Status::Submitted => Some(Step::Begin),
        Status::InReview => Some(Step::Validate),
        Status::ActionRequired => Some(Step::Respond),
        Status::Disputed => Some(Step::Overturn(3)),
        Status::Notifying => Some(Step::Deliver),
        Status::Unreachable => Some(Step::CorrectContact),
        Status::OnHold => Some(Step::Resume),
        Status::Rejected => Some(Step::Dispute),
        Status::AwaitingCustomer
        | Status::Associated
        | Status::Declined
        | Status::Withdrawn
        | Status::Discarded
        | Status::Ended => None,
    }
}

/// What the mail provider reports before a step, and of which notice.
pub(crate) fn report(
    step: Step,
    claim: &Claim,
    now: Instant,
) -> Option<(NoticeNo, DeliveryReport)> {
    let older = NoticeNo(claim.notice.0.saturating_sub(1));
    match step {
        Step::Deliver => Some((claim.notice, DeliveryReport::Delivered { at: now })),
        Step::DeliverOlder => Some((older, DeliveryReport::Delivered { at: now })),
        Step::Bounce => {
            Some((claim.notice, DeliveryReport::Failed { at: now, cause: FailureCause::Bounce }))
        }
        _ => None,
    }
}

/// The command of a step, and who gives it; `None` for a step that is no command.
pub(crate) fn command(step: Step, claim: &Claim, partner: &str) -> Option<(Actor, Command)> {
    let (remark, holder) = (Comment::parse("for a reason"), partner_admin(partner));
    let comment = remark.ok()?;
    let these = |no: u8| ItemSelection::These(vec![ItemNo(no)]);
    Some(match step {
        Step::Submit => (holder, Command::Submit(None)),
        Step::Recall => (holder, Command::Recall),
        Step::Discard => (holder, Command::Discard),
        Step::Respond => (holder, Command::Respond { comment: None }),
        Step::Withdraw => (holder, withdraw()),
        Step::Dispute => (holder, Command::Dispute { comment }),
        Step::AddEvidence(no) => (holder, Command::AddEvidence(Box::new(evidence(no)?))),
        Step::End(no) => (holder, Command::End { item: ItemNo(no), comment: Some(comment) }),
        Step::Begin => (reviewer(1), Command::BeginReview),
        Step::Ask(no) => (reviewer(no), Command::RequestInformation { reasons: reasons() }),
        Step::Reject(no) => (reviewer(no), reject()),
        Step::Validate if claim.contested => (operator(), grounds()),
        Step::Validate => (operator(), validate()),
        Step::Hold => (operator(), Command::Hold { comment }),
        Step::Resume => (operator(), Command::Resume),
        Step::CorrectContact => (
            operator(),
            Command::CorrectContact { contact: contact("it@contoso.example")?, comment: None },
        ),
        Step::CorrectTo(no) => {
            let address = ADDRESSES.get(usize::from(no))?;
            (operator(), Command::CorrectContact { contact: contact(address)?, comment: None })
        }
        Step::ProposeContact => (
            holder,
            Command::CorrectContact { contact: contact("ota@contoso.example")?, comment: None },
        ),
        Step::RefuseContact => (operator(), Command::RefuseContact { comment: Some(comment) }),
        Step::Vouch => (second_operator()?, Command::Vouch { comment: Some(comment) }),
        Step::RetireLink(recipient) => {
            (operator(), Command::RetireLink { recipient, comment: Some(comment) })
        }
        Step::Extend => (operator(), Command::Extend { closes_on: Some(later(claim)?) }),
        Step::Uphold(no) => (reviewer(no), Command::Uphold { comment }),
        Step::Overturn(no) => (reviewer(no), Command::Overturn { comment }),
        Step::AcceptForTheCustomer => (operator(), Command::Accept { items: ItemSelection::All }),
        Step::Deliver | Step::Bounce => (Actor::System, apply_reports(claim.notice)),
        Step::DeliverOlder => {
            (Actor::System, apply_reports(NoticeNo(claim.notice.0.saturating_sub(1))))
        }
        Step::Vanish(no) => {
            (Actor::System, Command::Vanish(DirectoryLoss::Items(vec![ItemNo(no)])))
        }
        Step::Decline(no) => (link(claim.notice.0), decline(&[no])),
        Step::DeclineAll => (contoso_admin(), decline_all()),
        Step::DeclineByLink(notice) => (link(notice), decline_all()),
        Step::PassOn => (link(claim.notice.0), Command::WrongContact),
        Step::Undo => (contoso_admin(), undo_all()),
        Step::Accept(no) => (contoso_admin(), Command::Accept { items: these(no) }),
        Step::ExtendOnce => (contoso_admin(), Command::Extend { closes_on: None }),
        Step::Revoke(no) => (contoso_admin(), Command::End { item: ItemNo(no), comment: None }),
        Step::Advance
        | Step::Suspend(_)
        | Step::Read
        | Step::Finalize
        | Step::Wait(_)
        | Step::ToDeadline(_) => return None,
    })
}

fn reviewer(no: u8) -> Actor {
    let id = StaffId::parse(&format!("reviewer-{no}")).unwrap();
    Actor::Staff { id, role: StaffRole::Reviewer }
}

fn reasons() -> Vec<GivenReason> {
    let reason = Reason { code: ReasonCode::EvidenceUnreadable, item_no: None };
    vec![GivenReason { reason, comment: None }]
}

fn evidence(no: u8) -> Option<DeclaredEvidence> {
    let name = Name::parse("mail.pdf").ok()?;
    let acknowledged_on = NaiveDate::from_ymd_opt(2026, 11, 2)?;
    Some(DeclaredEvidence { name, sha256: Sha256Hash([no; 32]), acknowledged_on })
}

/// Whom the operator may name: verified contacts, and one that somebody has to vouch for.
const ADDRESSES: [&str; 5] = [
    "it@contoso.example",
    "security@contoso.example",
    "ciso@contoso.example",
    "msp@helper.example",
    "ota@contoso.example",
];

/// Whoever vouches does not bring the claim to the contact.
fn second_operator() -> Option<Actor> {
    let id = StaffId::parse("operator-2").ok()?;
    Some(Actor::Staff { id, role: StaffRole::Operator })
}

fn contact(address: &str) -> Option<CustomerContact> {
    let (name, title) = (Name::parse("Jan").ok()?, Name::parse("CIO").ok()?);
    let email = Email::parse(address).ok()?;
    Some(CustomerContact { name, title, email })
}

/// A day after the window's last one: often a holiday or of a weekend, and then refused.
fn later(claim: &Claim) -> Option<NaiveDate> {
    claim.state.window()?.last_counted()?.succ_opt()
}
