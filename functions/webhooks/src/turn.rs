//! A turn of a webhook: its next events, one at a time, in the order of the feed. The cursor moves after a success; a
//! failure ends the turn, and no event passes another.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use chrono::{DateTime, Duration};
use domain::claim::Instant;
use domain::webhook::{Webhook, WebhookDisablement, WebhookOwner, WebhookState};
use runtime::fields::{self, metric};
use runtime::{Invocation, InvocationError, telemetry};
use store::{LeasedWebhook, WebhookKey};
use tracing::{info, warn};

use crate::App;
use crate::deliver::deliver_message;
use crate::message::Message;

/// How many events are read at a time.
const PAGE: u16 = 50;
/// How long a turn lasts before the next webhook has one.
const TURN: Duration = Duration::seconds(30);
/// What is left for the last attempt and its notes when no new one is begun.
const MARGIN: Duration = Duration::seconds(15);
/// Below how many of a thousand parts of a tenth the delay after a failure becomes longer at random.
const JITTER: u16 = 1_000;

pub(crate) async fn process_messages(
    app: &App,
    event: SqsEvent,
    invocation: &Invocation,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !process_message(app, &message, invocation).await {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    response
}

/// Whether the message is done with. One that is not comes back, and after a few times it is set aside; the next look
/// sends its work again in any case.
async fn process_message(app: &App, message: &SqsMessage, invocation: &Invocation) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let Ok(key) = serde_json::from_str::<WebhookKey>(body) else {
        let id = message.message_id.as_deref().unwrap_or_default();
        warn!({ fields::MESSAGE_ID } = id, "A message names no webhook");
        return false;
    };
    match Box::pin(take_turn(app, &key, sent_at(message), invocation)).await {
        Ok(()) => true,
        Err(failure) => {
            telemetry::add_to_metric(metric::FAULTS, 1);
            let failure = failure.source_error();
            telemetry::log_failure_of(
                format_args!("webhook {}", key.id),
                "The turn of a webhook failed",
                failure,
            );
            false
        }
    }
}

/// When the queue got a message; `None` where it does not say.
fn sent_at(message: &SqsMessage) -> Option<Instant> {
    let millis = message.attributes.get("SentTimestamp")?.parse().ok()?;
    DateTime::from_timestamp_millis(millis)
}

/// Takes a webhook's turn, unless somebody else has it, or one has begun since it was asked for: of many messages that
/// wait for one webhook, one is a turn. The lease lasts as long as this process may.
async fn take_turn(
    app: &App,
    key: &WebhookKey,
    asked_at: Option<Instant>,
    invocation: &Invocation,
) -> Result<(), InvocationError> {
    let WebhookKey { owner, id } = key;
    let leased = app.store.lease_webhook(owner, id, invocation.deadline_at, asked_at).await?;
    let Some(mut leased) = leased else { return Ok(()) };
    let until = (app.store.system_time() + TURN).min(invocation.deadline_at - MARGIN);
    let outcome = Box::pin(send_events(app, key, &mut leased, until)).await;
    let released = app.store.release_webhook(leased, outcome.is_ok()).await;
    let is_unfinished = outcome?;
    released?;
    if is_unfinished {
        app.queues.send_work(std::slice::from_ref(key)).await?;
    }
    Ok(())
}

/// Sends events until there is none, or one fails, or the time is over; whether it is over and there may be more.
async fn send_events(
    app: &App,
    key: &WebhookKey,
    leased: &mut LeasedWebhook,
    until: Instant,
) -> Result<bool, InvocationError> {
    if !leased.webhook().state.may_send(app.store.system_time()) {
        tell_if_disabled(app, key, leased).await?;
        return Ok(false);
    }
    let secrets = app.store.webhook_secrets(&key.owner, &key.id).await?;
    let mut sent = 0_usize;
    loop {
        // Also of events that nobody wants there may be many.
        if app.store.system_time() >= until {
            return Ok(true);
        }
        let page = app.store.read_webhook_feed(leased.webhook(), PAGE).await?;
        let mut passed = leased.webhook().cursor.clone();
        for (event, behind) in page.events {
            if !leased.webhook().wants(&event.event_type) {
                passed = behind;
                continue;
            }
            if app.store.system_time() >= until {
                return Ok(true);
            }
            let message = Message::of_event(&event);
            let delivery = deliver_message(app, leased.webhook(), &secrets, &message).await?;
            let Some(error) = delivery.error else {
                sent += 1;
                passed.clone_from(&behind);
                let moved = |own: &mut Webhook| {
                    (own.cursor, own.state) = (behind, WebhookState::Active);
                };
                if !app.store.save_webhook(leased, moved).await? {
                    return Ok(true);
                }
                continue;
            };
            let failed_at = app.store.system_time();
            let failed = |own: &mut Webhook| {
                let state = own.state.after_failure(error, failed_at, fastrand::u16(..JITTER));
                (own.cursor, own.state) = (passed, state);
            };
            let is_saved = app.store.save_webhook(leased, failed).await?;
            report_turn(key, sent, Some(error.as_str()));
            tell_if_disabled(app, key, leased).await?;
            return Ok(!is_saved);
        }
        if leased.webhook().cursor != page.end {
            let moved = |own: &mut Webhook| own.cursor = page.end;
            if !app.store.save_webhook(leased, moved).await? {
                return Ok(true);
            }
        }
        if !page.more {
            report_turn(key, sent, None);
            return Ok(false);
        }
    }
}

fn report_turn(key: &WebhookKey, sent: usize, error: Option<&str>) {
    let error = error.unwrap_or("none");
    info!(
        { fields::WEBHOOK_ID } = %key.id,
        { fields::COUNT } = sent,
        webhook.error = error,
        "A webhook had its turn"
    );
}

/// Has the party told that its webhook was disabled, if that was not done. Where the process dies between the two, it is
/// told twice, by the same mail.
async fn tell_if_disabled(
    app: &App,
    key: &WebhookKey,
    leased: &mut LeasedWebhook,
) -> Result<(), InvocationError> {
    let WebhookState::Disabled(disabled) = leased.webhook().state else { return Ok(()) };
    if disabled.told {
        return Ok(());
    }
    match key.owner {
        // Staff have no contacts: an alarm tells them.
        WebhookOwner::Staff => telemetry::add_to_metric(metric::STAFF_WEBHOOK_DISABLED, 1),
        WebhookOwner::Partner(_) | WebhookOwner::Tenant(_) => {
            let day = disabled.at.date_naive();
            if app.store.count_disabled_mail(&key.owner, day).await? {
                app.queues.send_disabled(key, disabled.at, disabled.cause).await?;
            }
        }
    }
    let told = WebhookState::Disabled(WebhookDisablement { told: true, ..disabled });
    // Where the party has written it anew meanwhile, it is disabled no more.
    app.store.save_webhook(leased, |own| own.state = told).await?;
    Ok(())
}
