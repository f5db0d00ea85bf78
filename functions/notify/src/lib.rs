//! Mails to the customer (`docs/domain.md §5`): the notice of a validated claim, the short mails about what has
//! become of it since, and that more contacts may be asked. And mails to the partner, each by a message of its own.
//!
//! Events come at least once and in any order, so each is held against the claim as it is now, and a
//! mail that is made twice is the same mail.

mod audience;
mod contacts;
mod event;
mod mailer;
mod notices;
mod overview;
mod partner;
mod queue;
mod remind;
mod sending;
mod stop;
mod updates;
mod webhooks;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use chrono::Duration;
use domain::event::EventMail;
use domain::history;
use domain::ids::{ClaimId, NoticeNo};
use notice::{LinkKeys, Operator};
use runtime::fields::{self, metric};
use runtime::{Invocation, InvocationError, KeyRing, telemetry};
use serde_json::Value;
use store::{MailboxKeys, RequestTime, Store};
use tracing::{info, warn};

use crate::audience::Audience;
use crate::event::ClaimEvent;
pub use crate::mailer::Mailer;
use crate::queue::Message;
pub use crate::queue::Queues;
use crate::stop::{Stop, continue_after_fault};
use crate::updates::ClaimUpdate;

/// For how long links are made under keys that were read: the next ones are made under the key that is current by then.
const KEYS_LAST: Duration = Duration::minutes(10);

/// What the function needs.
pub struct App {
    store: Store,
    links: KeyRing<LinkKeys>,
    mailboxes: KeyRing<MailboxKeys>,
    operator: Operator,
    post: Mailer,
    queues: Queues,
}

/// The keys that the function works with.
#[derive(Debug)]
pub struct Rings {
    /// Those of links and codes.
    pub links: KeyRing<LinkKeys>,
    /// Those under which the table names mailboxes.
    pub mailboxes: KeyRing<MailboxKeys>,
}

impl App {
    /// The function over a store, its keys, the mail service, and the queues that it reads.
    pub fn new(
        store: Store,
        rings: Rings,
        operator: Operator,
        post: Mailer,
        queues: Queues,
    ) -> Self {
        let Rings { links, mailboxes } = rings;
        Self { store, links, mailboxes, operator, post, queues }
    }
}

/// Messages of the queues, by the schedule the mails of a day, or an event of the bus by hand. The answer names the
/// messages that are not done with: their queue hands them out again.
///
/// # Errors
/// Where mails of a day, or of an event by hand, could not all be handed over.
pub async fn handle_event(
    app: &App,
    event: Value,
    invocation: Invocation,
) -> Result<SqsBatchResponse, InvocationError> {
    app.links.refresh_if_older(KEYS_LAST).await;
    let mut response = SqsBatchResponse::default();
    if partner::is_scheduled(&event) {
        partner::send_due(app, &invocation).await?;
    } else if event.get("Records").is_some() {
        let messages = queue::parse_messages(&event);
        let messages =
            messages.ok_or_else(|| InvocationError::new("messages that cannot be read"))?;
        for message in messages {
            if !process_message(app, &message).await {
                response.add_failure(message.id);
            }
        }
    } else {
        Box::pin(process_event(app, &event)).await?;
    }
    Ok(response)
}

/// Whether a message is done with: its mails are handed over, or it was sent on to wait.
async fn process_message(app: &App, message: &Message) -> bool {
    let Some(event) = message.bus_event() else {
        warn!({ fields::MESSAGE_ID } = message.id, "A message holds no event");
        return false;
    };
    let processed = match overview::parse_request(&event) {
        Some(request) => Box::pin(overview::mail_links(app, &request, &message.id)).await,
        None => Box::pin(process_event(app, &event)).await,
    };
    let failure = match processed {
        Ok(()) => return true,
        Err(Stop::Wait) => match app.queues.send_again_later(message).await {
            Ok(()) => {
                telemetry::add_to_metric(metric::MAILS_WAITING, 1);
                return true;
            }
            Err(failure) => failure,
        },
        Err(Stop::Fault(failure)) => failure,
    };
    telemetry::add_to_metric(metric::FAULTS, 1);
    telemetry::log_failure_of(
        format_args!("message {}", message.id),
        "The mails of an event could not all be handed over",
        failure.source_error(),
    );
    false
}

