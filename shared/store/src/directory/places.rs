//! Whose days a deadline counts: the calendars and zones of operator, partner and customer.

use domain::calendar::Zone;
use domain::claim::Instant;
use domain::context::{LocalCalendar, LocalCalendars};
use domain::directory::{Partner, Tenant};
use domain::program::Policy;

use super::calendars::calendar_key;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};

impl Store {
    /// The three calendars as they are now; the operator's without the days added to it where no
    /// deadline of its own is set. The customer's a second time as it was known at `window_end`, the end of the claim's
    /// window, if it has ended.
    pub(crate) fn places_in(
        &self,
        fetched: &FetchedItems,
        operator: bool,
        partner: Option<&Partner>,
        tenant: Option<&Tenant>,
        window_end: Option<Instant>,
        policy: &Policy,
    ) -> Result<LocalCalendars, StoreError> {
        let LocalCalendar { calendar, zone } = self.config.operator.clone();
        let calendar = if operator { fetched.with_added_days(calendar)? } else { calendar };
        Ok(LocalCalendars {
            operator: LocalCalendar { calendar, zone },
            partner: partner.map(|partner| fetched.partner_place(partner, policy)).transpose()?,
            customer: tenant
                .map(|tenant| fetched.customer_place(tenant, None, policy))
                .transpose()?,
            customer_at_end: tenant
                .filter(|_| window_end.is_some())
                .map(|tenant| fetched.customer_place(tenant, window_end, policy))
                .transpose()?,
        })
    }

    /// Whose days a tenant's windows count, under a policy.
    ///
    /// # Errors
    /// `Corrupt` for a tenant whose subdivision the calendar data does not know.
    pub async fn customer_place(
        &self,
        tenant: &Tenant,
        policy: &Policy,
    ) -> Result<LocalCalendar, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, vec![calendar_key(tenant.country)]).await?;
        fetched.customer_place(tenant, None, policy)
    }

    /// Whose days a partner's deadlines count, under a policy.
    pub(crate) async fn partner_place(
        &self,
        partner: &Partner,
        policy: &Policy,
    ) -> Result<LocalCalendar, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, vec![calendar_key(partner.country)]).await?;
        fetched.partner_place(partner, policy)
    }
}

impl FetchedItems {
    /// Whose days a tenant's windows count, if its country's calendar was fetched; of the days added to it those that
    /// were announced before `window_end`.
    fn customer_place(
        &self,
        tenant: &Tenant,
        window_end: Option<Instant>,
        policy: &Policy,
    ) -> Result<LocalCalendar, StoreError> {
        let subdivision = tenant.subdivision.clone();
        let unknown = policy.unknown_subdivision;
        let calendar = self.calendar_before(tenant.country, subdivision, unknown, window_end)?;
        Ok(LocalCalendar {
            calendar: calendar.with_closures(tenant.closed_days()),
            zone: tenant.local_zone(),
        })
    }

    /// Whose days a partner's deadlines count, if its country's calendar was fetched.
    fn partner_place(
        &self,
        partner: &Partner,
        policy: &Policy,
    ) -> Result<LocalCalendar, StoreError> {
        let calendar = self.calendar(partner.country, None, policy.unknown_subdivision)?;
        Ok(LocalCalendar { calendar, zone: Zone::Known(partner.time_zone) })
    }
}

/// Where the calendars of a partner's and a tenant's country stand.
pub(crate) fn calendar_keys(partner: Option<&Partner>, tenant: Option<&Tenant>) -> Vec<ItemKey> {
    let partner = partner.map(|partner| partner.country);
    let countries = partner.into_iter().chain(tenant.map(|tenant| tenant.country));
    countries.map(calendar_key).collect()
}
