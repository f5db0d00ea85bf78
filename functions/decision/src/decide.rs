//! A decision: the form, the code, the command, the answer.

use app::{ApiError, moment};
use domain::actor::Actor;
use domain::claim::{Claim, Instant, ItemStatus};
use domain::command::CommandKind;
use domain::rejection::Rejection;
use lambda_http::{Body, Response};
use notice::Link;
use notice::page::{Decision, Outcome, Problem, Refused};
use runtime::fields;
use store::{Effect, Moment};
use web::views::DecisionView;
use web::{Call, Failure};

use crate::answer::Answers;
use crate::form::{Asked, Form};
use crate::seen::Seen;
use crate::{App, code, seen};

/// Answers a form.
pub(crate) async fn answer(
    app: &App,
    call: &Call<'_>,
    link: &Link,
    answers: &Answers<'_>,
) -> Response<Body> {
    let moment = match moment(&app.store, call).await {
        Ok(moment) => moment,
        Err(error) => return answers.refusal(&error.into_failure()),
    };
    let form = match call.form() {
        Ok(fields) => Form::new(fields),
        Err(failure) => return answers.refusal(&failure),
    };
    let decided = decide(app, &form, link, moment, answers).await;
    match decided.map_err(ApiError::into_failure) {
        Ok(response) => response,
        Err(failure) if answers.wants_json() => answers.problem(&failure),
        Err(failure) => explain(app, &form, link, moment, &failure, answers).await,
    }
}

async fn decide(
    app: &App,
    form: &Form,
    link: &Link,
    moment: Moment,
    answers: &Answers<'_>,
) -> Result<Response<Body>, ApiError> {
    // First: a claim that is not there has no tries to count.
    let (open, tries) = seen::open(app, link, moment).await?;
    code::check(app, link, form.code(), tries, moment).await?;
    let asked = form.asked().map_err(Failure::Fields)?;
    still_his(app, open.claim(), link, &asked).await?;
    let actor = Actor::CustomerLink { notice: link.notice() };
    let command = asked.command();
    let ran =
        app.store.run_command(open, &actor, &command, moment, None, store::CommandAnswer::Claim);
    let outcome = Box::pin(ran).await?;
    log(&outcome.claim, &asked);
    Ok(done(app, link, outcome, &asked, moment, answers).await)
}

/// Who has passed a notice on can say no by it, and nothing else: the others are for those who are
/// asked now.
async fn still_his(app: &App, claim: &Claim, link: &Link, asked: &Asked) -> Result<(), ApiError> {
    let command = match asked.decision {
        Decision::Decline | Decision::WrongContact => return Ok(()),
        Decision::Undo => CommandKind::Undo,
        Decision::Extend => CommandKind::Extend,
    };
    match seen::passed_on(app, claim, link.notice()).await? {
        Some(false) => Ok(()),
        Some(true) => {
            let status = claim.status();
            Err(Rejection::InvalidState { status, command }.into())
        }
        None => Err(Failure::Unavailable.into()),
    }
}

fn log(claim: &Claim, asked: &Asked) {
    tracing::info!(
        { fields::CLAIM_ID } = %claim.id,
        { fields::CLAIM_VERSION } = claim.version.0,
        { fields::CLAIM_STATUS } = claim.status().as_str(),
        decision = asked.decision.as_str(),
        "The customer decided"
    );
}

/// The answer to a decision that was taken. The decision stands whatever becomes of its page: where
/// nothing more can be read, the page says what the claim says.
async fn done(
    app: &App,
    link: &Link,
    executed: store::CommandOutcome,
    asked: &Asked,
    moment: Moment,
    answers: &Answers<'_>,
) -> Response<Body> {
    let claim = executed.claim;
    let changed = matches!(executed.effect, Effect::Changed | Effect::Repeated);
    let outcome = Outcome {
        decision: asked.decision,
        changed,
        in_time: is_in_time(&claim, asked, moment.at),
        // The last event is somebody else's where nothing had to change.
        receipt: changed.then(|| format!("{}-{}", claim.id, claim.version)),
    };
    if answers.wants_json() {
        return Answers::view(&DecisionView::of(&claim, outcome.receipt, outcome.in_time));
    }
    let no = link.notice();
    let seen = match Box::pin(Seen::of(app, claim.clone(), no, moment)).await {
        Ok(seen) => seen,
        Err(error) => {
            // Logged, and not told: the decision stands.
            error.into_failure();
            Seen::bare(app, claim, no, moment.at, answers.accepted_language())
        }
    };
    answers.result(&seen, &outcome)
}

/// Whether the decision arrived before the window's end; outside any window it is in time. A no that
/// stands already is as much in time as when it was said.
fn is_in_time(claim: &Claim, asked: &Asked, at: Instant) -> bool {
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
async fn explain(
    app: &App,
    form: &Form,
    link: &Link,
    moment: Moment,
    failure: &Failure,
    answers: &Answers<'_>,
) -> Response<Body> {
    let Some(problem) = problem(failure) else { return answers.refusal(failure) };
    let (decision, items) = form.sent();
    match Seen::load(app, link, moment).await {
        Ok(seen) => answers.again(&seen, &Refused { problem, decision, items }, failure),
        Err(error) => answers.refusal(&error.into_failure()),
    }
}

fn problem(failure: &Failure) -> Option<Problem> {
    match failure {
        Failure::CodeWrong { tries_left } => Some(Problem::CodeWrong { tries_left: *tries_left }),
        Failure::CodeLocked { retry_after_s } => {
            Some(Problem::CodeLocked { minutes: retry_after_s.div_ceil(60) })
        }
        Failure::Fields(errors) => {
            let about_items = |pointer: &str| pointer.starts_with("/items");
            let items = errors.iter().all(|error| about_items(&error.pointer));
            Some(if items { Problem::Items } else { Problem::Decision })
        }
        Failure::Rejected(_) => Some(Problem::State),
        Failure::MalformedBody
        | Failure::InvalidCursor
        | Failure::InvalidQuery(_)
        | Failure::IdempotencyKey
        | Failure::Unauthenticated
        | Failure::RoleNotAllowed
        | Failure::AssociationNotActive
        | Failure::NotFound
        | Failure::VersionMismatch
        | Failure::PayloadTooLarge
        | Failure::UnsupportedMediaType
        | Failure::IdempotencyConflict
        | Failure::PreconditionRequired
        | Failure::Unavailable => None,
    }
}
