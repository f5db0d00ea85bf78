//! Mails to the customer (`docs/domain.md §5`): the notice of a validated claim, and the short mails about
//! what has become of it since.
//!
//! Events come at least once and in any order, so each is held against the claim as it is now, and a
//! mail that is made twice is the same mail.

mod aftermath;
mod audience;
mod event;
mod notices;
mod past;
mod post;
mod remind;

use domain::event::EventType;
use domain::ids::{ClaimId, NoticeNo};
use notice::{LinkKeys, Operator};
use runtime::{Failure, Invocation, fields};
use serde_json::Value;
use store::{Moment, Store};
use tracing::{info, warn};

use crate::aftermath::Aftermath;
use crate::audience::Audience;
use crate::event::Told;
use crate::past::PastEvent;
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
    if told.notice == NoticeNo::default() {
        return Ok(());
    }
    match told.event_type {
        EventType::Validated | EventType::Resumed | EventType::ContactCorrected => {
            notices::send(app, audience, told).await
        }
        EventType::RecipientFailed
        | EventType::ContactRefused
        | EventType::LinkRetired
        | EventType::DeclineUndone
        | EventType::WindowOpened
        | EventType::ItemsDeclined
        | EventType::ItemsAccepted
        | EventType::WindowClosed
        | EventType::AssociationEnded
        | EventType::WindowExtended
        | EventType::ConsentChanged
        | EventType::Withdrawn => tell(app, audience, told).await,
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
        | EventType::ContactVouched
        | EventType::ContactProposed
        | EventType::ContactProposalRefused
        | EventType::Held
        | EventType::Disputed
        | EventType::DisputeUpheld
        | EventType::DisputeOverturned
        | EventType::EvidenceAdded => Ok(()),
    }
}

/// Tells an act; where it made a new notice due, that goes first, and its recipients get nothing else.
async fn tell(app: &App, audience: &Audience, told: &Told) -> Result<(), Failure> {
    let entry = app.store.archived(&told.claim, told.version).await?;
    let entry = entry.ok_or_else(|| Failure::new("an event that is in no archive"))?;
    let past = PastEvent::of(&entry);
    if told.event_type.makes_notice_due() && past.has_new_notice() {
        notices::send(app, audience, told).await?;
    }
    let aftermath = Aftermath { app, audience, told, past };
    match told.event_type {
        EventType::WindowOpened => aftermath.tell_exact_deadline().await,
        EventType::ItemsDeclined | EventType::DeclineUndone => aftermath.tell_decision().await,
        EventType::ItemsAccepted => aftermath.tell_activation(false).await,
        EventType::WindowClosed => aftermath.tell_activation(true).await,
        EventType::AssociationEnded => aftermath.tell_end().await,
        EventType::WindowExtended => aftermath.tell_extension().await,
        EventType::ConsentChanged => aftermath.tell_consent().await,
        EventType::ContactRefused => aftermath.tell_refusal().await,
        EventType::LinkRetired => aftermath.tell_retirement().await,
        EventType::Withdrawn => aftermath.tell_withdrawal().await,
        _ => Ok(()),
    }
}
