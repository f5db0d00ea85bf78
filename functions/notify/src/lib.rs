//! Mails to the customer (`docs/domain.md §5`): the notice of a validated claim, the short mails about what has
//! become of it since, and that more contacts may be asked. And mails to the partner, each by a message of its own.
//!
//! Events come at least once and in any order, so each is held against the claim as it is now, and a
//! mail that is made twice is the same mail.

mod aftermath;
mod audience;
mod contacts;
mod event;
mod notices;
mod partner;
mod post;
mod queue;
mod remind;
mod sending;
mod stop;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use chrono::Duration;
use domain::event::EventType;
use domain::history;
use domain::ids::{ClaimId, NoticeNo};
use notice::{LinkKeys, Operator};
use runtime::fields::{self, metric};
use runtime::{Invocation, InvocationError, KeyRing, telemetry};
use serde_json::Value;
use store::{RequestTime, Store};
use tracing::{info, warn};

use crate::aftermath::ClaimUpdate;
use crate::audience::Audience;
use crate::event::ClaimEvent;
pub use crate::post::Mailer;
use crate::queue::Message;
pub use crate::queue::Queues;
use crate::stop::{Stop, go_on};

/// For how long links are made under keys that were read: the next ones are made under the key that is current by then.
const KEYS_LAST: Duration = Duration::minutes(10);

/// What the function needs.
pub struct App {
    store: Store,
    links: KeyRing<LinkKeys>,
    operator: Operator,
    post: Mailer,
    queues: Queues,
}

impl App {
    /// The function over a store, the keys of links, the mail service, and the queues that it reads.
    pub fn new(
        store: Store,
        links: KeyRing<LinkKeys>,
        operator: Operator,
        post: Mailer,
        queues: Queues,
    ) -> Self {
        Self { store, links, operator, post, queues }
    }
}

/// Messages of the queues, by the schedule the mails of a day, or an event of the bus by hand. The answer names the
/// messages that are not done with: their queue hands them out again.
///
/// # Errors
/// Where mails of a day, or of an event by hand, could not all be handed over.
pub async fn handle(
    app: &App,
    event: Value,
    invocation: Invocation,
) -> Result<SqsBatchResponse, InvocationError> {
    app.links.no_older_than(KEYS_LAST).await;
    let mut response = SqsBatchResponse::default();
    if partner::is_scheduled(&event) {
        partner::send_due(app, &invocation).await?;
    } else if event.get("Records").is_some() {
        let messages = queue::messages(&event);
        let messages =
            messages.ok_or_else(|| InvocationError::new("messages that cannot be read"))?;
        for message in messages {
            if !is_done(app, &message).await {
                response.add_failure(message.id);
            }
        }
    } else {
        Box::pin(write_about(app, &event)).await?;
    }
    Ok(response)
}

/// Whether a message is done with: its mails are handed over, or it was sent on to wait.
async fn is_done(app: &App, message: &Message) -> bool {
    let Some(event) = message.event() else {
        warn!({ fields::MESSAGE_ID } = message.id, "A message holds no event");
        return false;
    };
    let failure = match Box::pin(write_about(app, &event)).await {
        Ok(()) => return true,
        Err(Stop::Wait) => match app.queues.send_on(message).await {
            Ok(()) => {
                telemetry::count(metric::MAILS_WAITING, 1);
                return true;
            }
            Err(failure) => failure,
        },
        Err(Stop::Fault(failure)) => failure,
    };
    telemetry::count(metric::FAULTS, 1);
    telemetry::failure("The mails of an event could not all be handed over", failure.error());
    false
}

