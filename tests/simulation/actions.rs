//! What the parties, the mail provider and the timers do to a claim: the one set of actions of the simulation, the
//! faults, the crashes and the invariants.
#![expect(clippy::wildcard_enum_match_arm, reason = "most actions are commands")]

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate};
use domain::actor::{Actor, StaffRole};
use domain::calendar::Exception;
use domain::claim::{Claim, CustomerContact, Instant, Status};
use domain::command::{
    ClaimInput, Command, DeclaredEvidence, DirectoryLoss, GivenReason, ItemSelection,
};
use domain::event::{EventType, FailureCause};
use domain::ids::{ClaimId, ItemNo, NoticeNo, Sha256Hash, StaffId, Version};
use domain::motive::Motive;
use domain::reason::{Reason, ReasonCode};
use domain::rules::StandingRules;
use domain::text::{Comment, Email, Name};
use serde_json::{Value, json};
use store::{Author, ClaimImage, CommandOutcome, DeliveryReport, Store, StoreError};
use support::fixtures::{ALPINE, CONTOSO, claim_body, claim_body_of};
use support::rivals::{accept_all, grounds, operator};
use support::test_env::{
    TestEnv, apply_reports, contoso_admin, create_on, decline, decline_all, link, partner_admin,
    reject, tenant_id, undo_all, validate, withdraw,
};

/// The key and the items of a claim that an action creates.
pub(crate) const KEY: &str = "k";
/// The key of a renewal that an action creates.
pub(crate) const RENEWAL_KEY: &str = "renewal";
pub(crate) const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// Something that somebody does to a claim. Numbers are items of the claim, notices, reviewers or recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    // The partner of the claim.
    StoreDraft,
    /// Submits a claim at once.
    Create,
    Edit,
    /// Submits a draft.
    Submit,
    Recall,
    Discard,
    Respond,
    Withdraw,
    Dispute,
    AddEvidence(u8),
    End(u8),
    /// Submits a claim that renews the association of that item; 0: those of all items that run.
    Renew(u8),
    /// Names a contact of the tenant's domain that nobody has verified.
    ProposeContact,
    // The operator's staff.
    Begin,
    Ask(u8),
    Reject(u8),
    Validate,
    Uphold(u8),
    Overturn(u8),
    Hold,
    Resume,
    Extend,
    CorrectContact,
    /// Names one of several contacts.
    CorrectTo(u8),
    RefuseContact,
    Vouch,
    RetireLink(u8),
    Resend,
    AcceptForTheCustomer,
    Erase,
    /// Makes New Year's Eve a holiday.
    AnnounceHoliday,
    // The customer.
    Decline(u8),
    DeclineAll,
    DeclineByLink(u16),
    Undo,
    Accept(u8),
    AcceptAll,
    ExtendOnce,
    PassOn,
    Revoke(u8),
    /// Empties the standing rules.
    LiftBlocks,
    // The mail provider.
    Deliver,
    DeliverOlder,
    Bounce,
    // The directory, the timers, and whoever looks.
    Vanish(u8),
    Tick,
    /// Counts the windows of every country again whose calendar has changed.
    Recount,
    Read,
}

impl Action {
    /// Whether it is the system's own work, which the next tick takes up again.
    pub(crate) fn is_of_timers(self) -> bool {
        matches!(self, Self::Tick | Self::Recount)
    }

    /// What the mail provider says with it, and of which notice; `None`: nothing.
    pub(crate) fn report(self, claim: &Claim, now: Instant) -> Option<(NoticeNo, DeliveryReport)> {
        let delivered = DeliveryReport::Delivered { at: now };
        match self {
            Self::Deliver => Some((claim.notice, delivered)),
            Self::DeliverOlder => Some((older_notice(claim), delivered)),
            Self::Bounce => {
                let cause = FailureCause::Bounce;
                Some((claim.notice, DeliveryReport::Failed { at: now, cause }))
            }
            _ => None,
        }
    }

