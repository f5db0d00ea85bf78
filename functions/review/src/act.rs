//! `POST /v1/claims/{id}/review`: the commands of the operator's staff.

use domain::ids::ClaimId;
use web::bodies::{self, GivenAction};
use web::{Call, Caller, Reply, RequestError};

use app::{Api, ApiError, CommandRequest, request_time, run_command};

/// Carries out an action on a claim. Who may do what is the domain's to say.
pub(crate) async fn run_action(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let open = Box::pin(app.store.open_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    let body = call.json_body()?;
    let kind = bodies::find_action(&body);
    let (command, note) = match bodies::read_review(&body) {
        Ok(GivenAction { command, note }) => (Ok(command), note),
        Err(failure) => (Err(failure), None),
    };
    let open = open.with_note(note);
    let expected = call.if_match();
    let request = CommandRequest { caller, open, expected, kind, command, moment };
    Box::pin(run_command(&app.store, request)).await
}
