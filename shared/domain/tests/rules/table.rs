//! The state × command table, as a golden file: a change of the rules shows as a difference there.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Scan, State, Status};
use domain::command::{Command, CommandKind, DeclaredEvidence, DirectoryLoss};
use domain::context::Context;
use domain::decide::{is_allowed_in, refuse_by_state};
use domain::event::FailureCause;
use domain::ids::{EvidenceId, ItemNo, Sha256Hash};
use domain::motive::Motive;
use domain::possible::possible_commands;
use domain::rejection::Rejection;
use domain::{decide, evolve};

use crate::given::*;

pub(crate) fn of_kind(kind: CommandKind) -> Option<(Command, Actor)> {
    let comment = comment();
    Some(match kind {
        CommandKind::Draft => (draft(&input()), alpine()),
        CommandKind::Submit => (Command::Submit(None), alpine()),
        CommandKind::Edit => (Command::Edit(Box::new(input())), alpine()),
        CommandKind::Recall => (Command::Recall, alpine()),
        CommandKind::Discard => (Command::Discard, alpine()),
        CommandKind::BeginReview => (Command::BeginReview, reviewer()),
        CommandKind::RequestInformation => {
            let Command::Reject { reasons } = reject() else { return None };
            (Command::RequestInformation { reasons }, reviewer())
        }
        CommandKind::Respond => (Command::Respond { comment: None }, alpine()),
        CommandKind::Reject => (reject(), reviewer()),
        CommandKind::Validate => (Command::Validate { drop: vec![], comment: None }, reviewer()),
        CommandKind::ApplyReports => (reports(1), Actor::System),
        CommandKind::Vouch => (Command::Vouch { comment: Some(comment) }, operator()),
        CommandKind::RefuseContact => (Command::RefuseContact { comment: None }, operator()),
        CommandKind::Resend => (Command::Resend, alpine()),
        CommandKind::RetireLink => (retire(FIRST), administrator()),
        CommandKind::ChangeConsent => (Command::ChangeConsent, administrator()),
        CommandKind::CorrectContact => (
            Command::CorrectContact { contact: contact("ota@contoso.example"), comment: None },
            alpine(),
        ),
        CommandKind::Decline => (decline(&[]), administrator()),
        CommandKind::Undo => (undo(&[]), administrator()),
        CommandKind::Accept => (Command::Accept { items: these(&[]) }, administrator()),
        CommandKind::End => (end(1), administrator()),
        CommandKind::WrongContact => (Command::WrongContact, link()),
        CommandKind::Extend => (Command::Extend { closes_on: None }, administrator()),
        CommandKind::Hold => (Command::Hold { comment }, operator()),
        CommandKind::Resume => (Command::Resume, operator()),
        CommandKind::Withdraw => (withdraw(), alpine()),
        CommandKind::Dispute => (Command::Dispute { comment }, alpine()),
        CommandKind::Uphold => (Command::Uphold { comment }, operator()),
        CommandKind::Overturn => (Command::Overturn { comment }, operator()),
        CommandKind::AddEvidence => {
            let entry = DeclaredEvidence {
                name: name("mail.pdf"),
                sha256: Sha256Hash([8; 32]),
                acknowledged_on: delivered_at().date_naive(),
            };
            (Command::AddEvidence(Box::new(entry)), alpine())
        }
        CommandKind::RecordScan => {
            let (id, sha256) = (EvidenceId::parse("e1").unwrap(), Sha256Hash([7; 32]));
            (Command::RecordScan { id, sha256, scan: Scan::Clean }, Actor::System)
        }
        CommandKind::RequestDefence => {
            (Command::RequestDefence { until: after_grace() }, Actor::System)
        }
        CommandKind::Supersede => (
            Command::Supersede { items: vec![ItemNo(1)], since: after_grace(), renewed: false },
            Actor::System,
        ),
        CommandKind::Vanish => {
            (Command::Vanish(DirectoryLoss::Items(vec![ItemNo(1)])), Actor::System)
        }
        CommandKind::Recount => (Command::Recount, Actor::System),
        CommandKind::DeadlinePassed => (Command::DeadlinePassed, Actor::System),
        CommandKind::Erase => (Command::Erase, operator()),
    })
}

/// How a claim is created by a command of that kind, where there is a way.
fn creating(kind: CommandKind) -> Option<(Command, Actor)> {
    if kind == CommandKind::Submit {
        Some((submit(&input(), &[]), alpine()))
    } else {
        of_kind(kind)
    }
}

