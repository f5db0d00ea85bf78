//! What a partner is told by mail of its claims (`docs/domain.md §5.9`).

use chrono::Duration;
use domain::actor::{Actor, ActorKind};
use domain::claim::{Claim, Status};
use domain::command::{Command, CommandKind};
use domain::ids::ItemNo;
use domain::partner_news::{PartnerNews, PartnerTask, PartnerTopic, partner_news};
use domain::program::{Consent, Policy};
use domain::turn::Who;
use proptest::prelude::*;

use crate::given::*;
use crate::table::of_kind;

use PartnerTopic::{Decided, Ended, Official, Turn};

/// What the command is to the partner.
fn news(given: &Given, command: &Command, actor: Actor, at: Instant) -> PartnerNews {
    partner_news(&given.claim, &given.clone().then(command, actor, at).claim)
}

fn topics(given: &Given, command: &Command, actor: Actor, at: Instant) -> Vec<PartnerTopic> {
    news(given, command, actor, at).topics
}

/// When a claim's deadline has passed, with the grace.
fn late(given: &Given) -> Instant {
    given.claim.deadline().expect("a deadline") + Duration::minutes(5)
}

fn silence(given: &Given) -> Vec<PartnerTopic> {
    topics(given, &Command::DeadlinePassed, Actor::System, late(given))
}

fn command(kind: CommandKind) -> Command {
    of_kind(kind).expect("a command").0
}

fn asked() -> Given {
    let ask = command(CommandKind::RequestInformation);
    Given::in_review().then(&ask, reviewer(), submitted_at() + Duration::hours(3))
}

fn rejected() -> Given {
    Given::in_review().then(&reject(), reviewer(), submitted_at() + Duration::hours(3))
}

/// Called after each step of the random sequences: whenever the turn of a submitted claim is the partner's it has
/// a task, and a task that somebody else gave it is told.
pub(crate) fn is_told_what_it_must_do(
    before: &Claim,
    after: &Claim,
    now: Instant,
) -> Result<(), TestCaseError> {
    let at = after.last_event.at;
    let turn = after.turn(&Policy::default(), at).map(|turn| turn.who);
    let tasks = after.partner_tasks(at);
    let is_asked = turn == Some(Who::Partner) && after.status() != Status::Draft;
    let is_late = after.state.runs_until().is_some_and(|until| at >= until);
    prop_assert!(!is_asked || is_late || !tasks.is_empty(), "{:?} at {now}", after.status());
    let told = partner_news(before, after);
    let had = before.turn(&Policy::default(), at).map(|turn| turn.who);
    let is_new = is_asked && !is_late && had != Some(Who::Partner);
    let is_own = after.last_event.actor == ActorKind::Partner;
    prop_assert!(!is_new || is_own || told.topics.contains(&Turn), "{:?}", after.last_event);
    prop_assert!(!is_own || told == PartnerNews::default(), "{:?}", after.last_event);
    let was_over = matches!(before.status(), Status::Rejected | Status::Declined);
    let is_refused = matches!(after.status(), Status::Rejected | Status::Declined);
    let is_decided = is_refused && !was_over && !is_own;
    prop_assert!(!is_decided || told.topics.contains(&Decided), "{:?}", after.last_event);
    prop_assert_eq!(told.topics.contains(&Turn), told.task.is_some());
    prop_assert_eq!(told.topics.contains(&Official), !told.official.is_empty());
    prop_assert_eq!(told.topics.contains(&Ended), !told.ended.is_empty());
    Ok(())
}

#[test]
fn a_question_is_a_task_until_its_deadline_and_silence_decides_the_claim() {
    let at = submitted_at() + Duration::hours(3);
    let told = news(&Given::in_review(), &command(CommandKind::RequestInformation), reviewer(), at);
    let task = told.task.expect("a task");
    assert_eq!((told.topics, task.task), (vec![Turn], PartnerTask::Answer));
    let asked = asked();
    assert_eq!(asked.claim.partner_tasks(task.until - Duration::milliseconds(1)), [task]);
    assert_eq!(asked.claim.partner_tasks(task.until), []);
    assert_eq!(silence(&asked), [Turn, Decided], "the rejection can be disputed");
}

#[test]
fn a_rejection_can_be_disputed_and_what_is_judged_then_is_decided() {
    let at = submitted_at() + Duration::hours(3);
    let told = news(&Given::in_review(), &reject(), reviewer(), at);
    assert_eq!(told.topics, [Turn, Decided]);
    assert_eq!(told.task.map(|own| own.task), Some(PartnerTask::Dispute));
    let dispute = Command::Dispute { comment: comment() };
    let at = at + Duration::hours(1);
    assert_eq!(topics(&rejected(), &dispute, alpine(), at), [], "its own doing");
    let disputed = rejected().then(&dispute, alpine(), at);
    for judged in [Command::Uphold { comment: comment() }, Command::Overturn { comment: comment() }]
    {
        let told = topics(&disputed, &judged, operator(), at + Duration::hours(1));
        assert_eq!(told, [Decided], "{judged:?}");
    }
}

#[test]
fn a_customer_that_cannot_be_reached_is_a_task_only_while_it_is_the_partners_turn() {
    let unreached = Given::notifying();
    let told = news(&unreached, &Command::DeadlinePassed, Actor::System, late(&unreached));
    assert_eq!(told.topics, [Turn]);
    assert_eq!(told.task.map(|own| own.task), Some(PartnerTask::CorrectContact));
    let unreachable = given_in(Status::Unreachable);
    let at = delivered_at() + Duration::hours(1);
    let propose = command(CommandKind::CorrectContact);
    assert_eq!(topics(&unreachable, &propose, alpine(), at), []);
    let proposed = unreachable.then(&propose, alpine(), at);
    assert_eq!(proposed.claim.partner_tasks(at), []);
    let refuse = Command::RefuseContact { comment: None };
    assert_eq!(topics(&proposed, &refuse, operator(), at + Duration::hours(1)), [Turn]);
}

