//! The partner's commands on a claim: `PATCH /v1/claims/{id}` and `POST /v1/claims/{id}/<command>`.

use domain::claim::Claim;
use domain::command::{Command, CommandKind};
use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use serde_json::Value;
use web::{Call, Caller, RequestError, bodies};

use app::{Api, ApiError, CommandRequest, request_time, run_command};

/// Edits a draft, or what may still change of a claim that is asked about.
pub(crate) async fn edit_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let read = |claim: &Claim, patch: &Value| {
        bodies::read_edit(claim, patch).map(|input| Command::Edit(Box::new(input)))
    };
    run_with_arguments(app, call, caller, CommandKind::Edit, call.merge_patch(), read).await
}

/// A command without arguments.
pub(crate) async fn run_plain_command(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    plain: Command,
) -> Result<Response<Body>, ApiError> {
    let kind = plain.kind();
    let read = |_: &Claim, body: &Value| bodies::read_empty(body).map(|()| plain);
    run_with_arguments(app, call, caller, kind, call.json_or_empty(), read).await
}

/// Answers what the operator asked.
pub(crate) async fn respond_to_operator(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let read = |_: &Claim, body: &Value| {
        bodies::read_comment(body).map(|comment| Command::Respond { comment })
    };
    run_with_arguments(app, call, caller, CommandKind::Respond, call.json_or_empty(), read).await
}

/// Takes back what is undecided.
pub(crate) async fn withdraw_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let read = |_: &Claim, body: &Value| {
        bodies::read_comment(body).map(|comment| Command::Withdraw { comment })
    };
    run_with_arguments(app, call, caller, CommandKind::Withdraw, call.json_or_empty(), read).await
}

/// Disputes a rejection for the partner; the comment is required.
pub(crate) async fn dispute_rejection(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let read = |_: &Claim, body: &Value| {
        bodies::required_comment(body).map(|comment| Command::Dispute { comment })
    };
    run_with_arguments(app, call, caller, CommandKind::Dispute, call.json_or_empty(), read).await
}

/// Names another contact at a customer nobody could reach.
pub(crate) async fn correct_contact(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let read = |_: &Claim, body: &Value| bodies::corrected_contact(body);
    run_with_arguments(app, call, caller, CommandKind::CorrectContact, call.json_body(), read).await
}

/// Reads the arguments against the claim as it is, and runs the command.
async fn run_with_arguments(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    kind: CommandKind,
    body: Result<Value, RequestError>,
    read: impl FnOnce(&Claim, &Value) -> Result<Command, RequestError>,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let open = Box::pin(app.store.open_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    caller.require_visible(open.claim())?;
    let body = body?;
    let expected = call.if_match();
    let command = read(open.claim(), &body);
    let request = CommandRequest { caller, open, expected, kind: Some(kind), command, moment };
    Ok(Box::pin(run_command(&app.store, request)).await?.into_response())
}