/// What the command does in the status: the status it leads to, `=` where nothing changes, `.` where
/// it is not possible, `-` where it is not offered yet.
fn cell(status: Status, kind: CommandKind) -> String {
    let Some((command, actor)) = of_kind(kind) else { return ".".to_owned() };
    let given = prepared(given_in(status), kind);
    outcome(Some(given.claim.clone()), &command, &given.context(actor, moment_of(kind)))
}

/// When a command of that kind is given.
fn moment_of(kind: CommandKind) -> Instant {
    if matches!(kind, CommandKind::DeadlinePassed | CommandKind::Erase) {
        after_grace() + Duration::days(400)
    } else {
        delivered_at() + Duration::minutes(1)
    }
}

/// The claim, with what the command needs to have something to do: a report of the verified recipient, which is
/// the delivery of a notice that is on its way and else a bounce; or a contact that the partner proposes.
pub(crate) fn prepared(mut given: Given, kind: CommandKind) -> Given {
    if kind == CommandKind::RefuseContact {
        given.claim.details.proposed_contact = Some(contact("ota@contoso.example"));
        if let State::Unreachable { with_operator, .. } = &mut given.claim.state {
            *with_operator = true;
        }
    }
    if kind != CommandKind::ApplyReports || given.recipients.is_none() {
        given
    } else if given.status() == Status::Notifying {
        given.noted_delivery(FIRST, delivered_at())
    } else {
        given.noted_failure(FIRST, delivered_at(), FailureCause::Bounce)
    }
}

/// The same where there is no claim yet.
fn creating_cell(kind: CommandKind) -> String {
    let Some((command, actor)) = creating(kind) else { return ".".to_owned() };
    outcome(None, &command, &context(actor, submitted_at()))
}

fn outcome(claim: Option<Claim>, command: &Command, context: &Context) -> String {
    let kind = command.kind();
    match decide(claim.as_ref(), command, context) {
        Ok(Some(event)) => {
            assert!(
                kind.table_row().makes.contains(&event.body.event_type()),
                "{kind:?}: {event:?}"
            );
            assert!(event.follows(claim.as_ref().map(Claim::status)), "{kind:?}: {event:?}");
            let after = evolve(claim, &event).unwrap();
            format!("{} > {}", event.body.event_type().as_str(), after.status().as_str())
        }
        Ok(None) => "=".to_owned(),
        Err(Rejection::InvalidState { .. } | Rejection::NotFound) => ".".to_owned(),
        Err(other) => format!("! {other}"),
    }
}

#[test]
fn every_command_in_every_state_does_what_the_table_says() {
    let mut table = String::from(
        "event > status it leads to   = nothing to change   - not offered yet   \
         (left out: not possible in this state)\n",
    );
    for kind in CommandKind::ALL {
        writeln!(table, "\n{}", kind.as_str()).unwrap();
        let created = creating_cell(*kind);
        assert_eq!(created != ".", kind.table_row().creates, "{}", kind.as_str());
        if created != "." {
            writeln!(table, "  {:<18} {created}", "(no claim yet)").unwrap();
        }
        for status in Status::ALL.iter().copied() {
            let cell = cell(status, *kind);
            if cell != "." {
                writeln!(table, "  {:<18} {cell}", status.as_str()).unwrap();
            }
        }
    }
    insta::assert_snapshot!("state_command_table", table);
}

#[test]
fn a_command_given_twice_does_nothing_the_second_time() {
    let (mut done, mut again) = (0, BTreeSet::new());
    for status in Status::ALL.iter().copied() {
        for kind in CommandKind::ALL.iter().copied() {
            let Some((command, actor)) = of_kind(kind) else { continue };
            let given = prepared(given_in(status), kind);
            let Ok(Some(event)) = given.when(&command, actor.clone(), moment_of(kind)) else {
                continue;
            };
            done += 1;
            let after = given.evolved(event);
            let later = moment_of(kind) + Duration::milliseconds(1);
            if let Ok(Some(second)) = after.when(&command, actor, later) {
                let made = second.body.event_type().as_str();
                again.insert(format!("{} in {}: {made}", kind.as_str(), status.as_str()));
            }
        }
    }
    assert!(done > 80, "{done}");
    assert!(again.is_empty(), "{again:?}");
}

#[test]
fn what_a_state_takes_is_said_of_it_before_the_arguments_are_read() {
    for kind in CommandKind::ALL {
        for status in Status::ALL.iter().copied() {
            let cell = cell(status, *kind);
            let taken = !matches!(cell.as_str(), "." | "-");
            assert!(
                !taken || is_allowed_in(*kind, status),
                "{} in {}",
                kind.as_str(),
                status.as_str()
            );
        }
    }
}

