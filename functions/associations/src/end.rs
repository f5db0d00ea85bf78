//! `POST /v1/associations/{id}/end`: access stops at once.

use domain::command::Command;
use domain::ids::AssociationId;
use web::{Call, Caller, Reply, bodies};

use crate::association_reply;
use app::{Api, ApiError, load_visible_claim, log_motive, request_time};

/// Ends an association. The reason follows from the role; one that has ended stays as it is.
pub(crate) async fn end_association(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let read = call.json_or_empty().and_then(|body| bodies::read_end(&body));
    let (motive, comment) = match read {
        Ok(said) => said,
        // What is not the caller's is not found, whatever the body says.
        Err(failure) => {
            return Err(load_visible_claim(app, caller, &id.claim, moment)
                .await
                .err()
                .unwrap_or(failure.into()));
        }
    };
    let command = Command::End { item: id.item, comment, motive };
    let executed = app.store.execute_command(&id.claim, caller.actor(), &command, moment, None);
    match Box::pin(executed).await {
        Ok(outcome) => {
            log_motive(&command, outcome.effect);
            association_reply(app, &outcome.claim, &id).await
        }
        // Whatever the state of the claim refuses: an item that never became official is no association.
        Err(refused) => {
            let claim = load_visible_claim(app, caller, &id.claim, moment).await?;
            association_reply(app, &claim, &id).await?;
            Err(refused.into())
        }
    }
}
