//! The short mails: the exact deadline, receipts, a withdrawal. None bears a link.

use domain::actor::ActorKind;
use domain::claim::{ItemStatus, State};
use domain::event::EventType;
use domain::ids::{ItemNo, NoticeNo};
use notice::Deadline;
use notice::content::is_sent_on;
use notice::mail::{self, Deed, Mail, Receipt};
use runtime::Failure;
use store::StoreError;

use crate::App;
use crate::audience::Audience;
use crate::event::Told;

/// How many entries of a history are read at once.
const PAGE: u16 = 100;

/// Tells the exact deadline, where the notice could only say "at least" and said another.
pub(crate) async fn window_opened(
    app: &App,
    audience: &Audience,
    told: &Told,
) -> Result<(), Failure> {
    let State::AwaitingCustomer { window } = &audience.claim.state else { return Ok(()) };
    let Some(promised) = promised(app, audience, told).await? else { return Ok(()) };
    if promised.window().is_none_or(|promised| promised.closes_at == window.closes_at) {
        return Ok(());
    }
    let notice = audience.notice(&app.operator, told.notice, Deadline::Exact(window.clone()));
    tell(app, audience, told, |envelope| mail::exact_deadline(&notice, told.version.0, envelope))
        .await
}

/// The deadline as the notice gave it: counted from the event that made it due.
async fn promised(
    app: &App,
    audience: &Audience,
    told: &Told,
) -> Result<Option<Deadline>, StoreError> {
    let mut sent_at = None;
    let mut from = None;
    loop {
        let page = app.store.history(&audience.claim, from.as_ref(), PAGE).await?;
        for entry in page.items.iter().filter(|entry| entry.version < told.version) {
            sent_at = due_at(&entry.event).or(sent_at);
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    Ok(sent_at.map(|at| Deadline::at_least(at, &audience.place, &audience.policy)))
}

/// When an entry made a notice due.
fn due_at(event: &serde_json::Value) -> Option<domain::claim::Instant> {
    let event_type = EventType::parse(event.get("type")?.as_str()?)?;
    let at = event.get("at")?.as_str()?.parse().ok()?;
    is_sent_on(event_type).then_some(at)
}

/// Receipts a decision of the customer's to every contact of the notice.
pub(crate) async fn decided(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    let Some(deed) = deed(told) else { return Ok(()) };
    let receipt = Receipt {
        id: format!("{}-{}", told.claim, told.version),
        deed,
        items: items(audience, deed),
        undoable: deed == Deed::Declined && is_undoable(audience, told),
    };
    let notice = audience.notice(&app.operator, told.notice, deadline(audience));
    tell(app, audience, told, |envelope| mail::receipt(&notice, &receipt, envelope)).await
}

/// What the customer did, if it was he who did it.
fn deed(told: &Told) -> Option<Deed> {
    let deeds = [
        (EventType::ItemsDeclined, Deed::Declined),
        (EventType::DeclineUndone, Deed::Undone),
        (EventType::AssociationEnded, Deed::Ended),
    ];
    let own = deeds.into_iter().find(|(event_type, _)| *event_type == told.event_type);
    own.filter(|_| told.actor == ActorKind::Customer).map(|(_, deed)| deed)
}

/// The items that stand as the decision left them.
fn items(audience: &Audience, deed: Deed) -> Vec<ItemNo> {
    let claim = &audience.claim;
    let fits = |status: ItemStatus| match deed {
        Deed::Declined => matches!(status, ItemStatus::Declined { .. }),
        Deed::Undone => status == ItemStatus::Pending,
        Deed::Ended => matches!(status, ItemStatus::Ended { .. }),
    };
    let items = claim.items.iter().filter(|item| fits(claim.item_status(item)));
    items.map(|item| item.no).collect()
}

fn is_undoable(audience: &Audience, told: &Told) -> bool {
    audience.claim.state.window().is_some_and(|window| told.at < window.closes_at)
}

/// Tells a customer who had been notified that there is nothing to decide any more.
pub(crate) async fn withdrawn(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    if told.notice == NoticeNo::default() {
        return Ok(());
    }
    let notice = audience.notice(&app.operator, told.notice, deadline(audience));
    tell(app, audience, told, |envelope| mail::withdrawn(&notice, told.version.0, envelope)).await
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
    for recipient in &audience.recipients {
        let written = write(&audience.envelope(app, recipient, told.at));
        app.post.send(&written, &told.claim, None).await?;
    }
    Ok(())
}
