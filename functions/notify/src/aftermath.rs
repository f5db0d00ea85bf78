//! The short mails: the exact deadline, receipts, a withdrawal. None bears a link.

use domain::actor::ActorKind;
use domain::claim::{Claim, Instant, Item, ItemStatus, State};
use domain::decide::undo_is_open;
use domain::ids::{ItemNo, NoticeNo};
use domain::reason::EndReason;
use notice::content::zone_of;
use notice::mail::{self, Deed, Extension, Mail, Receipt};
use notice::{Deadline, Link};
use runtime::Failure;

use crate::App;
use crate::audience::Audience;
use crate::event::Told;
use crate::past;

/// Tells the exact deadline, where the notice could only say "at least" and said another.
pub(crate) async fn window_opened(
    app: &App,
    audience: &Audience,
    told: &Told,
) -> Result<(), Failure> {
    let State::AwaitingCustomer { window } = &audience.claim.state else { return Ok(()) };
    let code = Link::of(&app.links, &told.claim, told.notice)?.notice_code(&app.links);
    let notice = app.store.notice_of_code(code.as_str()).await?;
    if notice.is_none_or(|notice| notice.promised == Some(window.closes_at)) {
        return Ok(());
    }
    let notice = audience.notice(&app.operator, told.notice, Deadline::Exact(window.clone()));
    tell(app, audience, told, |envelope| mail::exact_deadline(&notice, told.version.0, envelope))
        .await
}

/// Receipts a decision of the customer's to every contact of the notice: what it did, whatever has
/// become of it since.
pub(crate) async fn decided(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    if told.actor != ActorKind::Customer {
        return Ok(());
    }
    let event = app.store.archived(&told.claim, told.version).await?;
    let notice = audience.notice(&app.operator, told.notice, deadline(audience));
    for deed in Deed::ALL {
        let items = past::items(event.as_ref(), deed);
        if items.is_empty() {
            continue;
        }
        let receipt = Receipt {
            id: format!("{}-{}", told.claim, told.version),
            deed,
            undoable: deed == Deed::Declined && can_be_undone(&audience.claim, &items, told.at),
            items,
            zone: zone_of(&audience.claim, &audience.place),
        };
        tell(app, audience, told, |envelope| mail::receipt(&notice, &receipt, envelope)).await?;
    }
    Ok(())
}

/// Whether a no that came at `at` could be taken back in the window that runs, and still can.
fn can_be_undone(claim: &Claim, items: &[ItemNo], at: Instant) -> bool {
    let is_settled =
        |no: &ItemNo| claim.item(*no).is_some_and(|item| claim.item_status(item).is_settled());
    undo_is_open(claim, at) && !items.iter().any(is_settled)
}

/// Tells a customer who had been notified that there is nothing to decide any more.
pub(crate) async fn withdrawn(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    if told.notice == NoticeNo::default() {
        return Ok(());
    }
    let notice = audience.notice(&app.operator, told.notice, deadline(audience));
    tell(app, audience, told, |envelope| mail::withdrawn(&notice, told.version.0, envelope)).await
}

/// Tells that another partner has taken items over; what ended for another reason is told elsewhere.
pub(crate) async fn superseded(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    let claim = &audience.claim;
    let event = app.store.archived(&told.claim, told.version).await?;
    let mut items = past::items(event.as_ref(), Deed::Ended);
    items.retain(|no| claim.item(*no).is_some_and(|item| is_superseded(claim, item)));
    if items.is_empty() {
        return Ok(());
    }
    let notice = audience.notice(&app.operator, told.notice, deadline(audience));
    let version = told.version.0;
    tell(app, audience, told, |envelope| mail::superseded(&notice, &items, version, envelope)).await
}

fn is_superseded(claim: &Claim, item: &Item) -> bool {
    matches!(claim.item_status(item), ItemStatus::Ended { reason: EndReason::Superseded, .. })
}

/// Tells the later deadline, while there is one.
pub(crate) async fn extended(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    let (State::AwaitingCustomer { window } | State::Declined { window: Some(window) }) =
        &audience.claim.state
    else {
        return Ok(());
    };
    let notice = audience.notice(&app.operator, told.notice, Deadline::Exact(window.clone()));
    let extension = Extension {
        announced: told.actor == ActorKind::System,
        answered: matches!(audience.claim.state, State::Declined { .. }),
    };
    let version = told.version.0;
    tell(app, audience, told, |envelope| mail::extended(&notice, extension, version, envelope))
        .await
}

fn deadline(audience: &Audience) -> Deadline {
    match audience.claim.state.window() {
        Some(window) => Deadline::Exact(window.clone()),
        None => Deadline::Unset,
    }
}

/// One mail to every contact of the notice.
async fn tell(
    app: &App,
    audience: &Audience,
    told: &Told,
    write: impl Fn(&mail::Envelope<'_>) -> Mail,
) -> Result<(), Failure> {
    let write_to = |recipient| write(&audience.envelope(app, recipient, told.at));
    let mails: Vec<Mail> = audience.recipients.iter().map(write_to).collect();
    app.post.send_all(&mails, &told.claim, None).await
}
