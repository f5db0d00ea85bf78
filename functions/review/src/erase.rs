//! `POST /v1/claims/{id}/erase`: personal data of a claim that is over.

use domain::command::{Command, CommandKind};
use domain::ids::ClaimId;
use web::{Call, Caller, Reply, RequestError, bodies};

use app::{Api, ApiError, CommandRequest, request_time, run_command};

/// Erases the personal data of a claim that is over.
pub(crate) async fn erase_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let open = Box::pin(app.store.open_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    let command = bodies::read_empty(&call.json_or_empty()?).map(|()| Command::Erase);
    let (expected, kind) = (call.if_match(), Some(CommandKind::Erase));
    let request = CommandRequest { caller, open, expected, kind, command, moment };
    Box::pin(run_command(&app.store, request)).await
}
