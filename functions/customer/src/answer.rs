//! `POST /v1/customer/claims/{id}/…`: yes, no, neither yet, more time.

use domain::claim::Claim;
use domain::command::{Command, CommandKind, Selection};
use domain::decide;
use domain::ids::ClaimId;
use domain::rejection::Rejection;
use lambda_http::{Body, Response};
use web::views::{CustomerClaimView, Shown};
use web::{Call, Caller, Failure, Reply, bodies};

use crate::list::is_his_to_see;
use crate::{App, moment};
use runtime::failed;

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
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
    answer: Answer,
) -> Result<Response<Body>, Failure> {
    let moment = moment(app, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let found = Box::pin(app.store.claim_for_command(&id, moment)).await.map_err(failed)?;
    let found = found.filter(is_his_to_see).ok_or(Failure::NotFound)?;
    caller.sees(&found)?;
    let body = call.json_or_empty()?;
    let items =
        bodies::chosen_items(&body).map_err(|failure| unreadable(&found, answer, failure))?;
    let command = answer.command(items);
    let executed = app.store.execute(&id, caller.actor(), &command, moment, None);
    let claim = Box::pin(executed).await.map_err(failed)?.claim;
    let policy = app.store.policy_of(&claim).await.map_err(failed)?;
    let (viewer, now) = (caller.viewer(), moment.at);
    let shown = Shown { policy: &policy, now, viewer, rivals: None, reused: None };
    Ok(Reply::ok(&CustomerClaimView::of(&claim, &shown)).etag(claim.version).done())
}

/// What cannot be read is told only where the state takes the answer at all.
fn unreadable(claim: &Claim, answer: Answer, failure: Failure) -> Failure {
    let (command, status) = (answer.kind(), claim.status());
    if decide::fits(command, status) {
        failure
    } else {
        Rejection::InvalidState { status, command }.into()
    }
}