/// One of the partner's people who may not submit.
fn alpine_user() -> Actor {
    let Actor::Partner { id, person, .. } = alpine() else { panic!("alpine is a partner") };
    Actor::Partner { id, admin: false, person }
}

/// Everybody who gives commands by the API.
fn people() -> [Actor; 5] {
    [alpine(), alpine_user(), reviewer(), operator(), administrator()]
}

/// The command of that kind as the actor gives it; the operator alone says until when a window shall be longer.
fn given_by(kind: CommandKind, actor: &Actor) -> Command {
    let (command, _) = of_kind(kind).unwrap();
    match (command, actor) {
        (Command::Extend { .. }, Actor::Staff { .. }) => {
            let date = closes_at().date_naive() + Duration::days(7);
            Command::Extend { closes_on: Some(date) }
        }
        (Command::End { item, .. }, _) => {
            Command::End { item, comment: Some(comment()), motive: Some(Motive::Other) }
        }
        (other, _) => other,
    }
}

#[test]
fn what_is_said_to_be_possible_is_not_refused_by_the_state_and_nothing_else_does_anything() {
    let (mut possible, mut refused) = (0, 0);
    for status in Status::ALL.iter().copied() {
        for kind in CommandKind::ALL {
            for actor in people() {
                let given = prepared(given_in(status), *kind);
                let context = given.context(actor.clone(), delivered_at() + Duration::minutes(1));
                let listed = possible_commands(&given.claim, &actor, context.at);
                let cell = outcome(Some(given.claim.clone()), &given_by(*kind, &actor), &context);
                let what = format!("{} in {} by {actor:?}: {cell}", kind.as_str(), status.as_str());
                let by_role = format!("! {}", Rejection::RoleNotAllowed);
                if listed.contains(kind) {
                    possible += 1;
                    assert!(cell != "." && cell != by_role, "{what}");
                } else {
                    refused += 1;
                    let by_another = format!("! {}", Rejection::AnotherReviewerRequired);
                    let expected = [".", "=", by_role.as_str(), by_another.as_str()];
                    assert!(expected.contains(&cell.as_str()), "{what}");
                }
            }
        }
    }
    assert!(possible > 50 && refused > 500, "{possible} {refused}");
}

#[test]
fn a_refusal_by_state_says_what_is_possible_instead() {
    let refused = Given::in_review().when(&Command::Recall, alpine(), delivered_at());
    let Err(Rejection::InvalidState { possible, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(possible, [CommandKind::Edit, CommandKind::Withdraw]);
    let refused = Given::in_review().when(&hold(), operator(), delivered_at());
    let Err(Rejection::InvalidState { possible, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(
        possible,
        [
            CommandKind::RequestInformation,
            CommandKind::Reject,
            CommandKind::Validate,
            CommandKind::Vouch,
        ]
    );
}

#[test]
fn a_command_whose_arguments_nobody_reads_is_refused_by_the_state_as_if_they_were_read() {
    for status in Status::ALL.iter().copied() {
        let claim = given_in(status).claim;
        for command in CommandKind::ALL.iter().copied() {
            let refused = refuse_by_state(&claim, command, &operator(), delivered_at());
            let possible = possible_commands(&claim, &operator(), delivered_at());
            let expected = if is_allowed_in(command, status) {
                Ok(())
            } else {
                Err(Rejection::InvalidState { status, command, possible })
            };
            assert_eq!(refused, expected);
        }
    }
}

#[test]
fn a_quota_refuses_what_is_stored_submitted_or_validated_and_nothing_else_in_any_state() {
    let mut refused = BTreeSet::new();
    for kind in CommandKind::ALL.iter().copied() {
        let existing = Status::ALL.iter().map(|status| Some(prepared(given_in(*status), kind)));
        for given in existing.chain([None]) {
            let way = if given.is_none() { creating(kind) } else { of_kind(kind) };
            let Some((command, actor)) = way else { continue };
            let moment = delivered_at() + Duration::minutes(1);
            let mut context = match &given {
                Some(given) => given.context(actor, moment),
                None => context(actor, submitted_at()),
            };
            let claim = given.map(|given| given.claim);
            let before = outcome(claim.clone(), &command, &context);
            context.facts.over_quota = Some(None);
            context.facts.open_at_tenant = u32::MAX;
            let after = outcome(claim, &command, &context);
            if after != before {
                assert_eq!(after, "! quota exceeded", "{kind:?}: {before}");
                refused.insert(kind.as_str());
            }
        }
    }
    let counted = [CommandKind::Draft, CommandKind::Submit, CommandKind::Validate];
    assert_eq!(refused, counted.map(CommandKind::as_str).into());
}
