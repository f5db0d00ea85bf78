//! A decision: the form, the code, the command, the answer.

use std::time::Duration;

use app::{ApiError, log_motive, request_time};
use domain::actor::Actor;
use domain::claim::{Claim, Instant, ItemStatus};
use domain::command::CommandKind;
use domain::recipient::{RecipientList, RecipientStanding};
use domain::rejection::{FieldError, Rejection};
use lambda_http::{Body, Response};
use notice::Link;
use notice::code::DECISION_CODE_DIGITS;
use notice::page::{Decision, DecisionOutcome, FormProblem, RefusedForm};
use runtime::fields;
use store::{Effect, LinkClaim, RequestTime};
use web::views::DecisionView;
use web::{Call, RequestError};

use crate::answer::DecisionResponder;
use crate::form::{DecisionRequest, SentForm};
use crate::page_state::{PageRecipient, PageState};
use crate::{App, code, page_state};

/// Carries out what the form of the decision page asks for, and answers with its result.
pub(crate) async fn answer_decision(
    app: &App,
    call: &Call<'_>,
    link: &Link,
    answers: &DecisionResponder<'_>,
) -> Response<Body> {
    let moment = match request_time(&app.store, call).await {
        Ok(moment) => moment,
        Err(error) => return answers.refusal_response(&error.into_failure()),
    };
    let form = match call.form_fields() {
        Ok(fields) => SentForm::new(fields),
        Err(failure) => return answers.refusal_response(&failure),
    };
    let decided = run_decision(app, &form, link, moment, answers).await;
    match decided.map_err(ApiError::into_failure) {
        Ok(response) => response,
        Err(failure) if answers.wants_json() => answers.problem_response(&failure),
        Err(failure) => refused_response(app, &form, link, moment, &failure, answers).await,
    }
}

async fn run_decision(
    app: &App,
    form: &SentForm,
    link: &Link,
    moment: RequestTime,
    answers: &DecisionResponder<'_>,
) -> Result<Response<Body>, ApiError> {
    // First: a claim that is not there has no tries to count.
    let LinkClaim { open, wrong, list } = page_state::open_claim(app, link, moment).await?;
    // What cannot be meant is no try: scanners send forms as they stand.
    let asked = form.to_request().map_err(RequestError::Fields)?;
    refuse_undo_without_code(link, asked.decision, open.claim())?;
    code::check_code(app, link, &asked, &wrong, moment).await?;
    refuse_retired(app, link, open.claim(), list, asked.decision).await?;
    let actor = Actor::CustomerLink { notice: link.notice(), recipient: link.recipient() };
    let command = asked.to_command();
    let ran =
        app.store.run_command(open, &actor, &command, moment, None, store::CommandAnswer::Claim);
    let outcome = Box::pin(ran).await?;
    log_decision(&outcome.claim, link, &asked);
    log_motive(&command, outcome.effect);
    Ok(success_response(app, link, outcome, &asked, moment, answers).await)
}

/// A link of the form without recipients has no code that takes a "no" back, so that none is compared.
fn refuse_undo_without_code(
    link: &Link,
    decision: Decision,
    claim: &Claim,
) -> Result<(), Rejection> {
    if link.recipient().is_none() && decision == Decision::Undo {
        let (status, command) = (claim.status(), CommandKind::Undo);
        return Err(Rejection::InvalidState { status, command, possible: Vec::new() });
    }
    Ok(())
}

/// A retired link says no and nothing else, whatever the state is. `list` is that of the link's notice; that of the
/// present one has everybody as they stand now.
async fn refuse_retired(
    app: &App,
    link: &Link,
    claim: &Claim,
    list: Option<RecipientList>,
    decision: Decision,
) -> Result<(), ApiError> {
    let Some(no) = link.recipient().filter(|_| decision != Decision::Decline) else {
        return Ok(());
    };
    let list = if claim.notice == link.notice() {
        list
    } else {
        app.store.recipient_list(&claim.id, claim.notice).await?
    };
    let own = list.as_ref().and_then(|list| list.get(no));
    let is_retired = own.is_some_and(|own| own.standing == RecipientStanding::Retired);
    if is_retired { Err(Rejection::LinkRetired.into()) } else { Ok(()) }
}

fn log_decision(claim: &Claim, link: &Link, asked: &DecisionRequest) {
    tracing::info!(
        { fields::CLAIM_ID } = %claim.id,
        { fields::CLAIM_VERSION } = claim.version.0,
        { fields::CLAIM_STATUS } = claim.status().as_str(),
        { fields::RECIPIENT_NO } = link.recipient().map(|no| no.0),
        decision = asked.decision.as_str(),
        "The customer decided"
    );
}

