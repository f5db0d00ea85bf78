//! The windows that are checked: each with few who act, and with the moments that matter for what they do.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::claim::{Claim, Instant};
use domain::program::Policy;

use super::{
    Ask, By, CLOSING_READER, CONFLICT, Cast, ENDED_LATER, EXTENSION, JOINED, LAST_SECOND,
    LOCKED_NO, Left, MOVED_BY_UNDO, Mutation, NOBODY, OWN_WRITE, RECOUNTED, RETIRED_NO, Report,
    ReportSet, SECOND_NOTICE, SILENCE, Window, YES_ASKED,
};
use crate::given::{DOMAIN, FIRST, SECOND, World, at};
use crate::record::{Memo, Record};

/// Two notices may go out, and the windows of both end; the seconds that matter stand around each end,
/// and a report may be under way from before the grace is over until after it.
const TWO_NOTICES: [&str; 8] = [
    "2026-12-22T14:00:00Z",
    "2026-12-23T10:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:01:35Z",
    "2026-12-31T23:02:01Z",
    "2027-01-04T22:59:59Z",
    "2027-01-04T23:01:40Z",
    "2027-01-04T23:02:05Z",
];

/// A window's end, and the one that an extension moves it to.
const EXTENDED: [&str; 7] = [
    "2026-12-22T14:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:00:15Z",
    "2026-12-31T23:01:58Z",
    "2026-12-31T23:02:05Z",
    "2027-01-08T22:59:59Z",
    "2027-01-08T23:02:05Z",
];

/// A window's end, and the least grace after it.
const LEAST_GRACE: [&str; 7] = [
    "2026-12-22T14:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:00:00Z",
    "2026-12-31T23:00:15Z",
    "2026-12-31T23:00:41Z",
    "2026-12-31T23:00:59Z",
    "2026-12-31T23:01:05Z",
];

/// The last seconds of a window, all within one run of a function, and its close.
const LAST_SECONDS: [&str; 5] = [
    "2026-12-31T22:59:40Z",
    "2026-12-31T22:59:50Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:00:05Z",
    "2026-12-31T23:02:05Z",
];

/// Two deliveries on different days, and the ends of the windows that are counted from them.
const TWO_DELIVERIES: [&str; 4] = [
    "2026-12-22T14:00:00Z",
    "2026-12-28T09:00:00Z",
    "2026-12-31T23:02:05Z",
    "2027-01-05T23:02:05Z",
];

/// Two deliveries at once, the last second of the window that is counted from them, and its close.
const AT_ONCE: [&str; 3] = ["2026-12-22T14:00:00Z", "2026-12-31T22:59:59Z", "2026-12-31T23:02:05Z"];

/// The last days of a window that undos move.
const LAST_DAYS: [&str; 7] = [
    "2026-12-31T09:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:02:05Z",
    "2027-01-04T09:00:00Z",
    "2027-01-04T22:59:59Z",
    "2027-01-04T23:02:05Z",
    "2027-01-05T23:02:05Z",
];

/// One window, and what comes after it.
const ONE_WINDOW: [&str; 4] = [
    "2026-12-22T14:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:02:05Z",
    "2027-01-07T12:00:00Z",
];

/// A window from before recipients were kept, and the one that follows it.
const TWO_ENDS: [&str; 5] = [
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:02:05Z",
    "2027-01-04T09:00:00Z",
    "2027-01-11T22:59:59Z",
    "2027-01-11T23:02:05Z",
];

const OWN: By = By::Link(FIRST);

/// Nobody asks for anything, and the first verified contact gets its mail at once.
const NO_ASKS: Cast = Cast {
    customer: &[],
    other: &[],
    admin: &[],
    operator: &[],
    mailed: &[FIRST],
    delivered_before: 2,
    both_mails: false,
    both_workers: false,
};

/// One who has a link and answers.
const ONE_LINK: Cast = Cast { customer: &[Ask::Decline(OWN), Ask::Undo(OWN)], ..NO_ASKS };

/// The same with an administrator, and more time.
const TWO_WHO_ANSWER: Cast = Cast {
    customer: &[Ask::Decline(OWN), Ask::Extend(OWN)],
    admin: &[Ask::Accept, Ask::Decline(By::Account)],
    both_workers: true,
    ..NO_ASKS
};

impl Window {
    /// Two notices with a hold between them, while the directory puts its contacts in another order; anybody
    /// may crash.
    pub fn held() -> Self {
        let left = Left { answers: 1, operator: 2, deliveries: 2, crashes: 1, ..NOBODY };
        let cast =
            Cast { customer: &[Ask::Decline(OWN)], operator: &[Ask::Hold, Ask::Resume], ..NO_ASKS };
        let own = Self::notifying(&TWO_NOTICES, cast, left);
        Self { world: own.world.reordered(), ..own }.showing(&[
            SECOND_NOTICE,
            CONFLICT,
            LAST_SECOND,
        ])
    }

