//! Partners and tenants, as the operator's directory knows them (`docs/api.md §4`).

use std::collections::{BTreeMap, BTreeSet};

use crate::codes::codes;
use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::{AddedDay, AddedDays, CountryCode, Exception, Subdivision, Tz, Zone};
use crate::claim::PartnerContact;
use crate::ids::{ItemId, LocationId, PartnerId, ProductId, ProgramId, StaffId, TenantId};
use crate::partner_news::PartnerTopic;
use crate::program::{ItemKind, ItemRef, NamesByLanguage};
use crate::recipient::Authority;
use crate::rules::StandingRules;
use crate::text::{Domain, Email, Name};
use crate::time::Instant;

pub use crate::locale::{LANGUAGES, Locale};

/// The most days that can be added to a country's calendar.
pub const MAX_ADDED_DAYS: usize = 200;

/// What the operator adds to the calendar of a country: holidays announced since the embedded data
/// was made (`docs/domain.md §4`, 2 and 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryCalendar {
    /// The country whose calendar it is.
    pub country: CountryCode,
    /// How often it has changed; it stands in the ids of the calendars.
    pub revision: u32,
    /// The days that are added, at most [`MAX_ADDED_DAYS`].
    pub added: BTreeSet<Exception>,
    /// Who added which of the days, and when; of those that the system added nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<DayGrant>,
    /// Since which revision each day is there; one that is not listed since the present one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<AddedDay>,
}

/// Who added a day to a calendar, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayGrant {
    /// The local date of the day that was added.
    pub date: NaiveDate,
    /// Where; `None`: in the whole country.
    pub subdivision: Option<Subdivision>,
    /// When the day was added.
    pub since: Instant,
    /// The member of the staff who added it.
    pub by: StaffId,
}

impl CountryCalendar {
    /// A calendar to which nothing was ever added.
    pub fn without_days(country: CountryCode) -> Self {
        let (added, grants, since) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { country, revision: 0, added, grants, since }
    }

    /// The calendar with these days instead, as `by` writes them at `at`. Days that are there already, whatever they
    /// are called now, bear who added them first.
    #[must_use]
    pub fn replace_days(
        &self,
        added: BTreeSet<Exception>,
        revision: u32,
        by: Option<&StaffId>,
        at: Instant,
    ) -> Self {
        let given = |day: &Exception| {
            let (date, subdivision) = (day.date, day.subdivision.clone());
            if self.has_day(date, subdivision.as_ref()) {
                return self.day_grant(date, subdivision.as_ref()).cloned();
            }
            Some(DayGrant { date, subdivision, since: at, by: by?.clone() })
        };
        let grants = added.iter().filter_map(given).collect();
        let next = Self { revision, added, grants, since: Vec::new(), ..self.clone() };
        let since = next.added.iter().map(|day| {
            let (date, subdivision) = (day.date, day.subdivision.clone());
            let was_there = self.has_day(date, subdivision.as_ref());
            let revision = if was_there { self.day_added_in_revision(day) } else { revision };
            AddedDay { date, subdivision, revision }
        });
        Self { since: since.collect(), ..next }
    }

    /// The days with the revisions since which they are there.
    pub fn added_days(&self) -> AddedDays {
        let day = |day: &Exception| {
            let (date, subdivision) = (day.date, day.subdivision.clone());
            AddedDay { date, subdivision, revision: self.day_added_in_revision(day) }
        };
        AddedDays { revision: self.revision, days: Some(self.added.iter().map(day).collect()) }
    }

    /// Since which revision the day is there.
    fn day_added_in_revision(&self, day: &Exception) -> u32 {
        let same = |own: &&AddedDay| day.is_at(own.date, own.subdivision.as_ref());
        self.since.iter().find(same).map_or(self.revision, |own| own.revision)
    }

    /// The days that were added before that moment, and those of which nobody knows when.
    pub fn added_before(&self, at: Instant) -> BTreeSet<Exception> {
        let is_later = |day: &&Exception| {
            self.day_grant(day.date, day.subdivision.as_ref())
                .is_some_and(|grant| grant.since >= at)
        };
        self.added.iter().filter(|day| !is_later(day)).cloned().collect()
    }

