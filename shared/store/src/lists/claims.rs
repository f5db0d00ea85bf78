//! Lists: an index names the claims, each is then read strongly, and what is due on the page is
//! closed before it is answered.

use std::collections::HashMap;

use domain::claim::Claim;
use domain::ids::{ClaimId, StaffId};

use super::source::{Source, SourceReader};
use crate::claims::assignee::assignee_key;
use crate::claims::load::StoredClaim;
use crate::table::attributes::whole_millis;
use crate::table::clock::RequestTime;
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};
use crate::table::index::{Cursor, Keep, ListPage};

/// How often a list reads its index to fill a page. Each of the reads after the first takes [`MORE`] entries, so that a
/// filter that takes little is through with some hundreds of claims in one request.
const READS: u32 = 10;
/// How many entries are read at a time once a page could not be filled at once.
const MORE: u16 = 100;

/// Which claims are listed, and in which order.
#[derive(Clone, Copy)]
pub struct ClaimList<'a> {
    /// Where they come from.
    pub source: Source<'a>,
    /// Which of them belong to the list.
    pub keep: Keep<'a, Claim>,
}

impl<'a> ClaimList<'a> {
    /// All of a source.
    pub fn all_of(source: Source<'a>) -> Self {
        Self { source, keep: &|_| true }
    }
}

/// A claim on a page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedClaim {
    /// The claim, with nothing due.
    pub claim: Claim,
    /// Who of the staff works on it; read where it is listed as waiting for the operator.
    pub assigned_to: Option<StaffId>,
    /// Where the list goes on behind it.
    pub behind: Cursor,
}

impl Store {
    /// A page of a list. It may be short, and even empty, while there is a next: the index was read ten times then.
    ///
    /// # Errors
    /// Where the table does not answer, or something that is due cannot be carried out.
    pub async fn list_claims(
        &self,
        list: ClaimList<'_>,
        from: Option<&Cursor>,
        limit: u16,
        moment: RequestTime,
    ) -> Result<ListPage<ListedClaim>, StoreError> {
        let mut reader = SourceReader::new(list.source, moment.at);
        let (mut items, mut from) = (Vec::new(), from.cloned());
        let mut most = limit;
        for _ in 0..READS {
            let (places, next) = Box::pin(reader.read_piece(self, from.as_ref(), most)).await?;
            let ids: Vec<_> = places.iter().map(|place| place.id.clone()).collect();
            let is_queue = matches!(list.source, Source::Waiting { .. });
            let (claims, fetched) = Box::pin(self.load_listed(&ids, is_queue, moment)).await?;
            let mut claims = claims.into_iter().peekable();
            let read = places.len();
            for (no, place) in places.into_iter().enumerate() {
                let Some(claim) = claims.next_if(|claim| claim.id == place.id) else { continue };
                let assigned_to = if is_queue { fetched.assignee(&claim.id)? } else { None };
                let takes = list.source.takes_claim(&claim, assigned_to.as_ref(), moment.at);
                if !takes || !(list.keep)(&claim) {
                    continue;
                }
                items.push(ListedClaim { claim, assigned_to, behind: place.behind.clone() });
                if items.len() >= limit.into() {
                    let next = if no + 1 == read { next } else { Some(place.behind) };
                    return Ok(ListPage { items, next });
                }
            }
            from = next;
            if from.is_none() {
                break;
            }
            most = limit.max(MORE);
        }
        Ok(ListPage { items, next: from })
    }

    /// The claims of these ids, none of them due: those that were are closed first, in one batch.
    pub(crate) async fn load_all_up_to_date(
        &self,
        ids: &[ClaimId],
        moment: RequestTime,
    ) -> Result<Vec<Claim>, StoreError> {
        Ok(Box::pin(self.load_listed(ids, false, moment)).await?.0)
    }

    /// The same, and what was fetched for them: with `assignees` also who works on each.
    async fn load_listed(
        &self,
        ids: &[ClaimId],
        assignees: bool,
        moment: RequestTime,
    ) -> Result<(Vec<Claim>, FetchedItems), StoreError> {
        let mut fetched = FetchedItems::default();
        let parts = |id: &ClaimId| [record_key(id), details_key(id)];
        let mut wanted: Vec<_> = ids.iter().flat_map(parts).collect();
        if assignees {
            wanted.extend(ids.iter().map(assignee_key));
        }
        let Some(clock) = self.fetch_items(&mut fetched, wanted).await? else {
            return Ok((Vec::new(), fetched));
        };
        let page = self.claims_in(ids, &fetched).await?;
        let claims = Box::pin(self.close_due_claims(page, clock, moment)).await?;
        Ok((claims, fetched))
    }

    /// The claims of a page that were read with `clock`; those that are due are closed first, in one batch.
    pub(super) async fn close_due_claims(
        &self,
        mut page: Vec<StoredClaim>,
        clock: ClockSample,
        moment: RequestTime,
    ) -> Result<Vec<Claim>, StoreError> {
        let mut due = Vec::new();
        for stored in &page {
            if let Some(now) = self.time_if_due(stored.claim(), clock, moment.offset).await? {
                due.push((stored.record.clone(), whole_millis(now)));
            }
        }
        if !due.is_empty() {
            let closed = Box::pin(self.close_due_page(due, moment)).await?;
            replace_due(&mut page, closed);
        }
        Ok(page.into_iter().map(|stored| stored.record.claim).collect())
    }
}

/// Puts the claims as they are now in the place of those that were due.
fn replace_due(page: &mut [StoredClaim], now: Vec<StoredClaim>) {
    let mut now: HashMap<_, _> =
        now.into_iter().map(|stored| (stored.claim().id.clone(), stored)).collect();
    for stored in page {
        if let Some(new) = now.remove(&stored.claim().id) {
            *stored = new;
        }
    }
}