    /// One notice; a reader who looks at any time, answers that nobody hears, reports that come twice.
    pub fn unheard() -> Self {
        let left = Left { answers: 1, deliveries: 2, crashes: 1, reads: 1, unheard: 1, ..NOBODY };
        Self::notifying(&TWO_NOTICES, ONE_LINK, left).showing(&[CLOSING_READER, OWN_WRITE])
    }

    /// Link and account at once, and more time is asked for.
    pub fn two_who_answer() -> Self {
        let left = Left { answers: 2, accounts: 1, deliveries: 1, ..NOBODY };
        Self::notifying(&EXTENDED, TWO_WHO_ANSWER, left).showing(&[
            EXTENSION,
            CONFLICT,
            LAST_SECOND,
        ])
    }

    /// A customer who changes the answer twice, beside the administrator.
    pub fn changed_mind() -> Self {
        let cast = Cast { customer: &[Ask::Decline(OWN), Ask::Undo(OWN)], ..TWO_WHO_ANSWER };
        let left = Left { answers: 3, accounts: 1, ..NOBODY };
        Self::open(&LAST_SECONDS, cast, left)
    }

    /// Link and account at once, under a policy with as little grace as there may be.
    pub fn least_grace() -> Self {
        let left = Left { answers: 1, accounts: 1, deliveries: 1, ..NOBODY };
        Self::notifying(&LEAST_GRACE, TWO_WHO_ANSWER, left).graced(60)
    }

    /// Two verified contacts who get their mails, of which one comes back; the reports are handed over two at a
    /// time.
    pub fn two_reports_at_once() -> Self {
        let cast =
            Cast { mailed: &[FIRST, SECOND], delivered_before: 1, both_mails: true, ..NO_ASKS };
        let left = Left { failures: 1, deliveries: 3, ..NOBODY };
        Self::notifying(&AT_ONCE, cast, left).showing(&[SILENCE, RECOUNTED, ENDED_LATER])
    }

    /// The same with one report at a time, and crashes after which they come again.
    pub fn reports_that_come_again() -> Self {
        let cast = Cast { mailed: &[FIRST, SECOND], delivered_before: 1, ..NO_ASKS };
        let left = Left { failures: 1, deliveries: 4, crashes: 1, ..NOBODY };
        Self::notifying(&AT_ONCE, cast, left).showing(&[SILENCE, RECOUNTED, ENDED_LATER])
    }

    /// An open window, a later delivery that it may be counted from, and both of them come back.
    pub fn two_failures() -> Self {
        let cast = Cast { mailed: &[FIRST, SECOND], ..NO_ASKS };
        let left = Left { failures: 2, deliveries: 3, ..NOBODY };
        Self::open(&TWO_DELIVERIES, cast, left).showing(&[SILENCE, RECOUNTED, ENDED_LATER])
    }

    /// A mail that comes back while a "no" is said and taken back.
    pub fn failure_under_an_undo() -> Self {
        let left = Left { answers: 2, failures: 1, deliveries: 2, crashes: 1, ..NOBODY };
        Self::open(&ONE_WINDOW, ONE_LINK, left).showing(&[SILENCE, ENDED_LATER])
    }

    /// Mails arrive at the claim's contact, whose address is not verified, and at a verified one.
    pub fn unverified_delivery() -> Self {
        let cast = Cast { mailed: &[DOMAIN, FIRST], ..NO_ASKS };
        Self::notifying(&TWO_DELIVERIES, cast, Left { deliveries: 3, ..NOBODY }).showing(&[SILENCE])
    }

    /// Two links of verified contacts at once, and the administrator.
    pub fn two_noes() -> Self {
        const SAYS: &[Ask] = &[Ask::Decline(OWN), Ask::Undo(OWN)];
        const OTHER: By = By::Link(SECOND);
        let cast = Cast {
            customer: SAYS,
            other: &[Ask::Decline(OTHER), Ask::Undo(OTHER)],
            admin: &[Ask::Decline(By::Account), Ask::Undo(By::Account)],
            ..NO_ASKS
        };
        let left = Left { answers: 2, others: 2, accounts: 1, ..NOBODY };
        Self::open(&LAST_SECONDS, cast, left).showing(&[JOINED, SILENCE])
    }

    /// A verified link at once with one that is not verified and one of the form without recipients, which both
    /// say no and try to undo.
    pub fn unverified_noes() -> Self {
        const UNVERIFIED: By = By::Link(DOMAIN);
        const OLD: By = By::Link(0);
        let cast = Cast {
            customer: &[Ask::Decline(OWN), Ask::Undo(OWN)],
            other: &[
                Ask::Decline(UNVERIFIED),
                Ask::Undo(UNVERIFIED),
                Ask::Decline(OLD),
                Ask::Undo(OLD),
            ],
            ..NO_ASKS
        };
        let left = Left { answers: 2, others: 2, crashes: 1, ..NOBODY };
        Self::open(&LAST_SECONDS, cast, left).showing(&[JOINED, SILENCE])
    }

