//! Mails to the customer (`docs/domain.md §5`): the notice of a validated claim, and the short mails about
//! what has become of it since.
//!
//! Events come at least once and in any order, so each is held against the claim as it is now, and a
//! mail that is made twice is the same mail.

mod aftermath;
mod audience;
mod event;
mod past;
mod post;
mod remind;

use audience::Audience;
use domain::actor::ActorKind;
use domain::event::EventType;
use domain::ids::ClaimId;
use notice::mail;
use notice::{Deadline, LinkKeys, Operator};
use runtime::{Failure, Invocation, fields};
use serde_json::Value;
use store::{Moment, NoticeOfCode, Store};
use tracing::{info, warn};

use crate::event::Told;
pub use crate::post::Post;

/// What the function needs.
pub struct App {
    store: Store,
    links: LinkKeys,
    operator: Operator,
    post: Post,
}

impl App {
    /// The function over a store, the keys of links, and the mail service.
    pub fn new(store: Store, links: LinkKeys, operator: Operator, post: Post) -> Self {
        Self { store, links, operator, post }
    }
}

/// Writes what an event of the bus calls for.
///
/// # Errors
/// Where the platform shall try again: the table or the mail service did not answer.
pub async fn handle(app: &App, event: Value, _invocation: Invocation) -> Result<(), Failure> {
    let moment = app.store.moment().await?;
    if let Some(due) = remind::due(&event) {
        let Some(audience) = audience(app, &due.claim, moment).await? else { return Ok(()) };
        return remind::remind(app, &audience, &due, moment.at).await;
    }
    let Some(told) = event::told(&event) else {
        warn!("An event is none that mails are written about");
        return Ok(());
    };
    let Some(audience) = audience(app, &told.claim, moment).await? else { return Ok(()) };
    Box::pin(write(app, &audience, &told)).await
}

async fn audience(app: &App, claim: &ClaimId, moment: Moment) -> Result<Option<Audience>, Failure> {
    let audience = Box::pin(Audience::of(app, claim, moment)).await?;
    if audience.is_none() {
        info!({ fields::CLAIM_ID } = %claim, "An event is of a claim that nobody is told of");
    }
    Ok(audience)
}

/// The mails that an event of a claim calls for.
async fn write(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    match told.event_type {
        EventType::Validated
        | EventType::Resumed
        | EventType::ContactCorrected
        | EventType::ContactRefused => send_notice(app, audience, told).await,
        EventType::WindowOpened => aftermath::window_opened(app, audience, told).await,
        EventType::AssociationEnded if told.actor == ActorKind::System => {
            aftermath::superseded(app, audience, told).await
        }
        EventType::ItemsDeclined
        | EventType::DeclineUndone
        | EventType::ItemsAccepted
        | EventType::AssociationEnded => aftermath::decided(app, audience, told).await,
        EventType::WindowExtended => aftermath::extended(app, audience, told).await,
        EventType::Withdrawn => aftermath::withdrawn(app, audience, told).await,
        EventType::Drafted
        | EventType::Submitted
        | EventType::Edited
        | EventType::Recalled
        | EventType::Discarded
        | EventType::ReviewBegun
        | EventType::ReviewOverdue
        | EventType::DefenceRequested
        | EventType::InformationRequested
        | EventType::InformationAnswered
        | EventType::Rejected
        | EventType::NoticeFailed
        | EventType::Held
        | EventType::WindowClosed
        | EventType::Disputed
        | EventType::DisputeUpheld
        | EventType::DisputeOverturned
        | EventType::EvidenceAdded => Ok(()),
    }
}

/// Sends the notice, if it is still the one that the claim waits to see delivered or answered. Its
/// authenticity code can be looked up before anyone reads it, and what it promises is kept there.
async fn send_notice(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    if !audience.awaits(told) {
        info!({ fields::CLAIM_ID } = %told.claim, "A notice is not due any more");
        return Ok(());
    }
    let link = notice::Link::of(&app.links, &told.claim, told.notice)?;
    let links = notice::Links::of(&link, &app.links, &app.operator);
    let deadline = Deadline::at_least(told.at, &audience.place, &audience.policy);
    let promised = deadline.window().map(|window| window.closes_at);
    let of = NoticeOfCode { claim: told.claim.clone(), notice: told.notice, promised };
    app.store.put_notice_code(&links.notice_code, &of).await?;
    let notice = audience.notice(&app.operator, told.notice, deadline);
    let write_to =
        |recipient| mail::notice(&notice, &links, &audience.envelope(app, recipient, told.at));
    let mails: Vec<_> = audience.recipients.iter().map(write_to).collect();
    app.post.send_all(&mails, &told.claim, Some(told.notice)).await
}
