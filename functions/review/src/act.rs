//! `POST /v1/claims/{id}/review`.

use domain::ids::ClaimId;
use web::{Call, Caller, Failure, Reply, bodies};

use crate::{App, moment, view};
use runtime::failed;

/// Carries out an action on a claim. Who may do what is the domain's to say.
pub(crate) async fn act(app: &App, call: &Call<'_>, caller: &Caller) -> Result<Reply, Failure> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = moment(app, call).await?;
    // What does not exist is not found, and what has changed is stale, whatever else is wrong.
    let found = Box::pin(app.store.claim(&id, moment)).await.map_err(failed)?;
    let found = found.ok_or(Failure::NotFound)?;
    let body = call.json()?;
    let expected = call.if_match()?;
    let command = match bodies::review(&body) {
        Err(_) if expected != found.version => return Err(Failure::VersionMismatch),
        command => command?,
    };
    let executed = app.store.execute(&id, caller.actor(), &command, moment, Some(expected));
    let claim = Box::pin(executed).await.map_err(failed)?.claim;
    let view = view(app, &claim, caller, moment).await?;
    Ok(Reply::ok(&view).etag(claim.version))
}