    /// Links that somebody tries with wrong codes.
    pub fn locked() -> Self {
        let cast = Cast { other: &[Ask::Guess(FIRST), Ask::Guess(DOMAIN)], ..ONE_LINK };
        let left = Left { answers: 2, others: 2, ..NOBODY };
        Self::open(&LAST_SECONDS, cast, left).showing(&[LOCKED_NO, LAST_SECOND])
    }

    /// Recipients who say that they are not the right person.
    pub fn refused() -> Self {
        let cast = Cast {
            customer: &[Ask::WrongContact(FIRST), Ask::WrongContact(DOMAIN), Ask::Decline(OWN)],
            mailed: &[FIRST, SECOND],
            ..NO_ASKS
        };
        let left = Left { answers: 2, deliveries: 2, ..NOBODY };
        Self::notifying(&TWO_DELIVERIES, cast, left).showing(&[SILENCE])
    }

    /// Links that the administrator retires, before the close and after it.
    pub fn retired() -> Self {
        let cast = Cast {
            customer: &[Ask::Decline(OWN)],
            admin: &[Ask::Retire(FIRST), Ask::Retire(SECOND)],
            mailed: &[FIRST, SECOND],
            delivered_before: 1,
            ..NO_ASKS
        };
        let left = Left { answers: 1, accounts: 2, deliveries: 1, ..NOBODY };
        Self::open(&ONE_WINDOW, cast, left).showing(&[SILENCE, RETIRED_NO])
    }

    /// Somebody who says no and takes it back again and again, with the administrator's help.
    pub fn toggled() -> Self {
        let cast = Cast {
            customer: &[Ask::Decline(OWN), Ask::Undo(OWN)],
            admin: &[Ask::Decline(By::Account), Ask::Undo(By::Account)],
            ..NO_ASKS
        };
        let left = Left { answers: 4, accounts: 2, ..NOBODY };
        Self::open(&LAST_DAYS, cast, left).showing(&[MOVED_BY_UNDO, SILENCE, LAST_SECOND])
    }

    /// A yes is asked for while the window is open, and that is taken back; anybody may crash.
    pub fn yes_asked_for() -> Self {
        let cast = Cast { admin: &[Ask::AskForYes, Ask::TakeYesBack], ..ONE_LINK };
        let left = Left { answers: 1, accounts: 2, crashes: 1, ..NOBODY };
        Self::open(&LAST_SECONDS, cast, left).showing(&[SILENCE, YES_ASKED])
    }

    /// A window from before recipients were kept: nobody knows whose delivery opened it.
    pub fn from_before() -> Self {
        let cast = Cast { customer: &[Ask::Decline(By::Link(0))], delivered_before: 3, ..NO_ASKS };
        let left = Left { answers: 1, crashes: 1, ..NOBODY };
        let own = Self::open(&TWO_ENDS, cast, Left { deliveries: 2, ..left });
        let first = Record::of(Claim { opened_by: None, ..own.first.claim().clone() }, None);
        Self { first, delivered: ReportSet::new(), ..own }.showing(&[SECOND_NOTICE])
    }

    /// A claim whose first notice is on its way.
    fn notifying(moments: &[&str], cast: Cast, left: Left) -> Self {
        let world = World::new(Policy::default(), "p-alpine");
        let moments: Vec<Instant> = moments.iter().map(|text| at(text)).collect();
        let first = world.notifying(moments[0]);
        let ends = moments.iter().map(|from| world.end_of_window(*from)).collect();
        Self {
            world,
            first,
            last: moments.len() - 1,
            moments,
            ends,
            cast,
            delivered: BTreeSet::new(),
            left,
            mutation: None,
            shows: &[],
            known: Memo::default(),
        }
    }

    /// A claim whose window is open, since before the first moment.
    fn open(moments: &[&str], cast: Cast, left: Left) -> Self {
        let mut own = Self::notifying(moments, Cast { delivered_before: 0, ..cast }, left);
        let delivered_at = at("2026-12-22T14:00:00Z");
        let before = own.world.notifying(delivered_at - Duration::hours(1));
        own.first = own.world.awaiting(&before, delivered_at);
        // A moment of its own, in the past of all others.
        own.moments.push(delivered_at);
        own.ends.push(own.world.end_of_window(delivered_at));
        let moment = own.moments.len() - 1;
        own.delivered = [Report { notice: 1, recipient: FIRST, failed: false, moment }].into();
        own.cast.delivered_before = cast.delivered_before;
        own
    }

    fn showing(self, shows: &'static [&'static str]) -> Self {
        Self { shows, ..self }
    }

    /// The same with a mistake in it.
    #[must_use]
    pub fn with(self, mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..self }
    }

    /// The same under a policy with another grace.
    #[must_use]
    pub fn graced(self, grace_seconds: u32) -> Self {
        let policy = Policy { grace_seconds, ..Policy::default() };
        Self { world: World::new(policy, "p-alpine"), ..self }
    }
}
