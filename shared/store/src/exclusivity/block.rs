//! Blocks: a customer's "no" keeps the same partner from the same item for a while.

use std::collections::BTreeSet;

use domain::claim::{Claim, Instant};
use domain::context::Place;
use domain::ids::{ItemId, ItemNo, PartnerId};
use domain::program::Policy;

use crate::table::attributes::{Reader, instant, key, number, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::Action;

pub(crate) const UNTIL: &str = "u";

impl Store {
    /// Those of these locks whose item the customer keeps from the partner at `at`.
    pub(crate) async fn blocked(
        &self,
        locks: &[String],
        partner: &PartnerId,
        at: Instant,
    ) -> Result<BTreeSet<String>, StoreError> {
        let wanted: Vec<_> =
            locks.iter().map(|lock| key(lock.clone(), keys::block(partner))).collect();
        let (blocks, _) = self.get_all(wanted).await?;
        let mut blocked = BTreeSet::new();
        for block in &blocks {
            let block = Reader::new("block", block);
            if at < block.instant(UNTIL)? {
                blocked.insert(block.text("pk")?.to_owned());
            }
        }
        Ok(blocked)
    }

    /// The writes of the blocks for these items of a claim, each from `since` on.
    pub(crate) async fn blocks(
        &self,
        claim: &Claim,
        items: &[ItemNo],
        since: Instant,
        policy: &Policy,
        place: Option<&Place>,
    ) -> Result<Vec<Action>, StoreError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let until = if let Some(place) = place {
            place.days_after(since, policy.block_days)
        } else {
            let tenant = self.tenant(&claim.subject.tenant).await?;
            let tenant = tenant.ok_or_else(|| StoreError::unreadable("claim", "it"))?;
            self.customer_place(&tenant, policy).await?.days_after(since, policy.block_days)
        };
        let chosen = claim.items.iter().filter(|item| items.contains(&item.no));
        Ok(chosen.map(|item| block(claim, &item.id, until)).collect())
    }
}

fn block(claim: &Claim, item: &ItemId, until: Instant) -> Action {
    let mut block = key(keys::lock_of(claim, item), keys::block(&claim.subject.partner));
    put(&mut block, UNTIL, Some(instant(until)));
    put(&mut block, "expires", Some(number(until.timestamp())));
    Action::Put(block, None)
}
