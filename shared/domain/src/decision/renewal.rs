//! A renewal: what may be renewed, and when (`docs/domain.md §3.13`).

use chrono::Duration;

use crate::claim::{Claim, Instant, Item, Renewal, State};
use crate::command::ClaimInput;
use crate::context::Facts;
use crate::eligibility::known_tenant;
use crate::ids::ClaimId;
use crate::program::ItemRef;
use crate::rejection::{FieldCode, FieldError};

/// How long before the end of its term an association can be renewed, where that is no more than [`RENEWABLE_PART`] of the
/// term: nobody keeps others out of line by renewing all the time.
const RENEWABLE_BEFORE: Duration = Duration::days(90);
/// The last third of a term is the longest part of it in which it can be renewed.
const RENEWABLE_PART: i32 = 3;

/// What is wrong with what a submit renews. Nothing is judged where the tenant is not known.
pub(crate) fn renewal_errors(input: &ClaimInput, facts: &Facts, at: Instant) -> Vec<FieldError> {
    let Some(renewal) = &input.renews else { return Vec::new() };
    if known_tenant(input, facts.tenant.as_ref()).is_none() {
        return Vec::new();
    }
    let family = facts.program.as_ref().map(|program| &program.family);
    let is_its = |own: &&Claim| {
        own.id == renewal.claim
            && Some(&own.subject.tenant) == input.tenant.as_ref()
            && Some(&own.subject.family) == family
    };
    let Some(old) = facts.renewed.as_ref().filter(is_its) else {
        return vec![FieldError::new("/renews", FieldCode::AssociationUnknown)];
    };
    if !is_renewable(old, renewal, at) {
        return vec![FieldError::new("/renews", FieldCode::NotRenewable)];
    }
    let named = input.items.iter().enumerate();
    let strange = named.filter_map(|(place, named)| {
        let (kind, id) = named.clone()?;
        let is_renewed =
            renewed_items(old, renewal).any(|own| own == ItemRef { kind, id: id.clone() });
        (!is_renewed).then_some(place)
    });
    strange
        .map(|place| FieldError::new(format!("/items/{place}/id"), FieldCode::NotRenewable))
        .collect()
}

/// Whether something of it runs, for a term that ends soon.
fn is_renewable(old: &Claim, renewal: &Renewal, at: Instant) -> bool {
    let State::Associated { ends_at: Some(ends_at), .. } = old.state else { return false };
    let begins =
        running_items(old, renewal).filter_map(|item| old.item_status(item).active_since());
    let Some(since) = begins.min() else { return false };
    let before = RENEWABLE_BEFORE.min((ends_at - since) / RENEWABLE_PART);
    ends_at - before <= at && at < ends_at
}

/// The items whose association runs and would be renewed.
fn renewed_items<'c>(old: &'c Claim, renewal: &'c Renewal) -> impl Iterator<Item = ItemRef> + 'c {
    running_items(old, renewal).map(|item| old.item_ref(item))
}

fn running_items<'c>(old: &'c Claim, renewal: &'c Renewal) -> impl Iterator<Item = &'c Item> + 'c {
    old.active_items().filter(|item| renewal.covers(item.no))
}

/// Whether the partner's own claim on an item is no duplicate: its association runs, and is renewed.
pub(crate) fn is_renewed(
    renewal: Option<&Renewal>,
    facts: &Facts,
    (item, own): (&ItemRef, &ClaimId),
) -> bool {
    let Some(renewal) = renewal.filter(|renewal| renewal.claim == *own) else { return false };
    let old = facts.renewed.as_ref().filter(|old| old.id == *own);
    old.is_some_and(|old| renewed_items(old, renewal).any(|running| running == *item))
}
