//! A decision: the form, the code, the command, the answer.

use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use lambda_http::{Body, Response};
use notice::Link;
use notice::page::{Outcome, Problem};
use runtime::fields;
use store::{Effect, Moment};
use web::views::DecisionView;
use web::{Call, Failure};

use crate::answer::Answers;
use crate::form::{Asked, Form};
use crate::seen::Seen;
use crate::{App, code, moment, seen};
use runtime::failed;

/// Answers a form.
pub(crate) async fn answer(
    app: &App,
    call: &Call<'_>,
    link: &Link,
    answers: &Answers<'_>,
) -> Response<Body> {
    let moment = match moment(app, call).await {
        Ok(moment) => moment,
        Err(failure) => return answers.refusal(&failure),
    };
    match decide(app, call, link, moment, answers).await {
        Ok(response) => response,
        Err(failure) if answers.wants_json() => answers.problem(&failure),
        Err(failure) => explain(app, link, moment, &failure, answers).await,
    }
}

async fn decide(
    app: &App,
    call: &Call<'_>,
    link: &Link,
    moment: Moment,
    answers: &Answers<'_>,
) -> Result<Response<Body>, Failure> {
    let form = Form::new(call.form()?);
    // Only then: a claim that is not there has no tries to count.
    seen::claim(app, link, moment).await?;
    code::check(app, link, form.code(), moment).await?;
    let asked = form.asked().map_err(Failure::Fields)?;
    let actor = Actor::CustomerLink { notice: link.notice() };
    let command = asked.command();
    let outcome = app.store.execute(link.claim(), &actor, &command, moment, None).await;
    let outcome = outcome.map_err(failed)?;
    log(&outcome.claim, &asked);
    let changed = matches!(outcome.effect, Effect::Changed | Effect::Repeated);
    done(app, link, outcome.claim, &asked, changed, moment, answers).await
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

/// The answer to a decision that was taken. The decision stands whatever becomes of its page.
async fn done(
    app: &App,
    link: &Link,
    claim: Claim,
    asked: &Asked,
    changed: bool,
    moment: Moment,
    answers: &Answers<'_>,
) -> Result<Response<Body>, Failure> {
    let outcome = Outcome {
        decision: asked.decision,
        changed,
        in_time: is_in_time(&claim, moment.at),
        receipt: format!("{}-{}", claim.id, claim.version),
    };
    if answers.wants_json() {
        let view = DecisionView::of(&claim, outcome.receipt, outcome.in_time);
        return Ok(Answers::view(&view));
    }
    let seen = Seen::of(app, claim, link.notice(), moment).await?;
    Ok(answers.result(&seen, &outcome))
}

/// Whether the decision arrived before the window's end; outside any window it is in time.
fn is_in_time(claim: &Claim, at: Instant) -> bool {
    claim.state.window().is_none_or(|window| at < window.closes_at)
}

/// The page again, with what was wrong above it, where the customer can put it right.
async fn explain(
    app: &App,
    link: &Link,
    moment: Moment,
    failure: &Failure,
    answers: &Answers<'_>,
) -> Response<Body> {
    let Some(problem) = problem(failure) else { return answers.refusal(failure) };
    match Seen::load(app, link, moment).await {
        Ok(seen) => answers.page(&seen, Some((problem, failure))),
        Err(failure) => answers.refusal(&failure),
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
