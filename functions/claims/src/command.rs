//! The partner's commands on a claim: `PATCH /v1/claims/{id}` and `POST /v1/claims/{id}/<command>`.

use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use web::action::PartnerCommand;
use web::{Call, Caller, RequestError};

use app::{Api, ApiError, CommandRequest, request_time, run_command};

/// Reads the arguments against the claim as it is, and runs the command.
pub(crate) async fn give_command(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    command: &PartnerCommand,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let open = Box::pin(app.store.open_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    caller.require_visible(open.claim())?;
    let body = call.command_body(command)?;
    let (expected, kind) = (call.if_match(), Some(command.kind));
    let command = (command.read)(open.claim(), &body);
    let request = CommandRequest { caller, open, expected, kind, command, moment };
    Ok(Box::pin(run_command(&app.store, request)).await?.into_response())
}
