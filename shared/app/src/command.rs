//! A command on a claim, in the order of checks of `docs/api.md §1.3`: what is wrong with the arguments is
//! answered only after the version and the state.

use domain::claim::Claim;
use domain::command::{Command, CommandKind};
use domain::decide;
use domain::ids::Version;
use store::{CommandAnswer, OpenClaim, RequestTime, Store};
use web::{Caller, IfMatch, Reply, RequestError, Viewer};

use crate::claim_view::view_after_command;
use crate::error::ApiError;
use crate::motive::log_motive;

/// A command as it was asked for.
pub struct CommandRequest<'a> {
    /// Who gives the command, and in which role.
    pub caller: &'a Caller,
    /// The claim as it was read for the command.
    pub open: OpenClaim,
    /// Which versions the caller names, or why none.
    pub expected: Result<IfMatch, RequestError>,
    /// Which command; `None` where its name could not be read.
    pub kind: Option<CommandKind>,
    /// The command, or why its arguments could not be read.
    pub command: Result<Command, RequestError>,
    /// When the request arrived.
    pub moment: RequestTime,
}

/// Runs the command: role, version, arguments, decision, commit. The answer is the claim as it is then.
///
/// # Errors
/// The first check that fails, or the store's error.
pub async fn run_command(store: &Store, request: CommandRequest<'_>) -> Result<Reply, ApiError> {
    let CommandRequest { caller, open, expected, kind, command, moment } = request;
    if let Some(kind) = kind {
        decide::authorize_command(open.claim(), kind, caller.actor())?;
    }
    let expected = expected?.seen_version(open.claim().version);
    let command = match command {
        Ok(command) => command,
        Err(failure) => {
            let failure = refuse_arguments(open.claim(), expected, kind, caller, moment, failure);
            return Err(failure.into());
        }
    };
    let answer = match caller.viewer() {
        // What was read before an erasure is not shown behind it.
        Viewer::Staff if command != Command::Erase => CommandAnswer::ClaimWithCompetition,
        Viewer::Staff | Viewer::Partner | Viewer::Customer => CommandAnswer::Claim,
    };
    let ran = store.run_command(open, caller.actor(), &command, moment, expected, answer);
    let outcome = Box::pin(ran).await?;
    log_motive(&command, outcome.effect);
    let version = outcome.claim.version;
    let view = Box::pin(view_after_command(store, outcome, caller, moment)).await?;
    Ok(Reply::ok(&view).with_etag(version))
}

/// What to answer where the arguments cannot be read: the first check that fails.
pub fn refuse_arguments(
    claim: &Claim,
    expected: Option<Version>,
    kind: Option<CommandKind>,
    caller: &Caller,
    moment: RequestTime,
    failure: RequestError,
) -> RequestError {
    if expected.is_some_and(|seen| seen != claim.version) {
        return RequestError::VersionMismatch { current: Some(claim.version.into()) };
    }
    match kind {
        Some(kind) => prefer_state_refusal(claim, kind, caller, moment, failure),
        None => failure,
    }
}

/// What is wrong with the arguments is told only where the state takes the command at all.
pub fn prefer_state_refusal(
    claim: &Claim,
    command: CommandKind,
    caller: &Caller,
    moment: RequestTime,
    failure: RequestError,
) -> RequestError {
    match decide::refuse_by_state(claim, command, caller.actor(), moment.at) {
        Ok(()) => failure,
        Err(refusal) => refusal.into(),
    }
}
