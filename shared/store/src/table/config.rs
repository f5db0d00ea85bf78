//! The store itself, and what it is made of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use chrono::{DateTime, Utc};
use domain::context::LocalCalendar;
use domain::ids::ProgramId;
use domain::program::Policy;

use super::mailbox_keys::MailboxKeys;

/// The store: one DynamoDB table behind the SDK's client. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) config: Arc<StoreConfig>,
    /// The keys of mailboxes; `None` where nothing is written of them.
    pub(crate) mailboxes: Option<Arc<MailboxKeys>>,
    /// Policies by program and version: they never change, so they are read once.
    pub(crate) policies: Arc<Mutex<HashMap<(ProgramId, u32), Policy>>>,
}

/// What differs between deployments.
pub struct StoreConfig {
    /// The name of the table.
    pub table: String,
    /// Into how many shards new timers go, at least 1.
    pub shards: u16,
    /// The operator's calendar and zone.
    pub operator: LocalCalendar,
    /// The function's own clock, without the test clock's offset.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// Whether there is a test clock.
    pub sandbox: bool,
    /// How windows are closed.
    pub closing: CloseMethod,
    /// By what data windows are counted: [`domain::calendar::counting_data`].
    pub counting_data: String,
}

/// How the worker closes windows that need one attribute on one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseMethod {
    /// 25 at a time, by `BatchExecuteStatement`.
    Batch,
    /// One by one, by `UpdateItem`.
    OneByOne,
}

impl Store {
    /// The store of a table.
    pub fn new(client: Client, config: StoreConfig) -> Self {
        let (config, mailboxes) = (Arc::new(config), None);
        Self { client, config, mailboxes, policies: Arc::default() }
    }

    /// The same, which writes with each tenant whose its verified contacts are.
    #[must_use]
    pub fn with_mailboxes(self, keys: MailboxKeys) -> Self {
        Self { mailboxes: Some(Arc::new(keys)), ..self }
    }

    pub(crate) fn table_name(&self) -> &str {
        &self.config.table
    }
}
