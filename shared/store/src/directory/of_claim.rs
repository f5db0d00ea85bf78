//! What the directory says of a claim, and who is asked by it: what a notice of it tells besides.

use domain::claim::Claim;
use domain::directory::Tenant;
use domain::ids::NoticeNo;
use domain::program::{Policy, Program};
use domain::recipient::RecipientList;

use super::calendars::named_revision_key;
use super::programs::program_key;
use super::tenants::tenant_keys;
use crate::notices::recipients::list_key;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::FetchedItems;

/// The entries of the directory that a claim names, as they are now.
#[derive(Debug, Clone)]
pub struct ClaimDirectory {
    /// Its tenant, with the customer's rules.
    pub tenant: Option<Tenant>,
    /// The program of the claim as it is now; `None`: there is none.
    pub program: Option<Program>,
    /// The policy that it is pinned to.
    pub policy: Policy,
    /// The recipients of its last notice; `None` before the first, and where none were kept.
    pub recipients: Option<RecipientList>,
}

impl Store {
    /// The directory's entries of a claim, and the recipients of its last notice, in one batch. The added days that its window skipped get their
    /// names: the record keeps the days, and the revision of the calendar that names them.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub async fn directory_of(&self, claim: &mut Claim) -> Result<ClaimDirectory, StoreError> {
        let mut fetched = FetchedItems::default();
        let mut keys = vec![program_key(&claim.subject.program)];
        keys.extend(tenant_keys(&claim.subject.tenant));
        keys.extend(self.policy_key_unless_kept(claim));
        keys.extend(named_revision_key(claim));
        let noticed = claim.notice > NoticeNo::default();
        keys.extend(noticed.then(|| list_key(&claim.id, claim.notice)));
        self.fetch_items(&mut fetched, keys).await?;
        fetched.name_added_days(claim)?;
        let recipients =
            if noticed { fetched.recipient_list(&claim.id, claim.notice)? } else { None };
        Ok(ClaimDirectory {
            tenant: fetched.tenant(&claim.subject.tenant)?,
            program: fetched.program(&claim.subject.program)?,
            policy: self.policy_in(claim, &fetched)?,
            recipients,
        })
    }
}
