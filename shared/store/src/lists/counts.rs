//! How many claims a partner has, and how many of them wait for it.

use std::collections::{BTreeMap, BTreeSet};

use domain::claim::Status;
use domain::ids::{ClaimId, PartnerId};

use crate::table::attributes::item_key;
use crate::table::clock::RequestTime;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::PartOfPartner;
use crate::table::{keys, schema};

/// How many of the newest claims are looked at.
const MOST: usize = 2_000;
/// How many of them at a time.
const PAGE: i32 = 500;

/// How many claims a partner has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimCounts {
    /// How many wait for the partner.
    pub waiting: u32,
    /// How many stand in each status; one in which none stands is left out.
    pub by_status: BTreeMap<Status, u32>,
    /// Whether all of them were looked at.
    pub complete: bool,
}

impl Store {
    /// Counts a partner's claims: what waits for it and what was not submitted by the index, and of what was submitted
    /// the newest 2,000 by their records.
    ///
    /// # Errors
    /// Where the table does not answer, or something that is due cannot be carried out.
    pub async fn claim_counts(
        &self,
        partner: &PartnerId,
        moment: RequestTime,
    ) -> Result<ClaimCounts, StoreError> {
        let part = |part| self.count_entries(self.query_partner(partner, part, None));
        let waiting = self.query_turns(partner, (moment.at, None), None);
        let submitted = Box::pin(self.submitted_by_status(partner, moment));
        let (waiting, drafts, discarded, (mut by_status, complete)) = tokio::try_join!(
            self.count_entries(waiting),
            part(PartOfPartner::Drafts),
            part(PartOfPartner::Discarded),
            submitted,
        )?;
        by_status.extend([(Status::Draft, drafts), (Status::Discarded, discarded)]);
        by_status.retain(|_, count| *count > 0);
        Ok(ClaimCounts { waiting, by_status, complete })
    }

    /// How many of the newest claims that a partner submitted stand in each status, and of the older ones those that are
    /// open; and whether there are no others.
    async fn submitted_by_status(
        &self,
        partner: &PartnerId,
        moment: RequestTime,
    ) -> Result<(BTreeMap<Status, u32>, bool), StoreError> {
        let (mut counted, mut seen, mut from) = (BTreeMap::new(), BTreeSet::new(), None);
        loop {
            let query = self.query_partner(partner, PartOfPartner::Submitted, from.as_ref());
            let (ids, next) = self.query_page(query, schema::PARTNER, PAGE).await?;
            for status in Box::pin(self.statuses_of(&ids, moment)).await? {
                *counted.entry(status).or_insert(0_u32) += 1;
            }
            seen.extend(ids);
            from = next;
            if from.is_none() {
                return Ok((counted, true));
            }
            if seen.len() >= MOST {
                let query = self.query_partner(partner, PartOfPartner::Submitted, from.as_ref());
                let (more, _) = self.query_page(query, schema::PARTNER, 1).await?;
                // Of the older ones those that may be open are remembered.
                let known = self.remembered_open_claims(partner).await?;
                let older = known.remembered_ids().iter().filter(|id| !seen.contains(*id)).cloned();
                for ids in older.collect::<Vec<_>>().chunks(seen.len()) {
                    let statuses = Box::pin(self.statuses_of(ids, moment)).await?;
                    for status in statuses.into_iter().filter(|status| status.is_open()) {
                        *counted.entry(status).or_insert(0) += 1;
                    }
                }
                return Ok((counted, more.is_empty()));
            }
        }
    }

    /// In which status these claims are, what is due carried out.
    async fn statuses_of(
        &self,
        ids: &[ClaimId],
        moment: RequestTime,
    ) -> Result<Vec<Status>, StoreError> {
        let wanted = ids.iter().map(|id| item_key(keys::claim_pk(id), keys::RECORD)).collect();
        let (items, clock) = self.get_items(wanted).await?;
        let (mut due, mut statuses) = (Vec::new(), Vec::new());
        for item in &items {
            let claim = ClaimItem::from_item(item)?.claim;
            if self.time_if_due(&claim, clock, moment.offset).await?.is_some() {
                due.push(claim.id);
            } else {
                statuses.push(claim.status());
            }
        }
        let closed = Box::pin(self.load_all_up_to_date(&due, moment)).await?;
        statuses.extend(closed.iter().map(domain::claim::Claim::status));
        Ok(statuses)
    }
}