/// Writes what an event of the bus calls for.
async fn write_about(app: &App, event: &Value) -> Result<(), Stop> {
    if let Some(verified) = contacts::verified(event) {
        return contacts::tell(app, &verified).await;
    }
    let moment = app.store.moment().await?;
    if let Some(due) = partner::due(event) {
        return Box::pin(partner::tell(app, &due, moment)).await;
    }
    if let Some(due) = remind::due(event) {
        let Some(audience) = audience(app, &due.claim, moment).await? else { return Ok(()) };
        return remind::remind(app, &audience, &due, moment.at).await;
    }
    let Some(told) = event::told(event) else {
        warn!("An event is none that mails are written about");
        return Ok(());
    };
    let Some(audience) = audience(app, &told.claim, moment).await? else { return Ok(()) };
    Box::pin(write(app, &audience, &told)).await
}

async fn audience(
    app: &App,
    claim: &ClaimId,
    moment: RequestTime,
) -> Result<Option<Audience>, Stop> {
    let audience = Box::pin(Audience::of(app, claim, moment)).await?;
    if audience.is_none() {
        info!({ fields::CLAIM_ID } = %claim, "An event is of a claim that nobody is told of");
    }
    Ok(audience)
}

/// What is told beside a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotifiedAct {
    Opening,
    Decision,
    Yes,
    Close,
    End,
    Extension,
    Consent,
    Refusal,
    Retirement,
    Withdrawal,
    /// A recipient failed: nobody is told, but somebody else may be asked.
    Failure,
}

/// The mails that an event of a claim calls for.
async fn write(app: &App, audience: &Audience, told: &ClaimEvent) -> Result<(), Stop> {
    if told.notice == NoticeNo::default() {
        return Ok(());
    }
    let act = match told.event_type {
        EventType::Validated | EventType::Resumed | EventType::ContactCorrected => {
            return notices::send(app, audience, told).await;
        }
        EventType::WindowOpened => NotifiedAct::Opening,
        EventType::ItemsDeclined | EventType::DeclineUndone => NotifiedAct::Decision,
        EventType::ItemsAccepted => NotifiedAct::Yes,
        EventType::WindowClosed => NotifiedAct::Close,
        EventType::AssociationEnded => NotifiedAct::End,
        EventType::WindowExtended => NotifiedAct::Extension,
        EventType::ConsentChanged => NotifiedAct::Consent,
        EventType::ContactRefused => NotifiedAct::Refusal,
        EventType::LinkRetired => NotifiedAct::Retirement,
        EventType::Withdrawn => NotifiedAct::Withdrawal,
        EventType::RecipientFailed => NotifiedAct::Failure,
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
        | EventType::EvidenceAdded
        | EventType::Erased => return Ok(()),
    };
    tell(app, audience, told, act).await
}

/// Tells an act; where it made a new notice due, that goes first, and its recipients get nothing else.
async fn tell(
    app: &App,
    audience: &Audience,
    told: &ClaimEvent,
    act: NotifiedAct,
) -> Result<(), Stop> {
    let entry = app.store.archived(&told.claim, told.version).await?;
    let entry = entry.ok_or_else(|| Stop::fault("an event that is in no archive"))?;
    // An erased claim has nobody left who could be told.
    let Some(history::ReadableEntry::Event(past)) = entry.told() else { return Ok(()) };
    let mut noticed = Ok(());
    if told.event_type.makes_notice_due() && past.members.notice.is_some() {
        noticed = go_on(notices::send(app, audience, told).await)?;
    }
    let aftermath = ClaimUpdate { app, audience, told, past: *past };
    let told = match act {
        NotifiedAct::Opening => aftermath.tell_exact_deadline().await,
        NotifiedAct::Decision => aftermath.tell_decision().await,
        NotifiedAct::Yes => aftermath.tell_activation(false).await,
        NotifiedAct::Close => aftermath.tell_activation(true).await,
        NotifiedAct::End => aftermath.tell_end().await,
        NotifiedAct::Extension => aftermath.tell_extension().await,
        NotifiedAct::Consent => aftermath.tell_consent().await,
        NotifiedAct::Refusal => aftermath.tell_refusal().await,
        NotifiedAct::Retirement => aftermath.tell_retirement().await,
        NotifiedAct::Withdrawal => aftermath.tell_withdrawal().await,
        NotifiedAct::Failure => Ok(()),
    };
    noticed.and(told)
}