#[test]
fn a_holder_that_is_asked_to_defend_has_a_task_until_it_has_brought_evidence() {
    let holder = Given::associated();
    let at = after_grace() + Duration::hours(1);
    let until = at + Duration::days(7);
    let told = news(&holder, &Command::RequestDefence { until }, Actor::System, at);
    let task = told.task.expect("a task");
    assert_eq!((told.topics, task.task, task.until), (vec![Turn], PartnerTask::Defend, until));
    let mut claim = holder.then(&Command::RequestDefence { until }, Actor::System, at).claim;
    assert_eq!(claim.partner_tasks(at), [task]);
    claim.defence = claim.defence.map(|own| domain::claim::Defence { used: true, ..own });
    assert_eq!(claim.partner_tasks(at), []);
}

#[test]
fn a_no_to_everything_decides_the_claim_and_a_no_to_a_part_does_not() {
    let at = delivered_at() + Duration::hours(1);
    let open = Given::awaiting();
    assert_eq!(topics(&open, &decline(&[]), link(), at), [Decided]);
    assert_eq!(topics(&open, &decline(&[1]), link(), at), []);
    let declined = open.then(&decline(&[]), link(), at);
    assert_eq!(topics(&declined, &undo(&[]), administrator(), at + Duration::hours(1)), []);
}

#[test]
fn the_last_no_beside_a_yes_decides_the_claim() {
    let at = delivered_at() + Duration::hours(1);
    let accept = Command::Accept { items: these(&[1]) };
    let told = news(&Given::awaiting(), &accept, administrator(), at);
    assert_eq!((told.topics, told.official), (vec![Official], vec![ItemNo(1)]));
    let partly = Given::awaiting().then(&accept, administrator(), at);
    let told = topics(&partly, &decline(&[2, 3]), administrator(), at + Duration::hours(1));
    assert_eq!(told, [Decided]);
}

#[test]
fn silence_makes_items_official_or_lets_the_claim_lapse() {
    let open = Given::awaiting();
    let told = news(&open, &Command::DeadlinePassed, Actor::System, late(&open));
    assert_eq!((told.topics, told.official.len()), (vec![Official], 3));
    let mut claim = open.claim.clone();
    claim.subject.explicit_yes = true;
    assert_eq!(claim.consent(&Policy::default()), Consent::OptIn);
    let lapsing = Given { claim, ..open };
    assert_eq!(silence(&lapsing), [Decided]);
}

#[test]
fn an_end_is_told_unless_the_partner_brought_it_about() {
    let at = after_grace() + Duration::hours(1);
    let told = news(&Given::associated(), &end(2), operator(), at);
    assert_eq!((told.topics, told.ended), (vec![Ended], vec![ItemNo(2)]));
    assert_eq!(topics(&Given::associated(), &end(2), alpine(), at), []);
    assert_eq!(topics(&Given::associated(), &decline(&[1]), link(), at), [Ended]);
}

#[test]
fn what_a_partner_does_itself_is_no_news_to_it() {
    let at = submitted_at() + Duration::hours(4);
    assert_eq!(topics(&Given::submitted(), &withdraw(), alpine(), at), []);
    assert_eq!(topics(&Given::submitted(), &Command::Recall, alpine(), at), []);
    assert_eq!(topics(&asked(), &command(CommandKind::Respond), alpine(), at), []);
}

#[test]
fn a_partner_is_told_everything_unless_it_says_what_and_what_has_ended_alone_while_it_is_suspended()
{
    let mut own = partner();
    assert_eq!(own.mail_topics().len(), 0, "nobody is there to be told");
    own.domains = [domain::text::Domain::parse("alpine.example").unwrap()].into();
    let at = |email: &str| domain::claim::PartnerContact {
        name: name("Petr Alpin"),
        email: domain::text::Email::parse(email).unwrap(),
    };
    own.contacts = vec![at("petr@sub.alpine.example"), at("petr@contoso.example")];
    assert_eq!(own.mail_topics().len(), 0, "no address is at a domain of the partner's");
    own.contacts.extend([at("petr@alpine.example"), at("PETR@alpine.example")]);
    assert_eq!(own.mail_contacts().count(), 1, "one mail a mailbox");
    assert_eq!(own.mail_topics().len(), PartnerTopic::ALL.len());
    own.notify = Some([Decided].into());
    assert_eq!(own.mail_topics(), [Decided].into());
    own.notify = Some([].into());
    assert_eq!(own.mail_topics(), [].into());
    own.notify = None;
    own.status = domain::directory::PartnerStatus::Suspended;
    assert_eq!(own.mail_topics(), [Ended].into());
    own.notify = Some([Decided].into());
    assert_eq!(own.mail_topics(), [].into());
}

#[test]
fn the_mail_of_a_day_is_due_at_eight_by_the_partners_clocks_also_when_they_change() {
    let own = partner();
    for (now, due) in [
        ("2026-12-31T23:02:00Z", "2027-01-01T07:00:00Z"),
        ("2027-01-01T06:59:59.999Z", "2027-01-01T07:00:00Z"),
        ("2027-01-01T07:00:00Z", "2027-01-02T07:00:00Z"),
        ("2027-03-27T12:00:00Z", "2027-03-28T06:00:00Z"),
        ("2027-10-30T12:00:00Z", "2027-10-31T07:00:00Z"),
    ] {
        assert_eq!(own.digest_due_after(at(now)), at(due), "{now}");
    }
}
