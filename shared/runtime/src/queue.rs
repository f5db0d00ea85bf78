//! Messages of work for a queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use serde::Serialize;

use crate::failure::InvocationError;

/// How many messages one call may send.
const BATCH: usize = 10;

/// Sends a message for each piece of work, as JSON.
///
/// # Errors
/// Where not all of it got its message.
pub async fn send_work<W: Serialize>(
    client: &Client,
    queue_url: &str,
    work: &[W],
) -> Result<(), InvocationError> {
    for some in work.chunks(BATCH) {
        let entries = some.iter().enumerate().map(|(no, work)| batch_entry(no, work));
        let entries = entries.collect::<Result<Vec<_>, InvocationError>>()?;
        let call = client.send_message_batch().queue_url(queue_url);
        let answer = call.set_entries(Some(entries)).send().await?;
        if !answer.failed.is_empty() {
            return Err(InvocationError::new("not all of the work got its message"));
        }
    }
    Ok(())
}

fn batch_entry<W: Serialize>(
    no: usize,
    work: &W,
) -> Result<SendMessageBatchRequestEntry, InvocationError> {
    let body = serde_json::to_string(work)?;
    let entry = SendMessageBatchRequestEntry::builder().id(no.to_string()).message_body(body);
    Ok(entry.build()?)
}
