//! `POST /v1/customer/claims/{id}/…`: yes, no, neither yet, more time.

use domain::command::{Command, CommandKind, Selection};
use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use web::views::CustomerClaimView;
use web::{Call, Caller, Failure, Reply, bodies};

use crate::list::is_his_to_see;
use app::{Api, ApiError, listed_view, moment, state_first};

/// What a customer may answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Accept,
    Decline,
    Undo,
    Extend,
}

impl Answer {
    fn kind(self) -> CommandKind {
        match self {
            Self::Accept => CommandKind::Accept,
            Self::Decline => CommandKind::Decline,
            Self::Undo => CommandKind::Undo,
            Self::Extend => CommandKind::Extend,
        }
    }

    fn command(self, items: Selection) -> Command {
        match self {
            Self::Accept => Command::Accept { items },
            Self::Decline => Command::Decline { items },
            Self::Undo => Command::Undo { items },
            Self::Extend => Command::Extend { closes_on: None },
        }
    }
}

/// Gives the answer; the reply is the claim as it is then.
pub(crate) async fn answer(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    answer: Answer,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let open = Box::pin(app.store.open_claim(&id, moment)).await?;
    let open = open.filter(|open| is_his_to_see(open.claim())).ok_or(Failure::NotFound)?;
    caller.sees(open.claim())?;
    let body = call.json_or_empty()?;
    let items = bodies::chosen_items(&body)
        .map_err(|failure| state_first(open.claim(), answer.kind(), failure))?;
    let command = answer.command(items);
    let ran = app.store.run_command(
        open,
        caller.actor(),
        &command,
        moment,
        None,
        store::CommandAnswer::Claim,
    );
    let claim = Box::pin(ran).await?.claim;
    let view = listed_view(&app.store, &claim, caller, moment).await?;
    Ok(Reply::ok(&CustomerClaimView::of(view)).etag(claim.version).done())
}
