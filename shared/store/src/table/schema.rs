//! The table's definition, as the template has it: for tests and tools.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
};

use super::error::StoreError;

/// A pair of key attributes, both strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexKeys {
    /// The name of the index; empty for the table itself.
    pub name: &'static str,
    /// The name of the partition key's attribute.
    pub partition: &'static str,
    /// The name of the sort key's attribute.
    pub sort: &'static str,
}

/// The table's own keys.
pub const TABLE: IndexKeys = IndexKeys { name: "", partition: "pk", sort: "sk" };
/// Claims of a partner, by submission; drafts apart from them, by creation.
pub const PARTNER: IndexKeys = IndexKeys { name: "partner", partition: "ip", sort: "ik" };
/// Submitted claims at a tenant, sparse: by partner and creation.
pub const TENANT: IndexKeys = IndexKeys { name: "tenant", partition: "it", sort: "iu" };
/// The operator's queue, sparse: by state and time of waiting.
pub const QUEUE: IndexKeys = IndexKeys { name: "queue", partition: "iq", sort: "iw" };
/// Details of submitted claims by the day of their submission, in UTC; partners, tenants and programs by name.
pub const DAY: IndexKeys = IndexKeys { name: "day", partition: "iy", sort: "iz" };
/// What waits for a partner, sparse: by the end of its turn. Every record has the partner, so it takes one attribute more.
pub const TURN: IndexKeys = IndexKeys { name: "turn", partition: "ip", sort: "ib" };
/// Details of a partner's claims that have a reference, sparse: by the hash of the reference.
pub const REFERENCE: IndexKeys = IndexKeys { name: "reference", partition: "ir", sort: "ih" };
/// All of the indexes; each projects keys only.
pub const INDEXES: [IndexKeys; 6] = [PARTNER, TENANT, QUEUE, DAY, TURN, REFERENCE];
/// The attribute of the time to live.
pub const TIME_TO_LIVE: &str = "expires";

/// Creates the table with its indexes and its stream.
///
/// # Errors
/// `Unavailable` where the engine refuses it or does not answer.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()
        .map_err(unbuilt_error)?;
    let call = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(stream)
        .set_attribute_definitions(Some(attribute_definitions()?))
        .set_key_schema(Some(key_schema(TABLE)?))
        .set_global_secondary_indexes(Some(index_definitions()?));
    call.send().await.map(|_| ()).map_err(StoreError::from)
}

fn attribute_definitions() -> Result<Vec<AttributeDefinition>, StoreError> {
    let keys = [TABLE].into_iter().chain(INDEXES);
    let names: BTreeSet<_> = keys.flat_map(|keys| [keys.partition, keys.sort]).collect();
    names.into_iter().map(attribute_definition).collect()
}

fn attribute_definition(name: &str) -> Result<AttributeDefinition, StoreError> {
    let definition = AttributeDefinition::builder().attribute_name(name);
    definition.attribute_type(ScalarAttributeType::S).build().map_err(unbuilt_error)
}

fn key_schema(keys: IndexKeys) -> Result<Vec<KeySchemaElement>, StoreError> {
    let element = |name, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .map_err(unbuilt_error)
    };
    Ok(vec![element(keys.partition, KeyType::Hash)?, element(keys.sort, KeyType::Range)?])
}

fn index_definitions() -> Result<Vec<GlobalSecondaryIndex>, StoreError> {
    let index = |keys: IndexKeys| {
        GlobalSecondaryIndex::builder()
            .index_name(keys.name)
            .set_key_schema(Some(key_schema(keys)?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(unbuilt_error)
    };
    INDEXES.into_iter().map(index).collect()
}

fn unbuilt_error(error: impl std::error::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}