    /// The command on that claim, and who gives it; `None` for an action that is no command.
    pub(crate) fn command(self, claim: &Claim) -> Option<(Actor, Command)> {
        let holder = partner_admin(claim.subject.partner.as_str());
        let comment = Comment::parse("for a reason").ok()?;
        let these = |no: u8| ItemSelection::These(vec![ItemNo(no)]);
        Some(match self {
            Self::Edit => (holder, edit(claim)?),
            Self::Submit => (holder, Command::Submit(None)),
            Self::Recall => (holder, Command::Recall),
            Self::Discard => (holder, Command::Discard),
            Self::Respond => (holder, Command::Respond { comment: Some(comment) }),
            Self::Withdraw => (holder, withdraw()),
            Self::Dispute => (holder, Command::Dispute { comment }),
            Self::AddEvidence(no) => (holder, Command::AddEvidence(Box::new(evidence(no)?))),
            Self::End(no) => (
                holder,
                Command::End {
                    item: ItemNo(no),
                    comment: Some(comment),
                    motive: Some(Motive::Other),
                },
            ),
            Self::ProposeContact => (holder, correct_to("ota@contoso.example")?),
            Self::Begin => (reviewer(1)?, Command::BeginReview),
            Self::Ask(no) => (reviewer(no)?, ask(comment)),
            Self::Reject(no) => (reviewer(no)?, reject()),
            Self::Validate if claim.contested => (operator(), grounds()),
            Self::Validate => (operator(), validate()),
            Self::Uphold(no) => (reviewer(no)?, Command::Uphold { comment }),
            Self::Overturn(no) => (reviewer(no)?, Command::Overturn { comment }),
            Self::Hold => (operator(), Command::Hold { comment }),
            Self::Resume => (operator(), Command::Resume),
            Self::Extend => (operator(), Command::Extend { closes_on: Some(later(claim)?) }),
            Self::CorrectContact => (operator(), correct_to("it@contoso.example")?),
            Self::CorrectTo(no) => (operator(), correct_to(ADDRESSES.get(usize::from(no))?)?),
            Self::RefuseContact => (operator(), Command::RefuseContact { comment: Some(comment) }),
            Self::Vouch => (second_operator()?, Command::Vouch { comment: Some(comment) }),
            Self::Resend => (operator(), Command::Resend),
            Self::RetireLink(recipient) => {
                (operator(), Command::RetireLink { recipient, comment: Some(comment) })
            }
            Self::AcceptForTheCustomer => (operator(), accept_all()),
            Self::Erase => (operator(), Command::Erase),
            Self::Decline(no) => (link(claim.notice.0), decline(&[no])),
            Self::DeclineAll => (contoso_admin(), decline_all()),
            Self::DeclineByLink(notice) => (link(notice), decline_all()),
            Self::Undo => (contoso_admin(), undo_all()),
            Self::Accept(no) => (contoso_admin(), Command::Accept { items: these(no) }),
            Self::AcceptAll => (contoso_admin(), accept_all()),
            Self::ExtendOnce => (contoso_admin(), Command::Extend { closes_on: None }),
            Self::PassOn => (link(claim.notice.0), Command::WrongContact),
            Self::Revoke(no) => {
                (contoso_admin(), Command::End { item: ItemNo(no), comment: None, motive: None })
            }
            Self::Deliver | Self::Bounce => (Actor::System, apply_reports(claim.notice)),
            Self::DeliverOlder => (Actor::System, apply_reports(older_notice(claim))),
            Self::Vanish(no) => {
                (Actor::System, Command::Vanish(DirectoryLoss::Items(vec![ItemNo(no)])))
            }
            Self::StoreDraft
            | Self::Create
            | Self::Renew(_)
            | Self::AnnounceHoliday
            | Self::LiftBlocks
            | Self::Tick
            | Self::Recount
            | Self::Read => return None,
        })
    }

    /// The version that its caller names, where a command is repeated by that alone: a notice that was sent again is
    /// sent once more by whoever has seen that.
    fn seen_version(self, claim: &Claim) -> Option<Version> {
        let is_done = u32::from(claim.last_event.event_type == EventType::NoticeResent);
        (self == Self::Resend).then(|| Version(claim.version.0.saturating_sub(is_done)))
    }

    /// Does it to a claim through `store`. What the mail provider says with it has to be noted before. `None`: it is no
    /// command, or the claim has nothing that it could be about.
    pub(crate) async fn perform(
        self,
        env: &TestEnv,
        store: &Store,
        id: &ClaimId,
    ) -> Result<Option<CommandOutcome>, StoreError> {
        let until = env.clock.now() + Duration::seconds(40);
        match self {
            Self::StoreDraft => create(env, store, &drafted()).await?,
            Self::Create => create(env, store, &claim_body(&ITEMS)).await?,
            Self::Renew(no) => {
                let old = stored_claim(env, id);
                let body = renewal_body(&old, no);
                let partner = old.subject.partner.as_str();
                Box::pin(create_on(store, partner, RENEWAL_KEY, &body, env.now())).await?;
            }
            Self::AnnounceHoliday => announce_holiday(store, env.clock.now()).await?,
            Self::LiftBlocks => {
                let none = |_: &StandingRules| Ok(StandingRules::default());
                let tenant = tenant_id(CONTOSO);
                let put = store.put_standing_rules(&tenant, &none, env.now(), &|_, _| true);
                Box::pin(put).await?;
            }
            Self::Tick => {
                for shard in store.find_due_work().await?.due {
                    Box::pin(store.drain_timers(shard, until)).await?;
                }
            }
            Self::Recount => {
                for country in store.pending_recounts().await? {
                    Box::pin(store.recount_windows(country, until)).await?;
                }
            }
            Self::Read => drop(Box::pin(store.load_up_to_date(id, env.now())).await?),
            _ => {
                // The record alone has no details, and an edit names them.
                let is_edit = self == Self::Edit;
                let claim = if is_edit { env.read(id).await } else { stored_claim(env, id) };
                let Some((actor, command)) = self.command(&claim) else { return Ok(None) };
                let seen = self.seen_version(&claim);
                let given = store.execute_command(id, &actor, &command, env.now(), seen);
                return Ok(Some(Box::pin(given).await?));
            }
        }
        Ok(None)
    }
}

