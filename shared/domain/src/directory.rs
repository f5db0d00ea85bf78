//! Partners and tenants, as the operator's directory knows them (`docs/api.md §4`).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{CountryCode, Exception, Subdivision, Tz};
use crate::ids::{ItemId, LocationId, PartnerId, ProductId, ProgramId, TenantId};
use crate::program::{ItemKind, ItemRef};
use crate::recipient::Authority;
use crate::rules::StandingRules;
use crate::text::{Domain, Email, Name};

pub use crate::locale::Locale;

/// The most days that can be added to a country's calendar.
pub const MAX_ADDED_DAYS: usize = 200;

/// What the operator adds to the calendar of a country: holidays announced since the embedded data
/// was made (`docs/domain.md §4`, 2 and 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryCalendar {
    /// Whose calendar.
    pub country: CountryCode,
    /// How often it has changed; it stands in the ids of the calendars.
    pub revision: u32,
    /// The days.
    pub added: BTreeSet<Exception>,
}

impl CountryCalendar {
    /// A calendar to which nothing was ever added.
    pub fn untouched(country: CountryCode) -> Self {
        Self { country, revision: 0, added: BTreeSet::new() }
    }
}

/// Whether a partner may claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerStatus {
    /// May claim and read.
    Active,
    /// May neither submit nor read usage.
    Suspended,
}

/// A partner's location and the programs it is enrolled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// The programs it is enrolled in.
    pub programs: BTreeSet<ProgramId>,
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// Its name, as customers read it.
    pub name: Name,
    /// Active or suspended.
    pub status: PartnerStatus,
    /// Its locations.
    pub locations: Vec<Location>,
    /// The country of its business calendar.
    pub country: CountryCode,
    /// Its time zone.
    pub time_zone: Tz,
    /// How many claims it may submit in a day.
    pub daily_claim_quota: u32,
    /// How many open claims it may have.
    pub open_claim_quota: u32,
}

impl Partner {
    /// Whether `location` is one of the partner's and enrolled in `program`.
    pub fn is_enrolled(&self, location: &LocationId, program: &ProgramId) -> bool {
        self.locations.iter().any(|own| own.id == *location && own.programs.contains(program))
    }
}

/// Whether a tenant exists still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// It exists.
    Active,
    /// It is gone.
    Deleted,
}

/// One of a tenant's contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantContact {
    /// Who it is.
    pub name: Name,
    /// Where notices go.
    pub email: Email,
    /// Whether the vendor has verified that the contact speaks for the tenant.
    pub verified: bool,
}

/// The state of an item at its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantItemState {
    /// In use.
    Active,
    /// Lapsed, and renewable.
    Grace,
    /// Gone; a renewal is a new claim.
    Ended,
}

/// A workload or subscription of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantItem {
    /// Workload or subscription.
    pub kind: ItemKind,
    /// Its id.
    pub id: ItemId,
    /// What was bought; a program's catalogue names it.
    pub product: ProductId,
    /// Whether it may be claimed.
    pub claimable: bool,
    /// Active, in grace or ended.
    pub state: TenantItemState,
}

/// A customer's tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// The customer's name.
    pub name: Name,
    /// Active or deleted.
    pub status: TenantStatus,
    /// The domains that are its own.
    pub domains: BTreeSet<Domain>,
    /// Required of every tenant (`docs/domain.md §4`, 6).
    pub country: CountryCode,
    /// Subdivision of the country, if known.
    pub subdivision: Option<Subdivision>,
    /// Its time zone, if known.
    pub time_zone: Option<Tz>,
    /// The language of its notices.
    pub locale: Locale,
    /// Days on which the customer is closed; they act on later windows only.
    pub closures: BTreeSet<NaiveDate>,
    /// Its contacts, in the order in which notices try them.
    pub contacts: Vec<TenantContact>,
    /// Its workloads and subscriptions.
    pub items: Vec<TenantItem>,
    /// What the customer has settled beforehand: his own, and stored apart from the entry.
    #[serde(skip)]
    pub rules: StandingRules,
}

impl Tenant {
    /// The tenant's item of that kind and id.
    pub fn item(&self, item: &ItemRef) -> Option<&TenantItem> {
        self.items.iter().find(|own| own.kind == item.kind && own.id == item.id)
    }

    /// The verified contacts, in order.
    pub fn verified_contacts(&self) -> impl Iterator<Item = &TenantContact> {
        self.contacts.iter().filter(|contact| contact.verified)
    }

    /// What an address may do for the tenant, by the directory and the standing rules
    /// (`docs/domain.md §5.1`).
    pub fn authority(&self, address: &Email) -> Authority {
        let verified = self.verified_contacts().map(|own| &own.email);
        let mut known = verified.chain(self.rules.contacts.iter().map(|own| &own.email));
        if known.any(|own| own.same_mailbox(address.as_str())) {
            Authority::Verified
        } else if self.has_domain_of(address) {
            Authority::Domain
        } else {
            Authority::Outside
        }
    }

    /// Whether the domain of an address is one of the tenant's.
    pub fn has_domain_of(&self, address: &Email) -> bool {
        self.domains.iter().any(|own| own.as_str() == address.domain())
    }

    /// Whether the tenant has anybody whose delivery can open a window without vouching.
    pub fn has_verified_contact(&self) -> bool {
        self.verified_contacts().next().is_some() || !self.rules.contacts.is_empty()
    }

    /// The days on which the customer is closed, by the operator's directory and his own rules.
    pub fn closed_days(&self) -> impl Iterator<Item = NaiveDate> {
        self.closures.union(&self.rules.closures).copied()
    }

    /// The language the customer is written to in: what he asked for, else what the operator knows.
    pub fn language(&self) -> &Locale {
        self.rules.locale.as_ref().unwrap_or(&self.locale)
    }
}
