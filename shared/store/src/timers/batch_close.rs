//! Closing windows 25 at a time: one attribute on one record each, whatever the number of items
//! (`docs/architecture.md §3.3`). Each statement carries its own conditions, so a stale timer never matches, and
//! neither does a window that no verified delivery opened.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, BatchStatementError, BatchStatementRequest, BatchStatementResponse,
    ReturnValuesOnConditionCheckFailure,
};
use chrono::Duration;
use domain::actor::ActorKind;
use domain::claim::{Instant, LastEvent, Status};
use domain::event::EventType;
use domain::ids::ClaimId;
use futures_util::future::join_all;
use tracing::warn;

use super::timer::TimerItem;
use crate::table::attributes::{Attributes, instant_value, item_key, number_value, text_value};
use crate::table::codec::claim_item::{ClaimItem, event};
use crate::table::config::{CloseMethod, Store};
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::retry::pause_before_retry;
use crate::table::write_id::WriteId;

/// How many statements a batch takes.
const BATCH: usize = 25;
/// How many batches are in flight while nothing is throttled.
const IN_FLIGHT: usize = 4;
/// How often a statement is tried while it is throttled, each time with none but those that were too.
const ATTEMPTS: u32 = 20;

/// A window that a timer says is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenWindow<'c> {
    pub(crate) claim: &'c ClaimId,
    pub(crate) closes_at: Instant,
}

impl<'c> OpenWindow<'c> {
    pub(super) fn of(timer: &'c TimerItem) -> Self {
        Self { claim: &timer.claim, closes_at: timer.deadline }
    }
}

/// What became of a statement.
#[derive(Debug, Clone)]
pub(crate) enum CloseResult {
    /// The window is closed.
    Done,
    /// It is not as the timer says: this is the record.
    Is(Box<ClaimItem>),
    /// There is no such claim.
    Absent,
}

/// An outcome, and whether the table's clock was not yet at the deadline.
type CloseOutcome = (Result<CloseResult, StoreError>, bool);

/// What one statement answered.
enum StatementAnswer {
    Closed(CloseResult),
    /// Refused for now: to be tried again.
    Throttled,
    /// The table does not take such a statement: to be closed one by one.
    Unsupported,
    Failed(StoreError),
}

impl StatementAnswer {
    /// The outcome, where it is one; `date` is the latest it was by the table's clock.
    fn close_outcome(self, window: OpenWindow<'_>, date: Option<Instant>) -> Option<CloseOutcome> {
        match self {
            Self::Closed(CloseResult::Done) => {
                let early = date.is_some_and(|date| date < window.closes_at);
                Some((Ok(CloseResult::Done), early))
            }
            Self::Closed(closed) => Some((Ok(closed), false)),
            Self::Failed(failure) => Some((Err(failure), false)),
            Self::Throttled | Self::Unsupported => None,
        }
    }
}

/// How a run closes windows. Where the table refuses the statement of a batch, the rest of the run goes without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunClosing {
    closing: CloseMethod,
    /// How often the run gave the batch up: once at the most.
    pub(crate) fallbacks: u32,
}

impl RunClosing {
    pub(crate) fn new(closing: CloseMethod) -> Self {
        Self { closing, fallbacks: 0 }
    }

    fn close_one_by_one(&mut self) {
        warn!("The table refuses the statement of a batch; windows are closed one by one");
        *self = Self { closing: CloseMethod::OneByOne, fallbacks: self.fallbacks + 1 };
    }
}

/// The close of a batch: the same event for every claim of it.
#[derive(Clone, Copy)]
struct Close {
    now: Instant,
    offset: Duration,
    write: WriteId,
}

/// The windows of a group that are not decided yet.
#[derive(Default)]
struct OpenStatements<'c> {
    throttled: Vec<OpenWindow<'c>>,
    unsupported: Vec<OpenWindow<'c>>,
}

impl Close {
    /// The event as `decide` would make it of *deadline passed*.
    fn event_value(self) -> AttributeValue {
        let event = LastEvent {
            event_type: EventType::WindowClosed,
            at: self.now,
            actor: ActorKind::System,
            actor_id: None,
            by_silence: true,
            fingerprint: None,
        };
        event::pack_event(&event, self.write)
    }