/// Writes what an event of the bus calls for.
async fn process_event(app: &App, event: &Value) -> Result<(), Stop> {
    if let Some(verified) = contacts::parse_event(event) {
        return contacts::mail_contacts(app, &verified).await;
    }
    if let Some(disabled) = webhooks::parse_disabled(event) {
        return webhooks::mail_disabled(app, &disabled).await;
    }
    if let Some(acts) = overview::parse_acts(event) {
        return overview::mail_acts(app, &acts).await;
    }
    let moment = app.store.present_time().await?;
    if let Some(due) = partner::parse_event(event) {
        return Box::pin(partner::mail_partner(app, &due, moment)).await;
    }
    if let Some(due) = remind::parse_event(event) {
        let Some(audience) = load_audience(app, &due.claim, moment).await? else { return Ok(()) };
        return remind::remind_recipients(app, &audience, &due, moment.at).await;
    }
    let Some(told) = event::parse_event(event) else {
        warn!("An event is none that mails are written about");
        return Ok(());
    };
    let Some(audience) = load_audience(app, &told.claim, moment).await? else { return Ok(()) };
    Box::pin(send_event_mails(app, &audience, &told)).await
}

async fn load_audience(
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

/// The mails that an event of a claim calls for.
async fn send_event_mails(app: &App, audience: &Audience, told: &ClaimEvent) -> Result<(), Stop> {
    if told.notice == NoticeNo::default() {
        return Ok(());
    }
    match told.event_type.table_row().mail {
        EventMail::Nothing => Ok(()),
        EventMail::Notice => notices::send_notice(app, audience, told).await,
        EventMail::Resend => notices::resend_notice(app, audience, told).await,
        EventMail::Opening
        | EventMail::Decision
        | EventMail::Yes
        | EventMail::Close
        | EventMail::End
        | EventMail::Extension
        | EventMail::Consent
        | EventMail::Refusal
        | EventMail::Retirement
        | EventMail::Withdrawal
        | EventMail::Rejection
        | EventMail::Failure => mail_act(app, audience, told).await,
    }
}

/// Tells an act; where it made a new notice due, that goes first, and its recipients get nothing else.
async fn mail_act(app: &App, audience: &Audience, told: &ClaimEvent) -> Result<(), Stop> {
    let entry = app.store.load_archived(&told.claim, told.version).await?;
    let entry = entry.ok_or_else(|| Stop::fault("an event that is in no archive"))?;
    // An erased claim has nobody left who could be told.
    let Some(history::ReadableEntry::Event(past)) = entry.to_readable() else { return Ok(()) };
    let mut noticed = Ok(());
    if told.event_type.makes_notice_due() && past.members.notice.is_some() {
        noticed = continue_after_fault(notices::send_notice(app, audience, told).await)?;
    }
    let aftermath = ClaimUpdate { app, audience, told, past: *past };
    let told = match told.event_type.table_row().mail {
        EventMail::Opening => aftermath.mail_exact_deadline().await,
        EventMail::Decision => aftermath.mail_decision().await,
        EventMail::Yes => aftermath.mail_activation(false).await,
        EventMail::Close => aftermath.mail_activation(true).await,
        EventMail::End => aftermath.mail_end().await,
        EventMail::Extension => aftermath.mail_extension().await,
        EventMail::Consent => aftermath.mail_consent_change().await,
        EventMail::Refusal => aftermath.mail_wrong_contact().await,
        EventMail::Retirement => aftermath.mail_link_retirement().await,
        EventMail::Withdrawal => aftermath.mail_withdrawal().await,
        EventMail::Rejection => aftermath.mail_rejection().await,
        EventMail::Failure | EventMail::Notice | EventMail::Resend | EventMail::Nothing => Ok(()),
    };
    noticed.and(told)
}
