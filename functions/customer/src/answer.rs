//! `POST /v1/customer/claims/{id}/…`: yes, no, neither yet, more time, and whose link is retired.

use domain::claim::Claim;
use domain::command::{Command, CommandKind};
use domain::ids::{ClaimId, Version};
use domain::program::ItemKind;
use domain::recipient::Recipients;
use lambda_http::{Body, Response};
use serde_json::Value;
use store::{CommandAnswer, OpenClaim, RequestTime};
use web::views::CustomerClaimView;
use web::{Call, Caller, Reply, RequestError, bodies, queries};

use crate::ledger::receipt_views;
use app::{
    Api, ApiError, customer_view, log_motive, refuse_arguments, request_time, shown_remarks,
};

/// What a customer may answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CustomerAnswer {
    Accept,
    Decline,
    Undo,
    Extend,
}

impl CustomerAnswer {
    fn command_kind(self) -> CommandKind {
        match self {
            Self::Accept => CommandKind::Accept,
            Self::Decline => CommandKind::Decline,
            Self::Undo => CommandKind::Undo,
            Self::Extend => CommandKind::Extend,
        }
    }

    fn read_command(self, body: &Value) -> Result<Command, RequestError> {
        let chosen = || bodies::chosen_items(body);
        match self {
            Self::Accept => Ok(Command::Accept { items: chosen()? }),
            Self::Decline => bodies::read_decline(body),
            Self::Undo => Ok(Command::Undo { items: chosen()? }),
            Self::Extend => chosen().map(|_| Command::Extend { closes_on: None }),
        }
    }
}

/// Gives the answer; the reply is the claim as it is then.
pub(crate) async fn give_answer(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    answer: CustomerAnswer,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let open = Box::pin(open_claim(app, call, caller, moment)).await?;
    let expected = match answer {
        // A "no" is never refused, whatever version it names.
        CustomerAnswer::Decline => None,
        CustomerAnswer::Accept | CustomerAnswer::Undo | CustomerAnswer::Extend => {
            expected_version(call, &open)?
        }
    };
    let (kind, body) = (Some(answer.command_kind()), call.json_or_empty()?);
    let command = answer.read_command(&body).map_err(|failure| {
        refuse_arguments(open.claim(), expected, kind, caller, moment, failure)
    })?;
    Box::pin(run_answer(app, caller, open, &command, expected, moment)).await
}

/// Retires the link of a recipient; the reply is the claim as it is then.
pub(crate) async fn retire_link(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let open = Box::pin(open_claim(app, call, caller, moment)).await?;
    let (expected, kind) = (expected_version(call, &open)?, Some(CommandKind::RetireLink));
    let command = bodies::retired_link(&call.json_body()?).map_err(|failure| {
        refuse_arguments(open.claim(), expected, kind, caller, moment, failure)
    })?;
    Box::pin(run_answer(app, caller, open, &command, expected, moment)).await
}

/// The version that the caller names, if any.
fn expected_version(call: &Call<'_>, open: &OpenClaim) -> Result<Option<Version>, RequestError> {
    let named = call.optional_if_match()?;
    Ok(named.and_then(|named| named.seen_version(open.claim().version)))
}

/// The claim of the path, if it is the caller's to see.
async fn open_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    moment: RequestTime,
) -> Result<OpenClaim, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let open = Box::pin(app.store.open_claim(&id, moment)).await?;
    let open = open.ok_or(RequestError::NotFound)?;
    caller.require_visible(open.claim())?;
    Ok(open)
}

async fn run_answer(
    app: &Api,
    caller: &Caller,
    open: OpenClaim,
    command: &Command,
    expected: Option<Version>,
    moment: RequestTime,
) -> Result<Response<Body>, ApiError> {
    let (actor, answer) = (caller.actor(), CommandAnswer::ClaimWithRecipients);
    let ran = app.store.run_command(open, actor, command, moment, expected, answer);
    let outcome = Box::pin(ran).await?;
    log_motive(command, outcome.effect);
    claim_reply(app, &outcome.claim, outcome.recipients, caller, moment).await
}

/// Reads a claim, with what was said and what the customer has answered.
pub(crate) async fn read_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let read = Box::pin(app.store.read_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    caller.require_visible(&read.claim)?;
    let before = queries::read_remarks_query(call)?;
    let remarks = shown_remarks(&app.store, &read, before, caller).await?;
    let claim = &read.claim;
    let view = customer_view(&app.store, claim, None, caller, moment).await?.with_remarks(remarks);
    let (view, history) = tokio::try_join!(with_names(app, view, claim, caller), async {
        Ok(app.store.whole_history(claim).await?)
    })?;
    let view = view.with_receipts(receipt_views(claim, &history));
    Ok(Reply::ok(&view).with_etag(claim.version).into_response())
}

/// The same with what program and items are called: a customer cannot look that up. The tenant is read for the products
/// of subscriptions alone, beside the program.
async fn with_names(
    app: &Api,
    view: CustomerClaimView,
    claim: &Claim,
    caller: &Caller,
) -> Result<CustomerClaimView, ApiError> {
    let subject = &claim.subject;
    let tenant = async {
        match subject.kind {
            ItemKind::Workload => Ok(None),
            ItemKind::Subscription => app.store.load_tenant(&subject.tenant).await,
        }
    };
    let (program, tenant) = tokio::try_join!(app.store.load_program(&subject.program), tenant)?;
    Ok(match program {
        Some(program) => view.with_names(&program, tenant.as_ref(), caller.language()),
        None => view,
    })
}

async fn claim_reply(
    app: &Api,
    claim: &Claim,
    asked: Option<Recipients>,
    caller: &Caller,
    moment: RequestTime,
) -> Result<Response<Body>, ApiError> {
    let view = customer_view(&app.store, claim, asked, caller, moment).await?;
    Ok(Reply::ok(&view).with_etag(claim.version).into_response())
}