    /// The record that a failed condition shows; this close's own, after a lost answer.
    fn judge_record(self, item: Option<&Attributes>) -> StatementAnswer {
        let Some(item) = item.filter(|item| !item.is_empty()) else {
            return StatementAnswer::Closed(CloseResult::Absent);
        };
        match ClaimItem::from_item(item) {
            Ok(record) if record.stamp.write == self.write => {
                StatementAnswer::Closed(CloseResult::Done)
            }
            Ok(record) => StatementAnswer::Closed(CloseResult::Is(Box::new(record))),
            Err(failure) => StatementAnswer::Failed(failure),
        }
    }
}

impl Store {
    /// Closes windows whose deadline and grace have passed at `now`, a checked time. Every window
    /// has an outcome.
    pub(crate) async fn close_windows<'c>(
        &self,
        windows: Vec<OpenWindow<'c>>,
        now: Instant,
        offset: Duration,
        run: &mut RunClosing,
    ) -> HashMap<&'c ClaimId, CloseOutcome> {
        let close = Close { now, offset, write: WriteId::new() };
        let mut outcomes = HashMap::with_capacity(windows.len());
        let mut waiting = windows;
        let mut in_flight = IN_FLIGHT;
        for attempt in 0..ATTEMPTS {
            let mut throttled = Vec::new();
            while !waiting.is_empty() {
                let most = waiting.len().min(BATCH * in_flight);
                let group: Vec<_> = waiting.drain(..most).collect();
                let left = self.close_group(&group, close, run.closing, &mut outcomes).await;
                if !left.unsupported.is_empty() {
                    run.close_one_by_one();
                    waiting.extend(left.unsupported);
                }
                if !left.throttled.is_empty() {
                    in_flight = (in_flight / 2).max(1);
                    pause_before_retry(attempt).await;
                }
                throttled.extend(left.throttled);
            }
            if throttled.is_empty() {
                return outcomes;
            }
            waiting = throttled;
        }
        for window in waiting {
            let failure = StoreError::Unavailable("a statement stays throttled".to_owned());
            outcomes.insert(window.claim, (Err(failure), false));
        }
        outcomes
    }

    /// Closes windows by batches that are under way at the same time; those that are to be tried again.
    async fn close_group<'c>(
        &self,
        group: &[OpenWindow<'c>],
        close: Close,
        closing: CloseMethod,
        outcomes: &mut HashMap<&'c ClaimId, CloseOutcome>,
    ) -> OpenStatements<'c> {
        let mut left = OpenStatements::default();
        let calls = group.chunks(BATCH).map(|chunk| self.close_chunk(chunk, close, closing));
        for (chunk, (answers, date)) in group.chunks(BATCH).zip(join_all(calls).await) {
            for (window, answer) in chunk.iter().copied().zip(answers) {
                let is_unsupported = matches!(answer, StatementAnswer::Unsupported);
                match answer.close_outcome(window, date) {
                    Some(outcome) => drop(outcomes.insert(window.claim, outcome)),
                    None if is_unsupported => left.unsupported.push(window),
                    None => left.throttled.push(window),
                }
            }
        }
        left
    }

    /// The answers for a chunk, in its order, and the table's time.
    async fn close_chunk(
        &self,
        chunk: &[OpenWindow<'_>],
        close: Close,
        closing: CloseMethod,
    ) -> (Vec<StatementAnswer>, Option<Instant>) {
        match closing {
            CloseMethod::Batch => self.close_batch(chunk, close).await,
            CloseMethod::OneByOne => {
                let calls = chunk.iter().map(|window| self.close_one(*window, close));
                (join_all(calls).await, None)
            }
        }
    }

    async fn close_batch(
        &self,
        chunk: &[OpenWindow<'_>],
        close: Close,
    ) -> (Vec<StatementAnswer>, Option<Instant>) {
        let probe = self.clock_probe();
        let failed = |failure: &str| {
            let failure = |_: &OpenWindow<'_>| {
                StatementAnswer::Failed(StoreError::Unavailable(failure.into()))
            };
            chunk.iter().map(failure).collect()
        };
        let statements = match self.close_statements(chunk, close) {
            Ok(statements) => statements,
            Err(failure) => return (failed(&failure.to_string()), None),
        };
        let call = self.client.batch_execute_statement().set_statements(Some(statements));
        let answer = call.customize().interceptor(probe.clone()).send().await;
        match answer {
            Ok(answer) => {
                let responses = answer.responses.unwrap_or_default();
                if responses.len() != chunk.len() {
                    return (failed("a batch answered with another number of results"), None);
                }
                let date = probe.take_sample().date.map(|date| date + Duration::seconds(1));
                let answers = responses.iter().map(|response| statement_answer(response, close));
                (answers.collect(), date.map(|date| date + close.offset))
            }
            Err(error) if is_unsupported(error.code().unwrap_or_default()) => {
                (chunk.iter().map(|_| StatementAnswer::Unsupported).collect(), None)
            }
            Err(error) => (failed(&StoreError::from(error).to_string()), None),
        }
    }

    /// A statement for each window, all of them the same but for the parameters.
    fn close_statements(
        &self,
        chunk: &[OpenWindow<'_>],
        close: Close,
    ) -> Result<Vec<BatchStatementRequest>, StoreError> {
        let event = close.event_value();
        let statement = format!(
            r#"UPDATE "{}" SET st=? SET v=v+1 SET le=? WHERE pk=? AND sk=? AND st=? AND cl=? AND sl IS MISSING AND ob IS NOT MISSING"#,
            self.table_name(),
        );
        let request = |window: &OpenWindow<'_>| {
            let parameters = vec![
                text_value(Status::Associated.as_str()),
                event.clone(),
                text_value(keys::claim_pk(window.claim)),
                text_value(keys::RECORD),
                text_value(Status::AwaitingCustomer.as_str()),
                instant_value(window.closes_at),
            ];
            BatchStatementRequest::builder()
                .statement(&statement)
                .set_parameters(Some(parameters))
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .build()
                .map_err(|error| StoreError::Corrupt(error.to_string()))
        };
        chunk.iter().map(request).collect()
    }

    /// The same as a statement, as an update.
    async fn close_one(&self, window: OpenWindow<'_>, close: Close) -> StatementAnswer {
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::claim_pk(window.claim), keys::RECORD)))
            .update_expression("SET st = :closed, le = :event ADD v :one")
            .condition_expression(
                "st = :open AND cl = :at AND attribute_not_exists(sl) AND attribute_exists(ob)",
            )
            .expression_attribute_values(":closed", text_value(Status::Associated.as_str()))
            .expression_attribute_values(":event", close.event_value())
            .expression_attribute_values(":one", number_value(1))
            .expression_attribute_values(":open", text_value(Status::AwaitingCustomer.as_str()))
            .expression_attribute_values(":at", instant_value(window.closes_at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(_) => StatementAnswer::Closed(CloseResult::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    close.judge_record(failed.item())
                }
                Some(UpdateItemError::TransactionConflictException(_)) => {
                    StatementAnswer::Throttled
                }
                Some(_) | None => StatementAnswer::Failed(StoreError::from(error)),
            },
        }
    }
}

fn statement_answer(response: &BatchStatementResponse, close: Close) -> StatementAnswer {
    match response.error() {
        None => StatementAnswer::Closed(CloseResult::Done),
        Some(error) => read_error(error, close),
    }
}

/// The codes of a statement's failure. Those that pass by themselves are tried again.
fn read_error(error: &BatchStatementError, close: Close) -> StatementAnswer {
    let code = error.code().map_or("", |code| code.as_str());
    match code {
        "ConditionalCheckFailed" => close.judge_record(error.item()),
        "ThrottlingError"
        | "ProvisionedThroughputExceeded"
        | "RequestLimitExceeded"
        | "TransactionConflict"
        | "InternalServerError"
        | "DuplicateItem" => StatementAnswer::Throttled,
        code if is_unsupported(code) => StatementAnswer::Unsupported,
        _ => StatementAnswer::Failed(StoreError::Unavailable(format!("statement refused: {code}"))),
    }
}

/// Whether a failure, of a statement or of the whole batch, says that the table or its policy takes no such statement.
fn is_unsupported(code: &str) -> bool {
    ["ValidationError", "ValidationException", "AccessDenied", "AccessDeniedException"]
        .contains(&code)
}
