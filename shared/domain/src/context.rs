//! What `decide` may look at beyond the claim: values, never a clock or a client.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::calendar::{self, BusinessCalendar, CalendarId, Zone};
use crate::claim::{Claim, Defence, Instant};
use crate::deadline::Deadline;
use crate::directory::{Partner, Tenant};
use crate::ids::{ClaimId, ItemNo};
use crate::outage::Outage;
use crate::program::{ItemRef, Policy, Program};
use crate::recipient::Recipients;
use crate::rejection::Rejection;

/// Whose days are counted: a calendar and a zone.
#[derive(Debug, Clone)]
pub struct LocalCalendar {
    /// The calendar by which business days are counted.
    pub calendar: BusinessCalendar,
    /// Its time zone, or every zone of its country.
    pub zone: Zone,
}

impl LocalCalendar {
    /// The deadline `business_days` after `from` of a party whose place this is. Where its calendar ends
    /// it is counted in the operator's, and where that ends too in Monday to Friday; always in this
    /// place's zone (`docs/domain.md §4`, 7). Not for a customer's window, which is never guessed:
    /// [`Self::open_window`].
    pub fn deadline_after(&self, from: Instant, business_days: u32, operator: &Self) -> Deadline {
        let by = |calendar| calendar::count_window(from, business_days, calendar, &self.zone);
        if let Ok(own) = by(&self.calendar) {
            return Deadline { at: own.closes_at, stand_in: None };
        }
        if let Ok(window) = by(&operator.calendar) {
            return Deadline { at: window.closes_at, stand_in: Some(window.calendar) };
        }
        let at = calendar::weekdays_after(from, business_days, &self.zone);
        Deadline { at, stand_in: Some(CalendarId::weekdays()) }
    }

    /// The customer's window of `days` business days that a delivery at `from` opens, explained.
    ///
    /// # Errors
    /// [`Rejection::OutsideCalendar`] where it would leave the years of the calendar data.
    pub fn open_window(&self, from: Instant, days: u32) -> Result<calendar::Window, Rejection> {
        calendar::count_window(from, days, &self.calendar, &self.zone)
            .map_err(|_| Rejection::OutsideCalendar)
    }

    /// The local date of `at`; in UTC where the zone is not known.
    pub fn date_of(&self, at: Instant) -> NaiveDate {
        match &self.zone {
            Zone::Known(zone) => zone.local_date(at),
            Zone::AnyOf(_) => at.date_naive(),
        }
    }

    /// The end of a period of calendar days: the first instant of the local day after it.
    pub fn days_after(&self, from: Instant, days: u32) -> Instant {
        calendar::days_after(from, days, &self.zone)
    }
}

/// The three calendars (`docs/domain.md §4`, 8). Partner and customer are there when the command's
/// [`crate::command::CommandNeeds`] ask for them.
#[derive(Debug, Clone)]
pub struct LocalCalendars {
    /// The calendar and zone of the operator, which also stand in where those of another party end.
    pub operator: LocalCalendar,
    /// The calendar and zone of the partner; `None` where the command does not need them.
    pub partner: Option<LocalCalendar>,
    /// The calendar and zone of the customer; `None` where the command does not need them.
    pub customer: Option<LocalCalendar>,
    /// The customer's as it was known when the window of the claim had ended, if it has: what came later says nothing
    /// about that window.
    pub customer_at_end: Option<LocalCalendar>,
}

