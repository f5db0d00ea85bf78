//! Lists: an index names the claims, each is then read strongly, and what is due on the page is
//! closed before it is answered.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::claim::{Claim, Status};
use domain::ids::{ClaimId, PartnerId, TenantId};
use serde::{Deserialize, Serialize};

use crate::attributes::{Attributes, Reader, text, whole_millis};
use crate::config::{Moment, Store};
use crate::error::StoreError;
use crate::keys;
use crate::load::Stored;
use crate::schema::{self, Keys};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it; it may be short while there is a next.
    pub items: Vec<T>,
    /// Where the next one begins.
    pub next: Option<Cursor>,
}

/// A place in a list, opaque.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The partition, where a list runs through more than one.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<Status>,
    /// The sort key of the last entry.
    #[serde(rename = "s")]
    pub(crate) sort: String,
}

/// Whose claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A partner's.
    Partner(PartnerId),
    /// Those at a tenant, by partner.
    Tenant(TenantId),
    /// A partner's at a tenant.
    PartnerAtTenant {
        /// The partner.
        partner: PartnerId,
        /// The tenant.
        tenant: TenantId,
    },
}

/// Ids from an index, and where the rest begins.
type Ids = (Vec<ClaimId>, Option<Cursor>);

impl Store {
    /// Claims of a scope, newest first (at a whole tenant: by partner), of one status or of all.
    pub async fn claims(
        &self,
        scope: &Scope,
        status: Option<Status>,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<Page<Claim>, StoreError> {
        let (ids, next) = self.ids(scope, from, i32::from(limit)).await?;
        let mut items = self.current_all(&ids, moment).await?;
        items.retain(|claim| status.is_none_or(|status| claim.status() == status));
        Ok(Page { items, next })
    }

    async fn ids(
        &self,
        scope: &Scope,
        from: Option<&Cursor>,
        limit: i32,
    ) -> Result<Ids, StoreError> {
        match scope {
            Scope::Partner(partner) => self.newest_of(partner, from, limit).await,
            Scope::Tenant(tenant) => {
                let query = self.index(schema::TENANT, tenant.as_str(), None, from);
                self.page_of(query.scan_index_forward(false), schema::TENANT, limit).await
            }
            Scope::PartnerAtTenant { partner, tenant } => {
                let query = self.index(schema::TENANT, tenant.as_str(), Some(partner), from);
                self.page_of(query.scan_index_forward(false), schema::TENANT, limit).await
            }
        }
    }

    /// The partner's claims, newest first.
    pub(crate) async fn newest_of(
        &self,
        partner: &PartnerId,
        from: Option<&Cursor>,
        limit: i32,
    ) -> Result<Ids, StoreError> {
        let query = self.index(schema::PARTNER, partner.as_str(), None, from);
        self.page_of(query.scan_index_forward(false), schema::PARTNER, limit).await
    }

    /// All claims at a tenant, or a partner's.
    pub(crate) async fn ids_at_tenant(
        &self,
        partner: Option<&PartnerId>,
        tenant: &TenantId,
    ) -> Result<Vec<ClaimId>, StoreError> {
        let mut all = Vec::new();
        let mut from = None;
        loop {
            let query = self.index(schema::TENANT, tenant.as_str(), partner, from.as_ref());
            let (ids, next) = self.page_of(query, schema::TENANT, 1000).await?;
            all.extend(ids);
            match next {
                Some(next) => from = Some(next),
                None => return Ok(all),
            }
        }
    }

    pub(crate) fn index(
        &self,
        index: Keys,
        partition: &str,
        partner: Option<&PartnerId>,
        from: Option<&Cursor>,
    ) -> QueryFluentBuilder {
        let narrow = partner.map(|partner| format!("{partner}#"));
        let condition = match narrow {
            Some(_) => format!("{} = :p AND begins_with({}, :s)", index.partition, index.sort),
            None => format!("{} = :p", index.partition),
        };
        let start = from.and_then(|from| start_key(index, partition, &from.sort));
        let query = self
            .client
            .query()
            .table_name(self.table())
            .index_name(index.name)
            .key_condition_expression(condition)
            .expression_attribute_values(":p", text(partition))
            .set_exclusive_start_key(start);
        match narrow {
            Some(narrow) => query.expression_attribute_values(":s", text(narrow)),
            None => query,
        }
    }

    pub(crate) async fn page_of(
        &self,
        query: QueryFluentBuilder,
        index: Keys,
        limit: i32,
    ) -> Result<Ids, StoreError> {
        let answer = query.limit(limit).send().await.map_err(StoreError::of_call)?;
        let items = answer.items.unwrap_or_default();
        let ids: Result<Vec<_>, _> = items
            .iter()
            .map(|item| keys::claim_of(Reader::new("index entry", item).text("pk")?))
            .collect();
        let next = match &answer.last_evaluated_key {
            Some(last) => Some(cursor(index, last)?),
            None => None,
        };
        Ok((ids?, next))
    }

    /// The claims of these ids, none of them due: those that were are closed first, in one batch.
    pub(crate) async fn current_all(
        &self,
        ids: &[ClaimId],
        moment: Moment,
    ) -> Result<Vec<Claim>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (mut page, clock) = self.load_all(ids).await?;
        let mut due = Vec::new();
        for stored in &page {
            if let Some(now) = self.due(stored.claim(), clock, moment.offset).await? {
                due.push((stored.record.clone(), whole_millis(now)));
            }
        }
        if !due.is_empty() {
            let closed = Box::pin(self.close_page(due, moment)).await?;
            replace(&mut page, closed);
        }
        Ok(page.into_iter().map(|stored| stored.record.claim).collect())
    }
}

/// Puts the claims as they are now in the place of those that were due.
fn replace(page: &mut [Stored], now: Vec<Stored>) {
    let mut now: HashMap<_, _> =
        now.into_iter().map(|stored| (stored.claim().id.clone(), stored)).collect();
    for stored in page {
        if let Some(new) = now.remove(&stored.claim().id) {
            *stored = new;
        }
    }
}

/// The key of an index entry, from its sort key: that ends in the claim's id.
fn start_key(index: Keys, partition: &str, sort: &str) -> Option<Attributes> {
    let id = ClaimId::parse(sort.rsplit('#').next()?).ok()?;
    let mut start = crate::attributes::key(keys::claim(&id), keys::RECORD);
    start.insert(index.partition.to_owned(), text(partition));
    start.insert(index.sort.to_owned(), text(sort));
    Some(start)
}

fn cursor(index: Keys, last: &Attributes) -> Result<Cursor, StoreError> {
    let sort = Reader::new("index entry", last).text(index.sort)?.to_owned();
    Ok(Cursor { queue: None, sort })
}
