//! Whose days a deadline counts: the calendars and zones of operator, partner and customer.

use domain::calendar::Zone;
use domain::context::{Place, Places};
use domain::directory::{Partner, Tenant};
use domain::program::Policy;

use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
    /// The three calendars as they are now; the operator's without the days added to it where no
    /// deadline of his is set.
    pub(crate) async fn places(
        &self,
        operator: bool,
        partner: Option<&Partner>,
        tenant: Option<&Tenant>,
        policy: &Policy,
    ) -> Result<Places, StoreError> {
        let operator = async {
            if operator { self.operator_place().await } else { Ok(self.config.operator.clone()) }
        };
        let partner = async {
            match partner {
                Some(partner) => self.partner_place(partner, policy).await.map(Some),
                None => Ok(None),
            }
        };
        let customer = async {
            match tenant {
                Some(tenant) => self.customer_place(tenant, policy).await.map(Some),
                None => Ok(None),
            }
        };
        let (operator, partner, customer) = tokio::try_join!(operator, partner, customer)?;
        Ok(Places { operator, partner, customer })
    }

    async fn operator_place(&self) -> Result<Place, StoreError> {
        let Place { calendar, zone } = self.config.operator.clone();
        Ok(Place { calendar: self.announced(calendar).await?, zone })
    }

    /// Whose days a tenant's windows count, under a policy.
    ///
    /// # Errors
    /// `Corrupt` for a tenant whose subdivision the calendar data does not know.
    pub async fn customer_place(
        &self,
        tenant: &Tenant,
        policy: &Policy,
    ) -> Result<Place, StoreError> {
        let subdivision = tenant.subdivision.clone();
        let calendar = self.calendar(tenant.country, subdivision, policy.unknown_subdivision);
        let zone = tenant.time_zone.map_or(Zone::AnyOf(tenant.country), Zone::Known);
        let calendar = calendar.await?.with_closures(tenant.closed_days());
        Ok(Place { calendar, zone })
    }

    /// Whose days a partner's deadlines count, under a policy.
    pub(crate) async fn partner_place(
        &self,
        partner: &Partner,
        policy: &Policy,
    ) -> Result<Place, StoreError> {
        let calendar = self.calendar(partner.country, None, policy.unknown_subdivision).await?;
        Ok(Place { calendar, zone: Zone::Known(partner.time_zone) })
    }
}