    /// Whether the day is added there, whatever it is called.
    pub fn has_day(&self, date: NaiveDate, subdivision: Option<&Subdivision>) -> bool {
        self.added.iter().any(|own| own.is_at(date, subdivision))
    }

    /// Who added the day, and when, where that is known.
    pub fn day_grant(
        &self,
        date: NaiveDate,
        subdivision: Option<&Subdivision>,
    ) -> Option<&DayGrant> {
        let same = |own: &&DayGrant| own.date == date && own.subdivision.as_ref() == subdivision;
        self.grants.iter().find(same)
    }
}

codes! {
    /// Whether a partner may claim.
    PartnerStatus {
        /// May claim and read.
        Active => "active",
        /// May neither submit nor read usage.
        Suspended => "suspended",
    }
}

/// A partner's location and the programs it is enrolled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The id, unique within the partner.
    pub id: LocationId,
    /// The programs it is enrolled in.
    pub programs: BTreeSet<ProgramId>,
    /// What people call it; a location without a name is called by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What people call it in other languages.
    #[serde(default, skip_serializing_if = "NamesByLanguage::is_empty")]
    pub names: NamesByLanguage,
}

impl Location {
    /// What people call it in a language: as that says, else by its name.
    pub fn name_in(&self, language: &str) -> Option<&Name> {
        self.names.exact_name(language).or(self.name.as_ref()).or_else(|| self.names.of(language))
    }
}

/// A partner's entry in the directory (`docs/api.md §4.1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The id, unique in the directory.
    pub id: PartnerId,
    /// Its name, as customers read it.
    pub name: Name,
    /// Whether it may claim and read usage.
    pub status: PartnerStatus,
    /// The units that are enrolled in programs.
    pub locations: Vec<Location>,
    /// The country of its business calendar.
    pub country: CountryCode,
    /// The zone in which its days and quotas are counted.
    pub time_zone: Tz,
    /// How many claims it may submit in a day.
    pub daily_claim_quota: u32,
    /// How many open claims it may have.
    pub open_claim_quota: u32,
    /// How many drafts it may have.
    #[serde(default = "default_draft_quota")]
    pub open_draft_quota: u32,
    /// At how many tenants at which it claims nothing it may check in a day what can be claimed.
    #[serde(default = "default_check_quota")]
    pub daily_check_quota: u32,
    /// The domains that are its own: mails go to addresses there, and to no other.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub domains: BTreeSet<Domain>,
    /// Who is told by mail what becomes of its claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<PartnerContact>,
    /// The language of these mails; `None`: the one for everybody who has chosen none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// What they are told; `None`: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<BTreeSet<PartnerTopic>>,
    /// Since when it is suspended, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_since: Option<Instant>,
    /// The programs that a location was enrolled in and is not any more, each with the moment of the change.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_programs: BTreeMap<LocationId, BTreeMap<ProgramId, Instant>>,
}

/// How many drafts a partner may have whose entry does not say it.
pub const DEFAULT_DRAFT_QUOTA: u32 = 200;

fn default_draft_quota() -> u32 {
    DEFAULT_DRAFT_QUOTA
}

/// How many checks a day has for a partner whose entry does not say it.
pub const DEFAULT_CHECK_QUOTA: u32 = 50;
/// How many it may say at the most.
pub const MAX_CHECK_QUOTA: u32 = 2_500;

fn default_check_quota() -> u32 {
    DEFAULT_CHECK_QUOTA
}

/// The most domains of a partner.
pub const MAX_PARTNER_DOMAINS: usize = 20;
/// The most contacts of a partner.
pub const MAX_PARTNER_CONTACTS: usize = 10;

/// The hour of the partner's clocks at which the mail of the day goes out.
const DIGEST_HOUR: i8 = 8;

/// How many drafts may be stored for each claim that may be submitted on a day.
const DRAFTS_FOR_A_CLAIM: u32 = 10;

impl Partner {
    /// How many drafts it may store on a day: many more than it may submit, and not without end.
    pub fn daily_draft_quota(&self) -> u32 {
        self.daily_claim_quota.saturating_mul(DRAFTS_FOR_A_CLAIM)
    }

