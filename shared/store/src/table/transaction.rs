//! Conditional writes: one put, or one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};

use futures_util::future::try_join_all;

use super::attributes::Attributes;
use super::config::Store;
use super::error::StoreError;
use super::write_id::WriteId;

/// How many items are deleted side by side.
const AT_A_TIME: usize = 25;

/// What became of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    Done,
    /// A condition does not hold, or somebody else is writing: load and decide again.
    Conflict,
}

/// A condition on an item as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Condition {
    expression: String,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    pub(crate) fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), values: HashMap::new() }
    }

    /// Nothing is stored under the key.
    pub(crate) fn absent() -> Self {
        Self::new("attribute_not_exists(pk)")
    }

    pub(crate) fn with_value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn and(mut self, expression: &str) -> Self {
        self.expression = format!("{} AND {expression}", self.expression);
        self
    }

    fn into_values(self) -> (Option<String>, Option<HashMap<String, AttributeValue>>) {
        let values = (!self.values.is_empty()).then_some(self.values);
        (Some(self.expression), values)
    }
}

/// One action of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TransactionAction {
    /// Stores an item, if the condition on the present one holds.
    Put(Attributes, Option<Condition>),
    /// Deletes the item of a key.
    Delete(Attributes, Condition),
    /// Checks a condition and changes nothing.
    Check(Attributes, Condition),
}

impl TransactionAction {
    fn build_item(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let item = TransactWriteItem::builder();
        let item = match self {
            Self::Put(attributes, condition) => {
                let (expression, values) =
                    condition.map(Condition::into_values).unwrap_or_default();
                let put = Put::builder().table_name(table).set_item(Some(attributes));
                let put = put.set_condition_expression(expression);
                item.put(
                    put.set_expression_attribute_values(values).build().map_err(unbuilt_error)?,
                )
            }
            Self::Delete(key, condition) => {
                let (expression, values) = condition.into_values();
                let delete = Delete::builder().table_name(table).set_key(Some(key));
                let delete = delete.set_condition_expression(expression);
                let delete = delete.set_expression_attribute_values(values);
                item.delete(delete.build().map_err(unbuilt_error)?)
            }
            Self::Check(key, condition) => {
                let (expression, values) = condition.into_values();
                let check = ConditionCheck::builder().table_name(table).set_key(Some(key));
                let check = check.set_condition_expression(expression);
                let check = check.set_expression_attribute_values(values);
                item.condition_check(check.build().map_err(unbuilt_error)?)
            }
        };
        Ok(item.build())
    }
}

fn unbuilt_error(error: impl std::error::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

impl Store {
    /// Puts an item under a condition.
    pub(crate) async fn put_item_if(
        &self,
        item: Attributes,
        condition: Condition,
    ) -> Result<WriteOutcome, StoreError> {
        let (expression, values) = condition.into_values();
        let put = self.client.put_item().table_name(self.table_name()).set_item(Some(item));
        let put = put.set_condition_expression(expression);
        match put.set_expression_attribute_values(values).send().await {
            Ok(_) => Ok(WriteOutcome::Done),
            Err(error) if is_conflict(error.as_service_error()) => Ok(WriteOutcome::Conflict),
            Err(error) => Err(StoreError::from(error)),
        }
    }

    /// Puts an item whatever is there.
    pub(crate) async fn put_item(&self, item: Attributes) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(self.table_name()).set_item(Some(item));
        put.send().await.map(|_| ()).map_err(StoreError::from)
    }

    /// Deletes items, so many at a time. One that is not there is as good as deleted.
    pub(crate) async fn delete_items(&self, keys: Vec<Attributes>) -> Result<(), StoreError> {
        for some in keys.chunks(AT_A_TIME) {
            let deletes = some.iter().map(|key| {
                let delete = self.client.delete_item().table_name(self.table_name());
                delete.set_key(Some(key.clone())).send()
            });
            try_join_all(deletes).await?;
        }
        Ok(())
    }

    /// All of the actions or none. The token stays the same when the SDK tries again, so that a
    /// lost answer is not a second transaction.
    pub(crate) async fn run_transaction(
        &self,
        actions: Vec<TransactionAction>,
        write: WriteId,
    ) -> Result<WriteOutcome, StoreError> {
        let items: Result<Vec<_>, _> = merge_checks(actions)
            .into_iter()
            .map(|action| action.build_item(self.table_name()))
            .collect();
        let call = self.client.transact_write_items().set_transact_items(Some(items?));
        match call.client_request_token(write.client_token()).send().await {
            Ok(_) => Ok(WriteOutcome::Done),
            Err(error) if is_cancelled_by_others(error.as_service_error()) => {
                Ok(WriteOutcome::Conflict)
            }
            Err(error) => Err(StoreError::from(error)),
        }
    }
}

/// A transaction may name an item once: the same question about it is asked once.
fn merge_checks(actions: Vec<TransactionAction>) -> Vec<TransactionAction> {
    let mut kept: Vec<TransactionAction> = Vec::with_capacity(actions.len());
    for action in actions {
        if !matches!(action, TransactionAction::Check(..)) || !kept.contains(&action) {
            kept.push(action);
        }
    }
    kept
}

/// Whether the condition of a single write does not hold, and nothing else stopped it.
pub(crate) fn is_refused(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

fn is_conflict(error: Option<&PutItemError>) -> bool {
    error.is_some_and(|error| {
        error.is_conditional_check_failed_exception() || error.is_transaction_conflict_exception()
    })
}

/// Whether conditions or other writers stopped the transaction, and nothing else did.
fn is_cancelled_by_others(error: Option<&TransactWriteItemsError>) -> bool {
    match error {
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => true,
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let mut codes = cancelled.cancellation_reasons().iter().filter_map(|r| r.code());
            codes.all(|code| {
                matches!(code, "None" | "ConditionalCheckFailed" | "TransactionConflict")
            })
        }
        Some(_) | None => false,
    }
}
