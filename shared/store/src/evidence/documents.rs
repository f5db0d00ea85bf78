//! Documents that were found clean, by their content: whose tenants they were brought for. And the
//! keys under which uploads were asked for, so that a repeat is known.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use domain::ids::{ClaimId, Sha256Hash, TenantId};

use crate::table::attributes::{
    Reader, bytes_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

const REQUEST: &str = "r";
/// How long a repeat is known as one.
const KEPT: Duration = Duration::days(1);

impl Store {
    /// Remembers that a document of that content was brought for a claim at that tenant.
    pub async fn put_document(
        &self,
        sha256: Sha256Hash,
        tenant: &TenantId,
    ) -> Result<(), StoreError> {
        self.put_item(item_key(keys::document_pk(sha256), tenant.as_str())).await
    }

    /// Whether a document of that content was brought for another tenant too.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn is_reused(
        &self,
        sha256: Sha256Hash,
        tenant: &TenantId,
    ) -> Result<bool, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text_value(keys::document_pk(sha256)))
            .limit(2)
            .send()
            .await?;
        let others = answer.items.unwrap_or_default();
        let own = AttributeValue::S(tenant.as_str().to_owned());
        Ok(others.iter().any(|item| item.get("sk") != Some(&own)))
    }

    /// The request that used an idempotency key of a claim before.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn request_of(
        &self,
        claim: &ClaimId,
        idempotency_key: &str,
    ) -> Result<Option<Sha256Hash>, StoreError> {
        let found = self
            .get_item(item_key(keys::claim_pk(claim), keys::request_sk(idempotency_key)))
            .await?;
        let hash = |item| Reader::new("request", &item).read_array(REQUEST).map(Sha256Hash);
        found.map(hash).transpose()
    }

    /// Remembers the request that used an idempotency key of a claim.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn put_request(
        &self,
        claim: &ClaimId,
        idempotency_key: &str,
        request: Sha256Hash,
    ) -> Result<(), StoreError> {
        let mut item = item_key(keys::claim_pk(claim), keys::request_sk(idempotency_key));
        put_value(&mut item, REQUEST, Some(bytes_value(request.0)));
        put_value(
            &mut item,
            "expires",
            Some(number_value((self.system_time() + KEPT).timestamp())),
        );
        self.put_item(item).await
    }
}
