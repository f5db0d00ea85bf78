//! The codes of the mails: a "no" is never locked, everything else after ten wrong ones
//! (`docs/domain.md §5.4`).

use app::ApiError;
use domain::claim::Instant;
use domain::time::seconds_left;
use notice::page::Decision;
use notice::{Link, LinkKeys};
use runtime::fields::{self, metric};
use runtime::telemetry;
use store::{CodeUse, RequestTime, WrongCodes};
use web::RequestError;

use crate::App;
use crate::form::DecisionRequest;

/// Lets a right code pass: for a "no" always, for anything else while that decision is not locked, as its `wrong`
/// codes were read for this request. A wrong one is counted before it is answered; a right one writes nothing.
/// While a decision is locked, no code for it is looked at, so that neither the answer nor its time tells anything
/// about the code.
pub(crate) async fn check_code(
    app: &App,
    link: &Link,
    asked: &DecisionRequest,
    wrong: &WrongCodes,
    moment: RequestTime,
) -> Result<(), ApiError> {
    let used = code_use(asked.decision);
    if let Some(until) = wrong.locked_until(used, moment.at) {
        return Err(
            RequestError::CodeLocked { retry_after_s: seconds_locked(until, moment.at) }.into()
        );
    }
    let mut is_right = accepts_code(link, &app.keys.current(), asked);
    // A receipt may be of a key that was added meanwhile; the code of a notice is of its link's.
    if !is_right && asked.decision == Decision::Undo {
        let renewed = app.keys.read_again().await;
        is_right = accepts_code(link, &renewed, asked);
    }
    if is_right {
        return Ok(());
    }
    let (claim, notice, recipient) = (link.claim(), link.notice(), link.recipient());
    let counted = app.store.count_wrong_code(claim, notice, recipient, used, moment.at, *wrong);
    let count = counted.await?;
    if count.attack {
        telemetry::add_to_metric(metric::CODE_ATTACK, 1);
        tracing::warn!(
            { fields::CLAIM_ID } = %claim,
            { fields::NOTICE_NO } = notice.0,
            { fields::RECIPIENT_NO } = recipient.map(|no| no.0),
            decision = asked.decision.as_str(),
            "Somebody guesses codes"
        );
    }
    let tries_left = (asked.decision != Decision::Decline).then_some(count.left);
    Err(RequestError::CodeWrong { tries_left }.into())
}

fn accepts_code(link: &Link, keys: &LinkKeys, asked: &DecisionRequest) -> bool {
    match asked.decision {
        Decision::Undo => link.accepts_undo(keys, &asked.code),
        Decision::Decline | Decision::WrongContact | Decision::Extend => {
            link.accepts_code(keys, &asked.code)
        }
    }
}

/// As what a wrong code is counted.
fn code_use(decision: Decision) -> CodeUse {
    match decision {
        Decision::Decline => CodeUse::No,
        Decision::Undo => CodeUse::Undo,
        Decision::Extend => CodeUse::Extend,
        Decision::WrongContact => CodeUse::WrongContact,
    }
}

/// Whole seconds until the lock is over, one at least.
fn seconds_locked(until: Instant, at: Instant) -> u32 {
    seconds_left(until - at).unwrap_or(1)
}