/// What comes next on the straight way for a claim in that status; `None`: its deadline.
pub(crate) fn straight_on(claim: &Claim) -> Option<Action> {
    match claim.status() {
        Status::Draft => Some(Action::Submit),
        Status::Submitted => Some(Action::Begin),
        Status::InReview => Some(Action::Validate),
        Status::ActionRequired => Some(Action::Respond),
        Status::Disputed => Some(Action::Overturn(3)),
        Status::Notifying => Some(Action::Deliver),
        Status::Unreachable => Some(Action::CorrectContact),
        Status::OnHold => Some(Action::Resume),
        Status::Rejected => Some(Action::Dispute),
        Status::AwaitingCustomer
        | Status::Associated
        | Status::Declined
        | Status::Withdrawn
        | Status::Discarded
        | Status::Ended => None,
    }
}

/// A claim as its record has it, without details, and closed by nobody for having been looked at.
pub(crate) fn stored_claim(env: &TestEnv, id: &ClaimId) -> Claim {
    let item: serde_dynamo::Item = serde_json::from_value(env.stored(id)).unwrap();
    ClaimImage::from_stream(item).unwrap().claim().clone()
}

fn older_notice(claim: &Claim) -> NoticeNo {
    NoticeNo(claim.notice.0.saturating_sub(1))
}

async fn create(env: &TestEnv, store: &Store, body: &Value) -> Result<(), StoreError> {
    Box::pin(create_on(store, ALPINE, KEY, body, env.now())).await.map(drop)
}

fn drafted() -> Value {
    let mut body = claim_body(&ITEMS);
    body["draft"] = json!(true);
    body
}

/// The body of a claim that renews an item of `old`, or with 0 all of its items that run.
pub(crate) fn renewal_body(old: &Claim, no: u8) -> Value {
    let subject = &old.subject;
    let chosen = old.active_items().filter(|item| no == 0 || item.no.0 == no);
    let items: Vec<&str> = chosen.map(|item| item.id.as_str()).collect();
    let location = subject.location.as_ref().expect("a location").as_str();
    let tenant = subject.tenant.to_string();
    let domain = if tenant == CONTOSO { "contoso.example" } else { "fabrikam.example" };
    let mut body = claim_body_of(location, &tenant, domain, &items);
    body["renews"] = match no {
        0 => json!(old.id),
        no => json!(old.association_id(ItemNo(no)).to_string()),
    };
    body
}

/// The same content under another label, whatever the claim's label is now.
fn edit(claim: &Claim) -> Option<Command> {
    let label = Some(Name::parse("another").ok()?);
    Some(Command::Edit(Box::new(ClaimInput { label, ..ClaimInput::of(claim) })))
}

async fn announce_holiday(store: &Store, at: Instant) -> Result<(), StoreError> {
    let date = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    let added = Exception { date, name: "Day of mourning".to_owned(), subdivision: None };
    let author = Author::of(&Actor::System, at);
    let days = |_: &BTreeSet<Exception>| Ok([added.clone()].into());
    let put = store.put_country_calendar("CZ".parse().unwrap(), &days, &author, &|_, _| true);
    Box::pin(put).await.map(drop)
}

fn reviewer(no: u8) -> Option<Actor> {
    let id = StaffId::parse(&format!("reviewer-{no}")).ok()?;
    Some(Actor::Staff { id, role: StaffRole::Reviewer })
}

/// Whoever vouches does not bring the claim to the contact.
fn second_operator() -> Option<Actor> {
    let id = StaffId::parse("operator-2").ok()?;
    Some(Actor::Staff { id, role: StaffRole::Operator })
}

fn ask(comment: Comment) -> Command {
    let reason = Reason { code: ReasonCode::EvidenceUnreadable, item_no: None };
    Command::RequestInformation { reasons: vec![GivenReason { reason, comment: Some(comment) }] }
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

fn correct_to(address: &str) -> Option<Command> {
    let (name, title) = (Name::parse("Jan").ok()?, Name::parse("CIO").ok()?);
    let contact = CustomerContact { name, title, email: Email::parse(address).ok()? };
    Some(Command::CorrectContact { contact, comment: None })
}

/// A day after the window's last one: often a holiday or of a weekend, and then refused.
fn later(claim: &Claim) -> Option<NaiveDate> {
    claim.state.window()?.last_counted()?.succ_opt()
}
