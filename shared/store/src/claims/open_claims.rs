//! How many claims of a partner are open, however many it has submitted.
//!
//! An item of the partner remembers which of the claims that were submitted before a moment were open, or could be open
//! again. A count adds what was submitted since, and looks at records only where the numbers alone decide nothing. What is
//! remembered is never wrong, only long: a claim that is over does not come back, so each is looked at and forgotten once.

use chrono::Duration;
use domain::claim::{Claim, Instant, State};
use domain::directory::Partner;
use domain::ids::{ClaimId, PartnerId};

use crate::table::attributes::{Reader, bytes_value, item_key, number_value, put_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::index::PartOfPartner;
use crate::table::{keys, schema};

/// Attributes of the item: the moment in milliseconds, and the ids, 16 bytes each.
const BEFORE: &str = "b";
const IDS: &str = "l";
const ID_BYTES: usize = 16;
/// How many claims are submitted until they are remembered, and how many are read at a time.
const MANY: usize = 100;
/// How many keys of the index are read at a time.
const KEYS: i32 = 1_000;
/// Claims that young are not remembered: the index lags, and so do clocks.
const SETTLED: Duration = Duration::hours(1);
/// The most open claims of a partner, whatever its quota: what an item has room for.
const MOST: usize = 20_000;

/// The claims of a partner that may be open.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenClaims {
    /// Before that moment those are remembered; `None`: nothing is.
    before: Option<Instant>,
    remembered: Vec<ClaimId>,
}

impl OpenClaims {
    /// Those that are remembered.
    pub(crate) fn remembered_ids(&self) -> &[ClaimId] {
        &self.remembered
    }

    /// The same for a count at that moment: what a clock that stood later has remembered says nothing of what is submitted
    /// now.
    fn for_count_at(self, at: Instant) -> Self {
        if self.before.is_some_and(|before| before > at) { Self::default() } else { self }
    }

    fn from_item(item: Reader<'_>) -> Result<Self, StoreError> {
        let ids = item.opt_bytes(IDS)?.unwrap_or_default().chunks(ID_BYTES);
        let id = |id: &[u8]| id.try_into().ok().map(ClaimId::from_bytes);
        let remembered =
            ids.map(id).collect::<Option<_>>().ok_or_else(|| item.attribute_error(IDS))?;
        Ok(Self { before: item.opt_instant(BEFORE)?, remembered })
    }
}

/// Where the open claims of a partner are remembered.
pub(crate) fn open_claims_key(partner: &PartnerId) -> ItemKey {
    (keys::quotas_pk(partner), keys::OPEN_CLAIMS.to_owned())
}

impl FetchedItems {
    /// What is remembered of a partner's open claims, if its key was fetched.
    pub(crate) fn open_claims(&self, partner: &PartnerId) -> Result<OpenClaims, StoreError> {
        let item = self.get(&open_claims_key(partner))?;
        item.map_or(Ok(OpenClaims::default()), |item| {
            OpenClaims::from_item(Reader::new("open claims", item))
        })
    }
}

impl Store {
    /// What is remembered of a partner's open claims.
    pub(crate) async fn remembered_open_claims(
        &self,
        partner: &PartnerId,
    ) -> Result<OpenClaims, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, vec![open_claims_key(partner)]).await?;
        fetched.open_claims(partner)
    }

    /// Whether the partner has as many open claims as its quota permits. All of them count, as its index has them.
    pub(crate) async fn has_all_open_claims(
        &self,
        partner: &Partner,
        known: OpenClaims,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let known = known.for_count_at(at);
        let newer = self.submitted_since(&partner.id, known.before).await?;
        let most = newer.len() + known.remembered.len();
        if most < quota_of(partner) && newer.len() < MANY {
            return Ok(false);
        }
        let before = at - SETTLED;
        let (mut open, mut remembered) = (0, Vec::new());
        for claim in self.claims_of(&[newer, known.remembered].concat()).await? {
            open += usize::from(claim.state.is_open());
            let is_settled = claim.submitted_at.is_some_and(|submitted| submitted < before);
            if is_settled && may_be_open(&claim, before) {
                remembered.push(claim.id);
            }
        }
        // Rejections that may be disputed for a year can be more than an item holds; then it stays as it was.
        if remembered.len() <= MOST {
            self.remember_open_claims(&partner.id, before, &remembered).await?;
        }
        Ok(open >= quota_of(partner))
    }

    /// How many more claims of the partner may be open.
    pub(super) async fn open_claims_left(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<u32, StoreError> {
        let known = self.remembered_open_claims(&partner.id).await?.for_count_at(at);
        let newer = self.submitted_since(&partner.id, known.before).await?;
        let claims = self.claims_of(&[newer, known.remembered].concat()).await?;
        let open = claims.iter().filter(|claim| claim.state.is_open()).count();
        let left = quota_of(partner).saturating_sub(open);
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// These claims as their records have them.
    async fn claims_of(&self, ids: &[ClaimId]) -> Result<Vec<Claim>, StoreError> {
        let mut claims = Vec::new();
        for some in ids.chunks(MANY) {
            let records = self.load_claim_records(some).await?;
            claims.extend(records.into_iter().map(|record| record.claim));
        }
        Ok(claims)
    }

    /// The claims that the partner has submitted from that moment on, newest first.
    async fn submitted_since(
        &self,
        partner: &PartnerId,
        since: Option<Instant>,
    ) -> Result<Vec<ClaimId>, StoreError> {
        let part = since.map_or(PartOfPartner::Submitted, PartOfPartner::SubmittedSince);
        let (mut all, mut from) = (Vec::new(), None);
        loop {
            let query = self.query_partner(partner, part, from.as_ref());
            let (ids, next) = self.query_page(query, schema::PARTNER, KEYS).await?;
            all.extend(ids);
            match next {
                Some(next) => from = Some(next),
                None => return Ok(all),
            }
        }
    }

    async fn remember_open_claims(
        &self,
        partner: &PartnerId,
        before: Instant,
        remembered: &[ClaimId],
    ) -> Result<(), StoreError> {
        let ids: Vec<u8> = remembered.iter().filter_map(ClaimId::to_bytes).flatten().collect();
        let (pk, sk) = open_claims_key(partner);
        let mut item = item_key(pk, sk);
        put_value(&mut item, BEFORE, Some(number_value(before.timestamp_millis())));
        put_value(&mut item, IDS, (!ids.is_empty()).then(|| bytes_value(ids)));
        self.put_item(item).await
    }
}

fn quota_of(partner: &Partner) -> usize {
    usize::try_from(partner.open_claim_quota).unwrap_or(MOST).min(MOST)
}

/// Whether the claim was open at that moment, or may be again: a rejection may be disputed, a "no" taken back.
fn may_be_open(claim: &Claim, at: Instant) -> bool {
    let may_return = matches!(claim.state, State::Rejected { .. } | State::Declined { .. })
        && claim.state.runs_until().is_some_and(|end| end > at);
    claim.state.is_open() || may_return
}
