//! Loading: one strong query for a claim, one batch for many.

use domain::claim::Claim;
use domain::ids::ClaimId;

use crate::table::attributes::{Attributes, Reader, item_key, put_value, text_value};
use crate::table::clock_check::ClockSample;
use crate::table::codec::claim_item::{ClaimItem, is_submitted};
use crate::table::codec::details_item::DetailsItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};
use crate::table::keys;
use crate::table::retry::pause_before_retry;
use crate::table::schema;

/// A stored claim, whole.
#[derive(Debug, Clone)]
pub(crate) struct StoredClaim {
    /// The record; its claim has its details.
    pub(crate) record: ClaimItem,
    /// The details as stored.
    pub(crate) details: DetailsItem,
}

impl StoredClaim {
    pub(crate) fn claim(&self) -> &Claim {
        &self.record.claim
    }

    /// The item of the details, which stands in the indexes of days and references.
    pub(crate) fn details_item(&self) -> Result<Attributes, StoreError> {
        details_item(self.claim(), &self.details)
    }
}

/// The item of a claim's details. Where the claim is submitted, it stands in the index of days, for which the record has
/// no room; where they have a reference, in the index of references.
pub(crate) fn details_item(claim: &Claim, details: &DetailsItem) -> Result<Attributes, StoreError> {
    let mut item = details.to_attributes(&claim.id)?;
    if is_submitted(claim.status()) {
        let submitted_at = claim.submitted_at.unwrap_or(claim.created_at);
        let day = keys::claims_submitted_on(submitted_at.date_naive());
        put_value(&mut item, schema::DAY.partition, Some(text_value(day)));
        put_value(
            &mut item,
            schema::DAY.sort,
            Some(text_value(keys::by_time(submitted_at, &claim.id))),
        );
    }
    if let Some(reference) = &details.to_details().external_ref {
        let partner = claim.subject.partner.as_str();
        put_value(&mut item, schema::REFERENCE.partition, Some(text_value(partner)));
        let sort = keys::by_reference(reference, &claim.id);
        put_value(&mut item, schema::REFERENCE.sort, Some(text_value(sort)));
    }
    Ok(item)
}

/// What a load found, and what the clocks said meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct LoadResult {
    pub(crate) stored: Option<StoredClaim>,
    pub(crate) clock: ClockSample,
}

/// How often a record and details that do not belong together are read again: a query is not one
/// read with regard to a transaction that writes both.
const READS: u32 = 4;

impl Store {
    /// The claim with its details, by a strong query of `A` to `D`: the history is not touched.
    pub(crate) async fn load_claim(&self, id: &ClaimId) -> Result<LoadResult, StoreError> {
        for attempt in 0..READS {
            let (items, clock) = self.query_claim(id).await?;
            match assemble_claim(&items)? {
                AssembledClaim::Whole(stored) => {
                    return Ok(LoadResult { stored: Some(*stored), clock });
                }
                AssembledClaim::Absent => return Ok(LoadResult { stored: None, clock }),
                AssembledClaim::Torn => pause_before_retry(attempt).await,
            }
        }
        Err(StoreError::Corrupt(format!("claim {id}: record and details do not belong together")))
    }

    async fn query_claim(
        &self,
        id: &ClaimId,
    ) -> Result<(Vec<Attributes>, ClockSample), StoreError> {
        let probe = self.clock_probe();
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text_value(keys::claim_pk(id)))
            .expression_attribute_values(":first", text_value(keys::RECORD))
            .expression_attribute_values(":last", text_value(keys::DETAILS))
            .customize()
            .interceptor(probe.clone())
            .send()
            .await?;
        Ok((answer.items.unwrap_or_default(), probe.take_sample()))
    }

    /// The claims of these ids that exist, whole, in the order of the ids, and what the clocks said meanwhile;
    /// `None` for no id.
    pub(crate) async fn load_claims(
        &self,
        ids: &[ClaimId],
    ) -> Result<Option<(Vec<StoredClaim>, ClockSample)>, StoreError> {
        let mut fetched = FetchedItems::default();
        let parts = |id: &ClaimId| [record_key(id), details_key(id)];
        let clock = self.fetch_items(&mut fetched, ids.iter().flat_map(parts).collect()).await?;
        let Some(clock) = clock else { return Ok(None) };
        Ok(Some((self.claims_in(ids, &fetched).await?, clock)))
    }

    /// Those of these claims that exist, whole, in the order of the ids, if record and details of each were
    /// fetched. One of which the two do not belong together is read again.
    pub(crate) async fn claims_in(
        &self,
        ids: &[ClaimId],
        fetched: &FetchedItems,
    ) -> Result<Vec<StoredClaim>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match fetched.claim(id)? {
                AssembledClaim::Whole(stored) => found.push(*stored),
                AssembledClaim::Absent => {}
                AssembledClaim::Torn => found.extend(self.load_claim(id).await?.stored),
            }
        }
        Ok(found)
    }

    /// The records of these claims, without their details.
    pub(crate) async fn load_claim_records(
        &self,
        ids: &[ClaimId],
    ) -> Result<Vec<ClaimItem>, StoreError> {
        let wanted = ids.iter().map(|id| item_key(keys::claim_pk(id), keys::RECORD)).collect();
        let (items, _) = self.get_items(wanted).await?;
        items.iter().map(ClaimItem::from_item).collect()
    }
}

impl FetchedItems {
    /// A claim with its details, if the keys of both were fetched.
    pub(crate) fn claim(&self, id: &ClaimId) -> Result<AssembledClaim, StoreError> {
        let parts = [self.get(&record_key(id))?, self.get(&details_key(id))?];
        assemble_claim(&parts.into_iter().flatten().cloned().collect::<Vec<_>>())
    }
}

/// What a record and details that were read make.
pub(crate) enum AssembledClaim {
    /// A claim whose record and details are of one version.
    Whole(Box<StoredClaim>),
    /// There is no claim.
    Absent,
    /// Record and details of different versions, to be read again.
    Torn,
}

/// Puts record and details together. Details without a record are of a creation that did not come
/// to its end.
fn assemble_claim(items: &[Attributes]) -> Result<AssembledClaim, StoreError> {
    let mut parts = (None, None);
    for item in items {
        match Reader::new("claim", item).read_text("sk")? {
            keys::RECORD => parts.0 = Some(ClaimItem::from_item(item)?),
            keys::DETAILS => parts.1 = Some(DetailsItem::from_item(item)?),
            _ => {}
        }
    }
    match parts {
        (None, _) => Ok(AssembledClaim::Absent),
        (Some(mut record), Some(details))
            if details.content_digest() == record.stamp.details_hash =>
        {
            record.claim.details = details.to_details();
            Ok(AssembledClaim::Whole(Box::new(StoredClaim { record, details })))
        }
        (Some(_), _) => Ok(AssembledClaim::Torn),
    }
}
