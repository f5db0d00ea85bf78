//! A command on a claim, in the order of checks of `docs/api.md §1.3`: what is wrong with the arguments is
//! answered only after the version and the state.

use domain::claim::Claim;
use domain::command::{Command, CommandKind};
use domain::decide;
use domain::ids::Version;
use domain::rejection::Rejection;
use store::{Moment, Store};
use web::{Caller, Failure, Reply};

use crate::failed;
use crate::view::claim_view;

/// A command as it was asked for.
pub struct Asked<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// The claim as he can see it.
    pub found: &'a Claim,
    /// The version he has seen, or that he names none.
    pub expected: Result<Version, Failure>,
    /// Which command; `None` where its name could not be read.
    pub kind: Option<CommandKind>,
    /// The command, or why its arguments could not be read.
    pub command: Result<Command, Failure>,
    /// When he asked.
    pub moment: Moment,
}

/// Gives the command; the answer is the claim as it is then.
pub async fn give(store: &Store, asked: Asked<'_>) -> Result<Reply, Failure> {
    let Asked { caller, found, expected, kind, command, moment } = asked;
    if let Some(kind) = kind {
        decide::admit(found, kind, caller.actor())?;
    }
    let expected = expected?;
    let command = match command {
        Ok(command) => command,
        Err(failure) => return Err(unreadable(found, expected, kind, failure)),
    };
    let executed = store.execute(&found.id, caller.actor(), &command, moment, Some(expected));
    let claim = Box::pin(executed).await.map_err(failed)?.claim;
    let view = claim_view(store, &claim, caller, moment).await?;
    Ok(Reply::ok(&view).etag(claim.version))
}

/// What to answer where the arguments cannot be read: the first check that fails.
fn unreadable(
    found: &Claim,
    expected: Version,
    kind: Option<CommandKind>,
    failure: Failure,
) -> Failure {
    if expected != found.version {
        return Failure::VersionMismatch;
    }
    match kind {
        Some(kind) => state_first(found, kind, failure),
        None => failure,
    }
}

/// What is wrong with the arguments is told only where the state takes the command at all.
pub fn state_first(found: &Claim, command: CommandKind, failure: Failure) -> Failure {
    let status = found.status();
    if decide::fits(command, status) {
        failure
    } else {
        Rejection::InvalidState { status, command }.into()
    }
}
