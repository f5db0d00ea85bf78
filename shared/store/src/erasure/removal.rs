//! What is removed beside an erased claim. The record and its details are erased by the event itself.

use domain::ids::ClaimId;

use crate::table::attributes::{Attributes, Reader, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

impl Store {
    /// Removes what is kept beside an erased claim of its recipients, notices, wrong codes and uploads, and the
    /// values and salts of its history. Whether the whole history up to the erasure was there: what is archived
    /// later has its values still, so the same is to be done again. Twice does no harm.
    ///
    /// # Errors
    /// Where the table does not answer; the same call goes on.
    pub(crate) async fn remove_personal_data(&self, claim: &ClaimId) -> Result<bool, StoreError> {
        let mut from = None;
        loop {
            let (found, next) = self.items_behind_history(claim, from).await?;
            let erased = found.into_iter().filter(|item| {
                Reader::new("claim", item).read_text("sk").is_ok_and(keys::is_erased_with_claim)
            });
            self.delete_items(erased.collect()).await?;
            from = next;
            if from.is_none() {
                break;
            }
        }
        self.strip_history(claim).await
    }

    /// The keys of a page of what stands behind a claim's history, and where the next page begins.
    async fn items_behind_history(
        &self,
        claim: &ClaimId,
        from: Option<Attributes>,
    ) -> Result<(Vec<Attributes>, Option<Attributes>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk > :behind")
            .expression_attribute_values(":pk", text_value(keys::claim_pk(claim)))
            .expression_attribute_values(":behind", text_value(keys::BEHIND_HISTORY))
            .projection_expression("pk, sk")
            .set_exclusive_start_key(from)
            .send()
            .await?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_behind_the_history_goes_but_readings_and_marks_of_reminders() {
        for sort in ["I#ab", "K#1#2", "O", "P#1", "R#1", "W#000002#ab", "X#1#cs", "Y"] {
            assert!(sort > keys::BEHIND_HISTORY, "{sort}");
            assert!(keys::is_erased_with_claim(sort), "{sort}");
        }
        for sort in ["R", "M#1#half_time#1"] {
            assert!(!keys::is_erased_with_claim(sort), "{sort}");
        }
        for sort in ["A", "D", "H#999999"] {
            assert!(sort < keys::BEHIND_HISTORY, "{sort}");
        }
    }
}
