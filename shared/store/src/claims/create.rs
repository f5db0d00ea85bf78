//! Creating a claim: read by id, eligibility, the count of the day, timer, details, claim (`docs/architecture.md §2`). A
//! refused request writes nothing.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::command::{ClaimInput, Command, Creation};
use domain::context::Context;
use domain::eligibility;
use domain::event::Event;
use domain::ids::{ClaimId, Sha256Hash};
use domain::program::Policy;
use domain::rejection::{FieldError, Rejection};

use super::checks::tells_of_tenant;
use super::commit::{Attempts, record_stamp};
use super::load::{StoredClaim, details_item};
use super::quota::DayUse;
use crate::table::clock::RequestTime;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::codec::details_item::DetailsItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::transaction::{Condition, TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

/// A claim that was created, now or by an earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedClaim {
    /// The claim as it is now.
    pub claim: Claim,
    /// Whether an earlier request with the same key and body had created it.
    pub replayed: bool,
}

/// A claim to create.
#[derive(Debug, Clone, Copy)]
pub struct NewClaim<'a> {
    /// The partner's user who creates it.
    pub actor: &'a Actor,
    /// Its id, from the partner and the idempotency key.
    pub id: &'a ClaimId,
    /// What is claimed, and for whom.
    pub input: &'a ClaimInput,
    /// What of the content could not be read.
    pub malformed: &'a [FieldError],
    /// Whether it shall be a draft rather than submitted as it stands.
    pub draft: bool,
    /// The digest of the request, by which its repeat is known.
    pub request_hash: Sha256Hash,
}

impl NewClaim<'_> {
    /// Whether nothing is wrong with the body alone.
    pub(super) fn is_well_formed(&self) -> bool {
        let missing = if self.draft {
            domain::decide::missing_for_draft(self.input, self.malformed)
        } else {
            eligibility::missing_fields(self.input, None, &[])
        };
        self.malformed.is_empty() && missing.is_empty()
    }

    /// The claim's first event.
    fn first_event(&self, context: &Context) -> Result<Event, Rejection> {
        let creation = self.new_creation(self.malformed.to_vec());
        let command =
            if self.draft { Command::Draft(creation) } else { Command::Submit(Some(creation)) };
        domain::decide(None, &command, context)?.ok_or(Rejection::MissingFact("event"))
    }

    /// What the claim is created from.
    pub(crate) fn new_creation(&self, malformed: Vec<FieldError>) -> Box<Creation> {
        Box::new(Creation { id: self.id.clone(), input: self.input.clone(), malformed })
    }
}

impl Store {
    /// Creates the claim of that id, submitted as it stands or as a draft.
    ///
    /// The order is that of `docs/api.md §1.4`: what is wrong with the body alone, then the replay, then what
    /// the directory says. Whether the caller's role may create is the caller's own check before.
    ///
    /// # Errors
    /// [`StoreError::Rejected`] with every problem at once: what is told of a tenant counts as a check of it;
    /// [`StoreError::IdempotencyConflict`]
    /// where the key stands for another body.
    pub async fn create_claim(
        &self,
        new: NewClaim<'_>,
        moment: RequestTime,
    ) -> Result<CreatedClaim, StoreError> {
        let mut attempts = Attempts::default();
        loop {
            let Some(mut context) = Box::pin(self.read_opening_context(&new, moment)).await? else {
                match Box::pin(self.load_stored_up_to_date(new.id, moment.offset)).await? {
                    Some(stored) => {
                        return existing_claim_outcome(stored, &attempts, new.request_hash);
                    }
                    None => continue,
                }
            };
            let mut event = self.decide_new(&new, &context).await?;
            if let Some(partner) = context.facts.partner.as_ref().filter(|_| attempts.is_first()) {
                let day_use = if new.draft { DayUse::Draft } else { DayUse::Claim };
                if let over @ Some(_) = self.count_day_use(partner, day_use, moment.at).await? {
                    context.facts.over_quota = over;
                    event = self.decide_new(&new, &context).await?;
                }
            }
            let now = (self.system_time() + moment.offset).max(moment.at);
            let request_hash = new.request_hash;
            let opening = FirstEvent { event, request_hash, write: attempts.next(), now };
            let result = Box::pin(self.store_opening(opening, &context.policy)).await;
            if let Some(stored) = attempts.retry_after(result).await? {
                return Ok(CreatedClaim { claim: stored.record.claim, replayed: false });
            }
        }
    }

    /// The claim's first event. A refusal that tells of the tenant is counted first.
    async fn decide_new(&self, new: &NewClaim<'_>, context: &Context) -> Result<Event, StoreError> {
        let decided = new.first_event(context);
        if tells_of_tenant(&decided) {
            Box::pin(self.count_check(new.input, context)).await?;
        }
        Ok(decided?)
    }

    /// Timer and details, then the claim; `None` where there is one already.
    async fn store_opening(
        &self,
        opening: FirstEvent,
        policy: &Policy,
    ) -> Result<Option<StoredClaim>, StoreError> {
        let claim = domain::evolve(None, &opening.event)?;
        let details = DetailsItem::new(&claim.details, opening.request_hash)?;
        let ((), found) = tokio::try_join!(
            self.schedule_timers(None, &claim, policy, opening.now),
            self.put_details(&claim, &details),
        )?;
        let same = found.as_ref().filter(|found| found.has_same_content(&details)).cloned();
        let replaces = found.is_some() && same.is_none();
        let details = same.unwrap_or(details);
        let since = Some(claim.created_at);
        let stamp = record_stamp(&claim, &details, since, policy, (opening.write, None));
        let stored = StoredClaim { record: ClaimItem { claim, stamp }, details };
        let written = self.put_claim(&stored, replaces, opening.write).await?;
        Ok((written == WriteOutcome::Done).then_some(stored))
    }

    /// Puts the claim if there is none. Details left by a creation that never came to its end are
    /// replaced in the same transaction, so that no claim can ever get somebody else's.
    async fn put_claim(
        &self,
        stored: &StoredClaim,
        replaces: bool,
        write: WriteId,
    ) -> Result<WriteOutcome, StoreError> {
        let record = stored.record.to_attributes()?;
        if !replaces {
            return self.put_item_if(record, Condition::absent()).await;
        }
        let details = stored.details_item()?;
        let actions = vec![
            TransactionAction::Put(record, Some(Condition::absent())),
            TransactionAction::Put(details, None),
        ];
        self.run_transaction(actions, write).await
    }

    /// Puts the details if there are none; else those that are there.
    async fn put_details(
        &self,
        claim: &Claim,
        details: &DetailsItem,
    ) -> Result<Option<DetailsItem>, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(self.table_name())
            .set_item(Some(details_item(claim, details)?))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(None) };
        let found = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => failed.item().cloned(),
            Some(_) | None => None,
        };
        match found {
            Some(item) => DetailsItem::from_item(&item).map(Some),
            None => Err(StoreError::from(error)),
        }
    }
}

/// The first event of a claim, on its way into the table.
struct FirstEvent {
    event: Event,
    request_hash: Sha256Hash,
    write: WriteId,
    now: Instant,
}

/// The answer where the claim is there already: this request's own work, a replay, or another
/// request's key.
fn existing_claim_outcome(
    stored: StoredClaim,
    attempts: &Attempts,
    request_hash: Sha256Hash,
) -> Result<CreatedClaim, StoreError> {
    let own = attempts.wrote_record(&stored.record);
    if !own && stored.details.request_hash != request_hash {
        return Err(StoreError::IdempotencyConflict);
    }
    Ok(CreatedClaim { claim: stored.record.claim, replayed: !own })
}
