//! `POST /v1/associations/{id}/end`: access stops at once.

use domain::command::Command;
use domain::ids::AssociationId;
use domain::text::Comment;
use web::{Call, Caller, Reply, RequestError, bodies};

use crate::{claim, reply};
use app::{Api, ApiError, moment};

/// Ends an association. The reason follows from the role; one that has ended stays as it is.
pub(crate) async fn end(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = moment(&app.store, call).await?;
    let comment = match comment(call) {
        Ok(comment) => comment,
        // What is not the caller's is not found, whatever the body says.
        Err(failure) => {
            return Err(claim(app, caller, &id, moment).await.err().unwrap_or(failure.into()));
        }
    };
    let command = Command::End { item: id.item, comment };
    let executed = app.store.execute(&id.claim, caller.actor(), &command, moment, None);
    let outcome = Box::pin(executed).await?;
    reply(app, &outcome.claim, &id).await
}

fn comment(call: &Call<'_>) -> Result<Option<Comment>, RequestError> {
    bodies::comment(&call.json_or_empty()?)
}
