//! `reviews`: what waits for the operator, and its actions.

use cpor::api::{Failure, Query};
use serde::Serialize;
use serde_json::{Value, json};
use web::bodies::{
    BeginAction, ContactBody, CorrectContactAction, DropBody, ExtendAction, HoldAction,
    OverturnAction, ReasonBody, RefuseContactAction, RejectAction, RequestInformationAction,
    ResumeAction, RetireLinkAction, UpholdAction, ValidateAction, VouchAction,
};

use super::claims::{list, send_command};
use super::{CommandResult, ProfileRef};
use crate::arguments::{OnClaim, QueueFilters, Reasons, ReviewAction, ReviewsCommand, WithComment};

pub(crate) fn run(profile: &ProfileRef, command: ReviewsCommand) -> CommandResult {
    let mut session = profile.open()?;
    match command {
        ReviewsCommand::List { filters, format } => {
            let limit = filters.limit;
            list(&mut session, "/v1/reviews", &filter(filters), limit, format)
        }
        ReviewsCommand::Act(action) => {
            let (claim, body) = write_action(action)?;
            send_command(&mut session, &claim.id, "review", claim.version, &body, claim.format)
        }
    }
}

fn filter(filters: QueueFilters) -> Query {
    Query::default()
        .with("state", filters.state)
        .with("needs", filters.needs_vouch.then_some("vouch"))
        .with("program", filters.program)
        .with("partner_id", filters.partner)
        .with("assigned_to", filters.assigned_to)
        .with("limit", Some(filters.limit.clamp(1, 100).to_string()))
}

/// The claim that is acted on, and the body of the request.
fn write_action(action: ReviewAction) -> Result<(OnClaim, Value), Failure> {
    match action {
        ReviewAction::Begin(claim) => body("begin", claim, |note| BeginAction { note }),
        ReviewAction::Resume(claim) => body("resume", claim, |note| ResumeAction { note }),
        ReviewAction::RequestInformation { claim, reasons } => {
            let reasons = write_reasons(reasons);
            body("request_information", claim, |note| RequestInformationAction { reasons, note })
        }
        ReviewAction::Reject { claim, reasons } => {
            let reasons = write_reasons(reasons);
            body("reject", claim, |note| RejectAction { reasons, note })
        }
        ReviewAction::Validate { claim, drop, comment } => {
            let drop = drop.into_iter().map(|(item_no, code)| DropBody { item_no, code });
            let drop: Vec<_> = drop.collect();
            let drop = (!drop.is_empty()).then_some(drop);
            body("validate", claim, |note| ValidateAction { drop, comment, note })
        }
        ReviewAction::Extend { claim, closes_on } => {
            body("extend", claim, |note| ExtendAction { closes_on, note })
        }
        ReviewAction::CorrectContact { claim, name, title, email, comment } => {
            let customer_contact = ContactBody { name, title, email, email_unicode: None };
            body("correct_contact", claim, |note| CorrectContactAction {
                customer_contact,
                comment,
                note,
            })
        }
        ReviewAction::RefuseContact { claim, comment } => {
            body("refuse_contact", claim, |note| RefuseContactAction { comment, note })
        }
        ReviewAction::RetireLink { claim: WithComment { claim, comment }, recipient } => {
            body("retire_link", claim, |note| RetireLinkAction { recipient, comment, note })
        }
        ReviewAction::Hold(WithComment { claim, comment }) => {
            body("hold", claim, |note| HoldAction { comment, note })
        }
        ReviewAction::Vouch(WithComment { claim, comment }) => {
            body("vouch", claim, |note| VouchAction { comment, note })
        }
        ReviewAction::Uphold(WithComment { claim, comment }) => {
            body("uphold", claim, |note| UpholdAction { comment, note })
        }
        ReviewAction::Overturn(WithComment { claim, comment }) => {
            body("overturn", claim, |note| OverturnAction { comment, note })
        }
    }
}

fn write_reasons(given: Reasons) -> Vec<ReasonBody> {
    let Reasons { reasons, comment } = given;
    let write = |(code, item_no)| ReasonBody { code, item_no, comment: comment.clone() };
    reasons.into_iter().map(write).collect()
}

/// The body of an action: its name, and its fields with the note.
fn body<B: Serialize>(
    name: &str,
    claim: OnClaim,
    fields: impl FnOnce(Option<String>) -> B,
) -> Result<(OnClaim, Value), Failure> {
    let fields = serde_json::to_value(fields(claim.note.clone()));
    let mut body = fields.map_err(|error| Failure::unreadable(name, error))?;
    if let Some(members) = body.as_object_mut() {
        members.insert("action".to_owned(), json!(name));
    }
    Ok((claim, body))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser as _;
    use web::bodies::{read_review, review_actions};

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn written(words: &[&str]) -> Value {
        let arguments = Arguments::try_parse_from([&["cpor", "reviews"], words].concat()).unwrap();
        let Command::Reviews(ReviewsCommand::Act(action)) = arguments.command else { panic!() };
        write_action(action).unwrap().1
    }

    #[test]
    fn every_action_of_the_api_can_be_given_and_is_read_without_an_error() {
        let actions: [&[&str]; 13] = [
            &["begin", "c1"],
            &["request-information", "c1", "--reason", "evidence_missing", "--comment", "Which?"],
            &["reject", "c1", "--reason", "duplicate@2", "--reason", "policy_violation"],
            &["validate", "c1", "--drop", "2=item_not_claimable", "--comment", "Fine."],
            &["hold", "c1", "--comment", "Wait."],
            &["resume", "c1", "--note", "Again."],
            &["extend", "c1", "--closes-on", "2026-12-31"],
            &[
                "correct-contact",
                "c1",
                "--name",
                "Jana",
                "--title",
                "CIO",
                "--email",
                "j@c.example",
            ],
            &["vouch", "c1", "--comment", "Called."],
            &["refuse-contact", "c1"],
            &["retire-link", "c1", "--recipient", "2", "--comment", "Passed on."],
            &["uphold", "c1", "--comment", "As it was."],
            &["overturn", "c1", "--comment", "Wrong."],
        ];
        let given: BTreeSet<String> = actions
            .iter()
            .map(|words| {
                let body = written(words);
                read_review(&body).unwrap();
                body["action"].as_str().unwrap().to_owned()
            })
            .collect();
        let known: BTreeSet<String> =
            review_actions().iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(given, known);
    }

    #[test]
    fn a_reason_names_its_item_behind_an_at() {
        let body = written(&["reject", "c1", "--reason", "duplicate@2", "--comment", "See c2."]);
        let reason = json!({"code": "duplicate", "item_no": 2, "comment": "See c2."});
        assert_eq!(body["reasons"], json!([reason]));
        for wrong in ["nothing_known", "duplicate@x", "@2"] {
            let words = ["cpor", "reviews", "reject", "c1", "--reason", wrong];
            assert!(Arguments::try_parse_from(words).is_err(), "{wrong}");
        }
    }
}