    /// The entry as it is stored at `at` in place of `before`: what the partner loses by it keeps the moment
    /// of its loss, and what it gets back has none.
    #[must_use]
    pub fn stamp_changes(self, before: Option<&Self>, at: Instant) -> Self {
        let suspended = self.status == PartnerStatus::Suspended;
        let since = before
            .filter(|old| old.status == PartnerStatus::Suspended)
            .map_or(Some(at), |old| old.suspended_since);
        let mut left = before.map(|old| old.left_programs.clone()).unwrap_or_default();
        for location in before.iter().flat_map(|old| &old.locations) {
            for program in &location.programs {
                left.entry(location.id.clone()).or_default().insert(program.clone(), at);
            }
        }
        for (location, programs) in &mut left {
            programs.retain(|program, _| !self.is_enrolled(location, program));
        }
        left.retain(|_, programs| !programs.is_empty());
        Self { suspended_since: since.filter(|_| suspended), left_programs: left, ..self }
    }

    /// Since when the partner may not claim from that location in that program: the earlier of its suspension
    /// and the end of the enrolment. `None`: it may, or the moment is not known.
    pub fn excluded_since(&self, location: &LocationId, program: &ProgramId) -> Option<Instant> {
        let left = self.left_programs.get(location).and_then(|programs| programs.get(program));
        self.suspended_since.into_iter().chain(left.copied()).min()
    }

    /// Whether an address is at a domain of the partner's: at that very domain, and not at one below it.
    pub fn has_domain_of(&self, address: &Email) -> bool {
        self.domains.iter().any(|own| own.as_str() == address.domain())
    }

    /// What the partner is told by mail: what has ended alone while it is suspended, and of a partner without contacts
    /// nothing.
    pub fn mail_topics(&self) -> BTreeSet<PartnerTopic> {
        if self.mail_contacts().next().is_none() {
            return BTreeSet::new();
        }
        let all = || PartnerTopic::ALL.iter().copied().collect();
        let mut topics: BTreeSet<_> = self.notify.clone().unwrap_or_else(all);
        if self.status == PartnerStatus::Suspended {
            topics.retain(|topic| *topic == PartnerTopic::Ended);
        }
        topics
    }

    /// Who is told: the contacts with an address at a domain of the partner's, each mailbox once.
    pub fn mail_contacts(&self) -> impl Iterator<Item = &PartnerContact> {
        let mut seen = BTreeSet::new();
        let own = self.contacts.iter().filter(|contact| self.has_domain_of(&contact.email));
        own.filter(move |contact| seen.insert(contact.email.as_str().to_ascii_lowercase()))
    }

    /// When the mail of the day goes out that tells what happens at `at`: the first 8:00 of the partner's clocks
    /// after it.
    pub fn digest_due_after(&self, at: Instant) -> Instant {
        let today = self.time_zone.local_date(at);
        let days = [Some(today), today.succ_opt()].into_iter().flatten();
        let mut dues = days.filter_map(|day| self.time_zone.instant_of_hour(day, DIGEST_HOUR));
        dues.find(|due| *due > at).unwrap_or(at + Duration::days(1))
    }

    /// Whether `location` is one of the partner's and enrolled in `program`.
    pub fn is_enrolled(&self, location: &LocationId, program: &ProgramId) -> bool {
        self.locations.iter().any(|own| own.id == *location && own.programs.contains(program))
    }

    /// Whether the partner is active and may claim something of what is named: from that location, or from any where
    /// none is named, in that program, or in any where none is named.
    pub fn may_claim(&self, location: Option<&LocationId>, program: Option<&ProgramId>) -> bool {
        let from_here = |own: &&Location| location.is_none_or(|location| own.id == *location);
        let in_program = |own: &Location| match program {
            Some(program) => own.programs.contains(program),
            None => !own.programs.is_empty(),
        };
        self.status == PartnerStatus::Active
            && self.locations.iter().filter(from_here).any(in_program)
    }
}

