//! `POST /v1/claims/{id}/review`.

use domain::ids::ClaimId;
use web::{Call, Caller, Failure, Reply, bodies};

use app::{Api, Asked, failed, give, moment};

/// Carries out an action on a claim. Who may do what is the domain's to say.
pub(crate) async fn act(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, Failure> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = moment(&app.store, call).await?;
    let found = Box::pin(app.store.claim_for_command(&id, moment)).await.map_err(failed)?;
    let found = &found.ok_or(Failure::NotFound)?;
    let body = call.json()?;
    let (kind, command) = (bodies::action(&body), bodies::review(&body));
    let expected = call.if_match();
    give(&app.store, Asked { caller, found, expected, kind, command, moment }).await
}