/// What is known of the world outside the claim.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The entry of the claim's partner as it is now; `None`: there is none, or the command does not need it.
    pub partner: Option<Partner>,
    /// The entry of the claim's tenant as it is now; `None`: there is none, or the command does not need it.
    pub tenant: Option<Tenant>,
    /// The claim's program as it is now.
    pub program: Option<Program>,
    /// Open or active claims of the same partner on items of this claim.
    pub own_claims: Vec<(ItemRef, ClaimId)>,
    /// The claim of the same partner that this one renews, as its record has it; `None`: there is none of the partner's
    /// at the tenant.
    pub renewed: Option<Claim>,
    /// The items of the claim for which the customer blocks this partner.
    pub blocked: Vec<ItemRef>,
    /// `Some`: one more draft, claim or notice does not fit a quota that the store counts; with the seconds to wait,
    /// where waiting helps.
    pub over_quota: Option<Option<u32>>,
    /// How many other claims of the partner at the tenant are open.
    pub open_at_tenant: u32,
    /// Who else holds or claims an item.
    pub rivals: Vec<Rival>,
    /// Who is asked by the current notice, and what became of its mails; `None` before the first, and of a
    /// notice from before recipients were kept.
    pub recipients: Option<Recipients>,
    /// The outages that windows may still be given a day for, in the order of their numbers.
    pub outages: Vec<Outage>,
    /// When a "no" that stood already was last said again, as far as the current notice is concerned: it is no
    /// event, and an undo that arrived before it takes nothing back.
    pub no_repeated_at: Option<Instant>,
}

/// Another claim on an item of this one.
#[derive(Debug, Clone)]
pub struct Rival {
    /// The item of this claim.
    pub item: ItemNo,
    /// The id of the other claim.
    pub claim: ClaimId,
    /// The item of the other claim.
    pub rival_item: ItemNo,
    /// How the other stands to the item.
    pub standing: RivalStatus,
    /// Where the other claim stands with its defence, of whichever item; `None`: it was not asked.
    pub defence: Option<Defence>,
    /// Since when the other holds the item, if it does.
    pub held_since: Option<Instant>,
    /// The calendar of the other's partner, in which its time to defend is counted.
    pub place: Option<LocalCalendar>,
}

impl Rival {
    /// Where the other stands with its defence of this item. One that ends before a defence would that began when the
    /// other came to hold the item was given for another item, also where it was used.
    pub fn defence_of_item(&self, context: &Context) -> Option<Defence> {
        let full = self.full_defence(context);
        self.defence.filter(|defence| full.is_none_or(|full| full <= defence.until))
    }

    /// The end of a defence that began when the other came to hold the item; `None` where that is not known.
    pub(crate) fn full_defence(&self, context: &Context) -> Option<Instant> {
        let (place, since) = (self.place.as_ref()?, self.held_since?);
        let days = context.policy.defence_business_days;
        Some(place.deadline_after(since, days, &context.places.operator).at)
    }
}

/// How a claim stands to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RivalStatus {
    /// The other claim is the holder: its association on the item runs.
    Active,
    /// It is validated and undecided.
    Next,
    /// It is open, not validated.
    Open,
}

/// Everything `decide` may look at.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of the command: the gateway's arrival stamp of a request (`docs/domain.md §4`, *The
    /// race*), the checked clock for the system's own work.
    pub at: Instant,
    /// Who gives the command, and in which role.
    pub actor: Actor,
    /// The policy the claim is pinned to.
    pub policy: Policy,
    /// The calendars of operator, partner and customer.
    pub places: LocalCalendars,
    /// What is known of directory, rivals and notice.
    pub facts: Facts,
}

impl Context {
    /// The rivals of a claim. What the same partner holds, and the claim renews, is no rival's.
    pub(crate) fn rivals_of<'a>(&'a self, claim: &'a Claim) -> impl Iterator<Item = &'a Rival> {
        let is_own =
            |rival: &&Rival| rival.standing == RivalStatus::Active && claim.renews(&rival.claim);
        self.facts.rivals.iter().filter(move |rival| !is_own(rival))
    }

    /// The calendar and zone of the partner; [`Rejection::MissingFact`] where they were not read.
    pub fn partner_place(&self) -> Result<&LocalCalendar, Rejection> {
        self.places.partner.as_ref().ok_or(Rejection::MissingFact("partner"))
    }

    /// The calendar and zone of the customer; [`Rejection::MissingFact`] where they were not read.
    pub fn customer_place(&self) -> Result<&LocalCalendar, Rejection> {
        self.places.customer.as_ref().ok_or(Rejection::MissingFact("tenant"))
    }
}