codes! {
    /// Whether a tenant exists still.
    TenantStatus {
        /// The tenant exists: its items can be claimed.
        Active => "active",
        /// The tenant is gone: nothing can be claimed at it, and its associations end.
        Deleted => "deleted",
    }
}

/// One of a tenant's contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantContact {
    /// The name of the person.
    pub name: Name,
    /// The address that notices go to.
    pub email: Email,
    /// Whether the vendor has verified that the contact speaks for the tenant.
    pub verified: bool,
    /// Since when it is verified; the system says so. `None`: since the tenant's first entry, or not at all.
    #[serde(default)]
    pub verified_since: Option<Instant>,
    /// Who made it verified; `None` as above.
    #[serde(default)]
    pub verified_by: Option<StaffId>,
}

/// For how many days a contact that was verified is told who becomes verified after it.
const FORMER_DAYS: i64 = 90;
/// How many such contacts are kept of a tenant.
const MAX_FORMER_CONTACTS: usize = 50;

/// A contact that was verified, and is so no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerContact {
    /// The contact as it was.
    pub contact: TenantContact,
    /// Until when it was verified.
    pub until: Instant,
}

/// Who in the operator's staff made a change of the directory, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// When the change was made.
    pub since: Instant,
    /// The member of the staff who made it.
    pub by: StaffId,
}

impl TenantContact {
    /// Who made it verified, and when, where that is known.
    fn verification_grant(&self) -> Option<Grant> {
        let (since, by) = self.verified_since.zip(self.verified_by.clone())?;
        Some(Grant { since, by })
    }
}

codes! {
    /// The state of an item at its tenant.
    TenantItemState {
        /// In use at the tenant; `claimable` says whether it may be claimed.
        Active => "active",
        /// Lapsed and renewable: it counts as still there.
        Grace => "grace",
        /// Gone; a renewal is a new claim.
        Ended => "ended",
    }
}

/// A workload or subscription of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantItem {
    /// Whether it is a workload or a subscription.
    pub kind: ItemKind,
    /// The id of the item at the tenant.
    pub id: ItemId,
    /// What was bought; a program's catalogue names it.
    pub product: ProductId,
    /// Whether it may be claimed.
    pub claimable: bool,
    /// Active, in grace or ended.
    pub state: TenantItemState,
}

/// A tenant's entry in the directory (`docs/api.md §4.2`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// The id, a UUID.
    pub id: TenantId,
    /// The name of the customer, as mails and pages say it.
    pub name: Name,
    /// Whether the tenant exists still.
    pub status: TenantStatus,
    /// The domains that are its own.
    pub domains: BTreeSet<Domain>,
    /// Who added which of them; the system says so. The domains of the tenant's first entry are not in it.
    #[serde(default)]
    pub domain_added: BTreeMap<Domain, Grant>,
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
    /// Who was a verified contact in the last ninety days and is none now; the system says so. Whoever becomes
    /// verified in such a contact's place is told to it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_contacts: Vec<FormerContact>,
    /// Its workloads and subscriptions.
    pub items: Vec<TenantItem>,
    /// What the customer has settled beforehand: the customer's own, and stored apart from the entry.
    #[serde(skip)]
    pub rules: StandingRules,
}

impl Tenant {
    /// Whether it exists and the domain is one of its own: who names it otherwise learns nothing of it.
    pub fn is_known_by(&self, domain: &Domain) -> bool {
        self.status == TenantStatus::Active && self.domains.contains(domain)
    }

    /// The tenant's item of that kind and id.
    pub fn find_item(&self, item: &ItemRef) -> Option<&TenantItem> {
        self.items.iter().find(|own| own.kind == item.kind && own.id == item.id)
    }

    /// The verified contacts, in order.
    pub fn verified_contacts(&self) -> impl Iterator<Item = &TenantContact> {
        self.contacts.iter().filter(|contact| contact.verified)
    }