/// The answer to a decision that was taken. The decision stands whatever becomes of its page: where
/// nothing more can be read, the page says what the claim says.
async fn success_response(
    app: &App,
    link: &Link,
    executed: store::CommandOutcome,
    asked: &DecisionRequest,
    moment: RequestTime,
    answers: &DecisionResponder<'_>,
) -> Response<Body> {
    let claim = executed.claim;
    let changed = matches!(executed.effect, Effect::Changed | Effect::Repeated);
    let outcome = DecisionOutcome {
        decision: asked.decision,
        changed,
        in_time: is_in_time(&claim, asked, moment.at),
        at: moment.at,
        // The last event is somebody else's where nothing had to change.
        receipt: changed.then(|| format!("{}-{}", claim.id, claim.version)),
    };
    if answers.wants_json() {
        return answers.result_json(&DecisionView::of(&claim, outcome.receipt, outcome.in_time));
    }
    let addressee = PageRecipient::from(link);
    // What can be done next: a "no" can be taken back after the moment in which it was said.
    let next = RequestTime { at: moment.at + Duration::from_millis(1), ..moment };
    let seen = match Box::pin(PageState::of(app, claim.clone(), addressee, next)).await {
        Ok(seen) => seen,
        Err(error) => {
            // Logged, and not told: the decision stands.
            error.into_failure();
            PageState::from_claim_alone(app, claim, addressee, next.at, answers.accepted_language())
        }
    };
    answers.result_page(&seen, &outcome)
}

/// Whether the decision arrived before the window's end; outside any window it is in time. A no that
/// stands already is as much in time as when it was said.
fn is_in_time(claim: &Claim, asked: &DecisionRequest, at: Instant) -> bool {
    let open = claim.state.window().is_none_or(|window| at < window.closes_at);
    let said = claim.items.iter().filter(|item| asked.is_about(item.no)).filter_map(|item| {
        match claim.item_status(item) {
            ItemStatus::Declined { in_time, .. } => Some(in_time),
            ItemStatus::Proposed
            | ItemStatus::Pending
            | ItemStatus::Active { .. }
            | ItemStatus::Ended { .. } => Some(open),
            ItemStatus::Dropped | ItemStatus::Withdrawn | ItemStatus::Rejected => None,
        }
    });
    match asked.decision {
        Decision::Decline => said.reduce(|all, one| all && one).unwrap_or(open),
        Decision::Undo | Decision::WrongContact | Decision::Extend => open,
    }
}

/// The page again with the form as it was sent, and what was wrong above it, where the customer can put it right.
async fn refused_response(
    app: &App,
    form: &SentForm,
    link: &Link,
    moment: RequestTime,
    failure: &RequestError,
    answers: &DecisionResponder<'_>,
) -> Response<Body> {
    let choices = form.repeatable_fields();
    let Some(problem) = form_problem(failure, choices.decision) else {
        return answers.refusal_response(failure);
    };
    match PageState::load(app, link, moment).await {
        Ok(seen) => answers.refused_page(&seen, &RefusedForm { problem, choices }, failure),
        Err(error) => answers.refusal_response(&error.into_failure()),
    }
}

fn form_problem(failure: &RequestError, decision: Option<Decision>) -> Option<FormProblem> {
    match failure {
        RequestError::CodeWrong { tries_left } => {
            Some(FormProblem::CodeWrong { tries_left: *tries_left })
        }
        RequestError::CodeLocked { retry_after_s } => {
            Some(FormProblem::CodeLocked { minutes: retry_after_s.div_ceil(60) })
        }
        RequestError::Fields(errors) => Some(wrong_fields(errors, decision)),
        RequestError::Rejected(_) => Some(FormProblem::State),
        RequestError::MalformedBody
        | RequestError::MalformedForm
        | RequestError::InvalidCursor
        | RequestError::InvalidQuery(_)
        | RequestError::IdempotencyKey
        | RequestError::Unauthenticated
        | RequestError::RoleNotAllowed
        | RequestError::RoleNotAmong { .. }
        | RequestError::AssociationNotActive
        | RequestError::BeforeAssociation { .. }
        | RequestError::NotFound
        | RequestError::VersionMismatch { .. }
        | RequestError::PreconditionMalformed
        | RequestError::PayloadTooLarge
        | RequestError::UnsupportedMediaType
        | RequestError::NotForm
        | RequestError::IdempotencyConflict
        | RequestError::PreconditionRequired
        | RequestError::Unconfirmed { .. }
        | RequestError::Unavailable => None,
    }
}

/// What is told first of the fields that are wrong.
fn wrong_fields(errors: &[FieldError], decision: Option<Decision>) -> FormProblem {
    let about = |prefix: &str| errors.iter().filter(|one| one.pointer.starts_with(prefix)).count();
    let (items, code, reason) = (about("/items"), about("/code"), about("/reason_code"));
    if items + code + reason < errors.len() {
        FormProblem::Decision
    } else if code > 0 {
        let digits = decision.map_or(DECISION_CODE_DIGITS, Decision::code_digits);
        FormProblem::CodeMalformed { digits: u32::try_from(digits).unwrap_or(u32::MAX) }
    } else if items > 0 {
        FormProblem::Items
    } else {
        FormProblem::Reason
    }
}
