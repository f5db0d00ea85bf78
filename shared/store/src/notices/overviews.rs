//! What was done by a customer's overviews beside claims, for the customer's ledger; and how many forms came by a link.

use chrono::Duration;
use domain::claim::Instant;
use domain::ids::{PartnerId, PersonId, Sha256Hash, TenantId};
use domain::overview::{MOST_FORMS, OverviewAct};
use domain::text::Name;

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};

const ACT: &str = "act";
const AT: &str = "at";
const BY: &str = "by";
const PARTNER: &str = "partner";
const NAME: &str = "name";
/// How long an act is kept, as long as a look at a tenant.
const KEPT: Duration = Duration::days(400);
/// How many acts of a tenant are told, the newest.
const MOST_TOLD: i32 = 100;

/// An act of an overview on the standing rules, as the customer's ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewActRecord {
    /// What the contact did to the rules.
    pub act: OverviewAct,
    /// Which partner it concerns, by id and name; `None`: every one.
    pub partner: Option<(PartnerId, Name)>,
    /// Which contact did it, under its pseudonym.
    pub by: PersonId,
    /// When the form arrived.
    pub at: Instant,
}

impl OverviewActRecord {
    /// By what the act is known in its tenant's partition: the same act by a link that ends then is one.
    fn sort_key(&self, link_ends_at: Instant) -> String {
        let partner = self.partner.as_ref().map(|(id, _)| id.as_str()).unwrap_or_default();
        let act = format!("{}#{partner}", self.act.as_str());
        keys::overview_act_sk(link_ends_at, &self.by, &act)
    }

    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("act of an overview", item);
        let partner = item.opt_parsed(PARTNER, PartnerId::parse)?;
        let name = item.opt_parsed(NAME, Name::parse)?;
        Ok(Self {
            act: item.read_parsed(ACT, |text| OverviewAct::parse(text).ok_or(()))?,
            partner: partner.zip(name),
            by: item.read_parsed(BY, |text| PersonId::parse(text).ok_or(()))?,
            at: item.read_instant(AT)?,
        })
    }
}

impl Store {
    /// Notes an act for the customer's ledger, once however often the form comes; by what it can be read again.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn note_overview_act(
        &self,
        tenant: &TenantId,
        link_ends_at: Instant,
        record: &OverviewActRecord,
    ) -> Result<String, StoreError> {
        let sort = record.sort_key(link_ends_at);
        let mut item = item_key(keys::tenant_quotas_pk(tenant), sort.clone());
        put_value(&mut item, ACT, Some(text_value(record.act.as_str())));
        put_value(&mut item, AT, Some(instant_value(record.at)));
        put_value(&mut item, BY, Some(text_value(record.by.to_string())));
        if let Some((id, name)) = &record.partner {
            put_value(&mut item, PARTNER, Some(text_value(id.as_str())));
            put_value(&mut item, NAME, Some(text_value(name.as_str())));
        }
        let expires = number_value((self.system_time() + KEPT).timestamp());
        put_value(&mut item, "expires", Some(expires));
        let (WriteOutcome::Done | WriteOutcome::Conflict) =
            self.put_item_if(item, Condition::absent()).await?;
        Ok(sort)
    }

    /// The act that was noted so; `None`: there is none, or not any more.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn load_overview_act(
        &self,
        tenant: &TenantId,
        noted: &str,
    ) -> Result<Option<OverviewActRecord>, StoreError> {
        if !noted.starts_with(keys::OVERVIEW_ACTS) {
            return Ok(None);
        }
        let item = self.get_item(item_key(keys::tenant_quotas_pk(tenant), noted)).await?;
        item.as_ref().map(OverviewActRecord::from_item).transpose()
    }

    /// The last 100 acts at a tenant, the newest first.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn list_overview_acts(
        &self,
        tenant: &TenantId,
    ) -> Result<Vec<OverviewActRecord>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :p AND begins_with(sk, :s)")
            .expression_attribute_values(":p", text_value(keys::tenant_quotas_pk(tenant)))
            .expression_attribute_values(":s", text_value(keys::OVERVIEW_ACTS))
            .scan_index_forward(false)
            .limit(MOST_TOLD)
            .send()
            .await?;
        answer.items.unwrap_or_default().iter().map(OverviewActRecord::from_item).collect()
    }

    /// Counts a form with a code that came by a link, before its code is looked at; `false`, with nothing counted, where
    /// as many came as may.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_overview_form(
        &self,
        tenant: &TenantId,
        token: &str,
    ) -> Result<bool, StoreError> {
        let sort = keys::overview_forms_sk(Sha256Hash::of(token.as_bytes()));
        let counter = Counter { name: "n".to_owned(), step: 1, most: Some(MOST_FORMS) };
        self.count_up(item_key(keys::tenant_quotas_pk(tenant), sort), &[counter]).await
    }
}