    /// What an address may do for the tenant, by the directory and the standing rules
    /// (`docs/domain.md §5.1`).
    pub fn authority_of(&self, address: &Email) -> Authority {
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

    /// Who gave an address what it may do for the tenant: made it a verified contact, or added its domain.
    /// `None`: the tenant's first entry did, or the customer's standing rules.
    pub fn authority_grant(&self, address: &Email) -> Option<Grant> {
        if self.rules.contacts.iter().any(|own| own.email.same_mailbox(address.as_str())) {
            return None;
        }
        let same = |own: &&TenantContact| own.email.same_mailbox(address.as_str());
        let mut verified =
            self.verified_contacts().filter(same).map(TenantContact::verification_grant);
        if let Some(first) = verified.next() {
            // Of two entries of one address the older one counts.
            let older = |one: Option<Grant>, other: Option<Grant>| {
                one.zip(other).map(|(one, other)| if other.since < one.since { other } else { one })
            };
            return verified.fold(first, older);
        }
        let domain = self.domains.iter().find(|own| own.as_str() == address.domain())?;
        self.domain_added.get(domain).cloned()
    }

    /// The entry as `by` stores it at `at` in place of `before`: contacts that are verified and domains that
    /// are there by this change bear who made it and when, all others what they bore. A tenant's first entry
    /// leaves them without.
    #[must_use]
    pub fn stamp_changes(self, before: Option<&Self>, by: &StaffId, at: Instant) -> Self {
        let grant = Grant { since: at, by: by.clone() };
        let contacts = self.contacts.into_iter().map(|contact| {
            let was_verified = |old: &&TenantContact| {
                old.verified && old.email.same_mailbox(contact.email.as_str())
            };
            let given = match before {
                Some(before) if contact.verified => match before.contacts.iter().find(was_verified)
                {
                    Some(old) => old.verification_grant(),
                    None => Some(grant.clone()),
                },
                Some(_) | None => None,
            };
            let (verified_since, verified_by) = given.map(|own| (own.since, own.by)).unzip();
            TenantContact { verified_since, verified_by, ..contact }
        });
        let contacts: Vec<_> = contacts.collect();
        let given = |domain: &Domain| match before {
            Some(before) if before.domains.contains(domain) => {
                before.domain_added.get(domain).cloned()
            }
            Some(_) => Some(grant.clone()),
            None => None,
        };
        let added = |domain: &Domain| Some((domain.clone(), given(domain)?));
        let domain_added = self.domains.iter().filter_map(added).collect();
        let former_contacts =
            before.map(|before| before.former_contacts(&contacts, at)).unwrap_or_default();
        Self { domain_added, contacts, former_contacts, ..self }
    }

    /// The former contacts once `contacts` have taken the place of the present ones at `at`.
    fn former_contacts(&self, contacts: &[TenantContact], at: Instant) -> Vec<FormerContact> {
        let stays = |own: &TenantContact| {
            let same = |new: &&TenantContact| new.email.same_mailbox(own.email.as_str());
            contacts.iter().filter(same).any(|new| new.verified)
        };
        let recent = |former: &&FormerContact| former.until > at - Duration::days(FORMER_DAYS);
        let before = self.former_contacts.iter().filter(recent).cloned();
        let left =
            self.verified_contacts().map(|own| FormerContact { contact: own.clone(), until: at });
        let all: Vec<_> = before.chain(left).filter(|former| !stays(&former.contact)).collect();
        let beyond = all.len().saturating_sub(MAX_FORMER_CONTACTS);
        all.into_iter().skip(beyond).collect()
    }

    /// Since when the tenant has a verified contact that `before` did not have as one, where the system knows it.
    pub fn newly_verified_since(&self, before: &Self) -> Option<Instant> {
        let was_verified = |own: &TenantContact| {
            before.verified_contacts().any(|old| old.email.same_mailbox(own.email.as_str()))
        };
        let mut new = self.verified_contacts().filter(|own| !was_verified(own));
        new.find_map(|own| own.verified_since)
    }

    /// The verified contacts that are so since `at`, and the others; each mailbox once. Those who were verified
    /// until a few days ago count as well: nobody is replaced without being told.
    pub fn verified_at(&self, at: Instant) -> (Vec<&TenantContact>, Vec<&TenantContact>) {
        let mut seen = BTreeSet::new();
        let once = move |own: &&TenantContact| seen.insert(own.email.as_str().to_ascii_lowercase());
        let former = self.former_contacts.iter().map(|former| &former.contact);
        let verified = self.verified_contacts().chain(former).filter(once);
        verified.partition(|own| own.verified_since == Some(at))
    }

    /// The addresses in the customer's standing rules that are none of these contacts': each mailbox once.
    pub fn rule_addresses_beside(&self, contacts: &[&TenantContact]) -> Vec<&Email> {
        let mailbox = |email: &Email| email.as_str().to_ascii_lowercase();
        let mut seen: BTreeSet<_> = contacts.iter().map(|own| mailbox(&own.email)).collect();
        let addresses = self.rules.contacts.iter().map(|own| &own.email);
        addresses.filter(|email| seen.insert(mailbox(email))).collect()
    }

    /// Whether the domain of an address is one of the tenant's.
    pub fn has_domain_of(&self, address: &Email) -> bool {
        self.domains.iter().any(|own| own.as_str() == address.domain())
    }

    /// Whether the tenant has anybody whose delivery can open a window without vouching.
    pub fn has_verified_contact(&self) -> bool {
        self.verified_contacts().next().is_some() || !self.rules.contacts.is_empty()
    }

    /// In which zone the customer's days are counted.
    pub fn local_zone(&self) -> Zone {
        self.time_zone.map_or(Zone::AnyOf(self.country), Zone::Known)
    }

    /// The tenant's local date; where its zone is not known, the latest date in its country.
    pub fn latest_date(&self, at: Instant) -> NaiveDate {
        match self.local_zone() {
            Zone::Known(zone) => zone.local_date(at),
            Zone::AnyOf(country) => {
                let dates = country.time_zones().into_iter().map(|zone| zone.local_date(at));
                dates.max().unwrap_or_else(|| at.date_naive())
            }
        }
    }

    /// The days on which the customer is closed, by the operator's directory and the customer's own rules.
    pub fn closed_days(&self) -> impl Iterator<Item = NaiveDate> {
        self.closures.union(&self.rules.closures).copied()
    }

    /// The language the customer is written to in: what the customer asked for, else what the operator knows.
    pub fn customer_language(&self) -> &Locale {
        self.rules.locale.as_ref().unwrap_or(&self.locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str, name: &str) -> Exception {
        Exception { date: date.parse().unwrap(), name: name.to_owned(), subdivision: None }
    }

    fn calendar() -> CountryCalendar {
        CountryCalendar::without_days("CZ".parse().unwrap())
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_bears_who_added_it_first_until_it_is_taken_back() {
        let [olga, petr] = ["olga", "petr"].map(|name| StaffId::parse(name).unwrap());
        let (one, other) = (day("2026-12-30", "Mourning"), day("2027-01-04", "Election"));
        let (first, later) = (at("2026-12-22T14:00:00Z"), at("2026-12-23T14:00:00Z"));
        let begun = calendar().replace_days([one.clone()].into(), 1, Some(&olga), first);
        let renamed = day("2026-12-30", "Day of mourning");
        let more = begun.replace_days([renamed, other.clone()].into(), 2, Some(&petr), later);
        let by = |calendar: &CountryCalendar| -> Vec<_> {
            calendar.grants.iter().map(|grant| (grant.by.to_string(), grant.since)).collect()
        };
        assert_eq!(by(&more), [("olga".to_owned(), first), ("petr".to_owned(), later)]);
        let less = more.replace_days([other].into(), 3, Some(&olga), later);
        let again = less.replace_days([one].into(), 4, Some(&petr), later);
        assert_eq!(by(&again), [("petr".to_owned(), later)]);
        assert_eq!(
            calendar().replace_days([day("2026-12-30", "x")].into(), 1, None, first).grants,
            []
        );
    }

    #[test]
    fn a_calendar_from_before_it_was_kept_who_added_a_day_can_be_read() {
        let stored = serde_json::json!({"country": "CZ", "revision": 1, "added": [
            {"date": "2026-12-30", "name": "Mourning", "subdivision": null}]});
        let read: CountryCalendar = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!((read.added.len(), read.grants.len()), (1, 0));
        assert_eq!(serde_json::to_value(&read).unwrap(), stored);
    }
}
