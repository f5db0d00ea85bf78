//! The moments of a history: they do not run backwards, none is behind the bundle, and what needs an open window came in it.

use chrono::Duration;
use domain::actor::ActorKind;
use domain::claim::{Instant, State};
use domain::event::EventType;
use domain::history::{Audience, Entry, ReadableEntry, WithheldEntry};
use domain::time::format_rfc3339;

use super::bundle::Bundle;
use super::deadlines::StepCheck;
use super::report::{BundleReport, FindingKind};

/// How far two moments may be apart that different clocks stamped, or of which one is the arrival of a command that was
/// carried out behind another one.
pub(crate) const NEAR: Duration = Duration::minutes(5);
/// How far the moments of an honest history may be apart in the wrong order: the system goes on while the clock of a function
/// is an hour ahead and that of the next one an hour behind.
pub(crate) const CLOCKS: Duration = Duration::hours(3);

/// A moment, so much later; none behind the end of time.
pub(crate) fn later(at: Instant, by: Duration) -> Instant {
    at.checked_add_signed(by).unwrap_or(Instant::MAX_UTC)
}

/// The latest moment of a history on its way.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LatestMoment(Option<(u32, Instant)>);

impl LatestMoment {
    /// Checks the moment of the next version.
    pub(crate) fn check(
        &mut self,
        told: &ReadableEntry,
        bundle: &Bundle,
        report: &mut BundleReport,
    ) {
        let (no, at, may_be_early) = match told {
            ReadableEntry::Event(own) => (own.version.0, own.at, is_by_standing_rules(own, bundle)),
            // That may be a "no" by standing rules.
            ReadableEntry::Withheld(own) => {
                (own.version.0, own.at, own.name == WithheldEntry::NOTICE_CHANGED)
            }
        };
        if let Some((before, last)) = self.0
            && later(at, CLOCKS) < last
            && !may_be_early
        {
            let (own, last) = (format_rfc3339(at), format_rfc3339(last));
            let text = format!("it is of {own}, and version {before} of {last}");
            report.add_finding(FindingKind::Moment, no, text);
        }
        if later(bundle.made_at, CLOCKS) < at {
            let (own, made) = (format_rfc3339(at), format_rfc3339(bundle.made_at));
            let text = format!("it is of {own}, and the bundle was made at {made}");
            report.add_finding(FindingKind::Moment, no, text);
        }
        if self.0.is_none_or(|(_, last)| last < at) {
            self.0 = Some((no, at));
        }
    }
}

/// Whether the customer's standing rules may have led to the event: they count from their own moment on, whenever they are
/// carried out. Nobody is named then; who that is, a partner is not told.
fn is_by_standing_rules(entry: &Entry, bundle: &Bundle) -> bool {
    let demanded = matches!(
        entry.event_type,
        EventType::ConsentChanged | EventType::ItemsDeclined | EventType::AssociationEnded
    );
    let is_nobodys = entry.actor_id.is_none() || !bundle.has_parts_of(Audience::Customer);
    demanded && is_nobodys && entry.actor == ActorKind::Customer
}

impl StepCheck<'_> {
    /// Whether what somebody did came while it could be done, and a window opened while it ran.
    pub(crate) fn check_moment(self, report: &mut BundleReport) {
        let entry = self.entry;
        if entry.event_type == EventType::WindowOpened
            && let Some(window) = entry.members.window.as_ref()
        {
            let (from, until) = (window.delivered_at, window.closes_at);
            if until <= entry.at {
                self.find_late("the window", until, report);
            }
            if later(entry.at, CLOCKS) < from {
                self.find_moment("the delivery was later than that, at", from, report);
            }
        }
        let Some(candidate) = self.before.filter(|candidate| !candidate.is_assumed) else { return };
        let state = &candidate.claim.state;
        if let Some(window) = state.running_window()
            && needs_open_window(entry)
            && window.closes_at <= entry.at
        {
            self.find_late("the window", window.closes_at, report);
        }
        match (entry.event_type, state) {
            (EventType::InformationAnswered, State::ActionRequired { answer_by, .. })
                if *answer_by <= entry.at =>
            {
                self.find_late("the time to answer", *answer_by, report);
            }
            (EventType::Disputed, State::Rejected { disputable_until: Some(until), .. })
                if *until <= entry.at && self.bundle.has_parts_of(Audience::Partner) =>
            {
                self.find_late("the time to dispute", *until, report);
            }
            _ => {}
        }
    }

    /// Whether the window is counted from a delivery of a notice that was due.
    pub(crate) fn check_delivery(self, due: Option<Instant>, report: &mut BundleReport) {
        let window = self.entry.members.window.as_ref();
        let (Some(window), Some(due)) = (window, due) else { return };
        if later(window.delivered_at, CLOCKS) < due {
            let delivered = format_rfc3339(window.delivered_at);
            let what =
                format!("its window is counted from {delivered}, and the notice became due at");
            self.find_moment(&what, due, report);
        }
    }

    fn find_late(self, what: &str, until: Instant, report: &mut BundleReport) {
        self.find_moment(&format!("{what} ended at"), until, report);
    }

    fn find_moment(self, what: &str, other: Instant, report: &mut BundleReport) {
        let (own, other) = (format_rfc3339(self.entry.at), format_rfc3339(other));
        let text = format!("it is of {own}, and {what} {other}");
        report.add_finding(FindingKind::Moment, self.entry.version.0, text);
    }
}

/// Whether somebody did what can be done in an open window alone. What the system does may be carried out later.
fn needs_open_window(entry: &Entry) -> bool {
    let is_one = matches!(
        entry.event_type,
        EventType::ItemsAccepted
            | EventType::DeclineUndone
            | EventType::WindowExtended
            | EventType::NoticeResent
            | EventType::Held
            | EventType::Withdrawn
    );
    is_one && entry.actor != ActorKind::System
}
