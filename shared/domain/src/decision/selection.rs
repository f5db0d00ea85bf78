//! Which items a customer means, and of which status they are.

use crate::claim::{Claim, Item, ItemStatus};
use crate::command::ItemSelection;
use crate::ids::ItemNo;
use crate::rejection::{FieldCode, FieldError, Hint, Rejection};

/// The numbers the customer means; a number that is not in the claim is a fault of the request.
pub(crate) fn chosen_items(claim: &Claim, items: &ItemSelection) -> Result<Vec<ItemNo>, Rejection> {
    let ItemSelection::These(numbers) = items else {
        return Ok(claim.items.iter().map(|item| item.no).collect());
    };
    if numbers.is_empty() {
        let missing = FieldError::new("/items", FieldCode::Required).with_hint(Hint::Entry);
        return Err(Rejection::Fields(vec![missing]));
    }
    let errors: Vec<_> = numbers
        .iter()
        .enumerate()
        .filter(|(_, no)| claim.find_item(**no).is_none())
        .map(|(at, _)| FieldError::new(format!("/items/{at}"), FieldCode::ItemUnknown))
        .collect();
    if errors.is_empty() { Ok(numbers.clone()) } else { Err(Rejection::Fields(errors)) }
}

pub(crate) fn chosen_with_status(
    claim: &Claim,
    chosen: &[ItemNo],
    fits: impl Fn(ItemStatus) -> bool,
) -> Vec<ItemNo> {
    let mut numbers = items_with_status(claim, fits);
    numbers.retain(|no| chosen.contains(no));
    numbers
}

pub(crate) fn items_with_status(claim: &Claim, fits: impl Fn(ItemStatus) -> bool) -> Vec<ItemNo> {
    let fits = |item: &&Item| fits(claim.item_status(item));
    claim.items.iter().filter(fits).map(|item| item.no).collect()
}
