//! The customer's window: every day of it is counted again, and silence is acted on no earlier than it may.

use domain::actor::ActorKind;
use domain::calendar::{
    BusinessCalendar, DATA_VERSION, TZDB_VERSION, Window, Zone, count_window, extend_by,
    extend_until, extend_window, recount_window,
};
use domain::claim::{ExtensionCause, Instant};
use domain::content;
use domain::decide::is_due;
use domain::event::EventType;
use domain::history::{Audience, WindowText};
use domain::program::Consent;
use domain::time::format_rfc3339;

use super::deadlines::StepCheck;
use super::places;
use super::report::{BundleReport, FindingKind};

impl StepCheck<'_> {
    fn version(self) -> u32 {
        self.entry.version.0
    }

    /// Counts again the window that the entry opens or changes. `told` is the latest end that was told before.
    pub(crate) fn check_window(self, told: Option<Instant>, report: &mut BundleReport) {
        let Some(stated) = &self.entry.members.window else { return };
        let no = self.version();
        // A zone that is not known was found with the text.
        let Some(window) = stated.window() else { return };
        let Some(calendar) = places::load_calendar(self.bundle, &stated.calendar) else {
            let text = format!("the calendar {} is not in the bundle", stated.calendar);
            report.add_finding(FindingKind::Calendar, no, text);
            return;
        };
        // The closures of a tenant are nowhere but in the windows that skipped them.
        let calendar = calendar.with_closures(window.skipped_closures());
        if window.skipped_closures().next().is_some() {
            report.note_uncheckable(format!(
                "Version {no}: the customer's own closures, which are taken as the entry has them."
            ));
        }
        report.checked.windows += 1;
        if self
            .count_windows(&window, &calendar, told)
            .iter()
            .any(|own| is_same_window(own, &window))
        {
            return;
        }
        let has_data = places::has_data_of(self.bundle, &stated.calendar);
        if stated.tzdb != TZDB_VERSION || !has_data {
            report.checked.windows -= 1;
            self.check_plain(&window, &calendar, (told, has_data), report);
            report.note_unchecked(tell_other_data(no, stated));
            return;
        }
        if self.has_hidden {
            report.checked.windows -= 1;
            self.check_plain(&window, &calendar, (told, has_data), report);
            let text = "the window depends on a step that its reader is not told";
            report.note_unchecked(format!("Version {no}: {text}."));
            return;
        }
        let first = self.count_windows(&window, &calendar, told);
        let expected =
            first.first().map_or("no end".to_owned(), |own| format_rfc3339(own.closes_at));
        let text = format!(
            "the window is counted to {expected} by {}, and not to {} with {} business days",
            stated.calendar,
            format_rfc3339(stated.closes_at),
            stated.counted.len()
        );
        report.add_finding(FindingKind::Window, no, text);
    }

    /// The windows that the rules give for this step, the likeliest first.
    fn count_windows(
        self,
        stated: &Window,
        calendar: &BusinessCalendar,
        told: Option<Instant>,
    ) -> Vec<Window> {
        let zone = Zone::Known(stated.time_zone);
        let days = self.policy.window_business_days;
        let counted = || count_window(stated.delivered_at, days, calendar, &zone).ok();
        let before = self.before.filter(|candidate| !candidate.is_assumed);
        let stored = before.and_then(|candidate| candidate.claim.state.window());
        let mut found = Vec::new();
        if self.entry.event_type == EventType::WindowOpened {
            let own = counted();
            let longer = |own: &Window| {
                let told = told.filter(|told| *told > own.closes_at)?;
                let longer = extend_until(own, told, calendar);
                Some(longer.unwrap_or_else(|_| Window { closes_at: told, ..own.clone() }))
            };
            // A hold takes back what was told.
            found.extend(own.as_ref().and_then(longer));
            found.extend(own);
            return found;
        }
        let Some(stored) = stored else { return found };
        let causes: Vec<ExtensionCause> = match self.entry.members.extended_by {
            Some(cause) => vec![cause],
            None if self.bundle.has_part(self.entry.version, Audience::Customer) => Vec::new(),
            None => ExtensionCause::ALL.to_vec(),
        };
        for cause in &causes {
            found.extend(self.lengthen_window(*cause, stored, stated, calendar));
        }
        if let (true, Some(own)) = (causes.contains(&ExtensionCause::Undo), counted()) {
            // Counted from another delivery first, and then longer.
            let last = stated.last_counted();
            found.extend(last.and_then(|last| extend_window(&own, last, calendar).ok()));
            found.push(own);
        }
        // Counted from another delivery, it may end no later: then it stays as it was.
        let may_stay = self.entry.event_type != EventType::WindowExtended;
        if may_stay && (causes.is_empty() || self.entry.members.extended_by.is_none()) {
            found.push(stored.clone());
        }
        found
    }

    /// The window that a cause makes of the one before.
    fn lengthen_window(
        self,
        cause: ExtensionCause,
        stored: &Window,
        stated: &Window,
        calendar: &BusinessCalendar,
    ) -> Vec<Window> {
        let to_last = || extend_window(stored, stated.last_counted()?, calendar).ok();
        match cause {
            ExtensionCause::Customer => {
                let days = self.policy.extension_business_days;
                extend_by(stored, days, calendar).into_iter().collect()
            }
            ExtensionCause::Operator | ExtensionCause::Undo => to_last().into_iter().collect(),
            ExtensionCause::Outage => {
                let more = stated.counted.len().saturating_sub(stored.counted.len()).max(1);
                let more = u32::try_from(more).unwrap_or(u32::MAX);
                extend_by(stored, more, calendar).into_iter().collect()
            }
            ExtensionCause::Holiday => {
                let known = Zone::Known(stated.time_zone);
                let any = Zone::AnyOf(calendar.country());
                let again = |zone| recount_window(stored, calendar, &zone).ok().flatten();
                [known, any].into_iter().filter_map(again).collect()
            }
            ExtensionCause::Delivery => {
                let (days, zone) =
                    (self.policy.window_business_days, Zone::Known(stated.time_zone));
                let own = count_window(stated.delivered_at, days, calendar, &zone);
                own.into_iter().filter(|own| own.closes_at > stored.closes_at).collect()
            }
        }
    }

    /// Whether silence was acted on in its time, and did what the policy says.
    pub(crate) fn check_silence(self, report: &mut BundleReport) {
        let Some(candidate) = self.before else { return };
        let (entry, no) = (self.entry, self.version());
        let is_close = entry.event_type == EventType::WindowClosed;
        if (entry.by.is_some() || is_close)
            && !candidate.is_assumed
            && !is_due(&candidate.claim, self.policy, entry.at)
        {
            let until =
                candidate.claim.deadline().map_or("there is no deadline".to_owned(), |at| {
                    format!("the deadline is {}", format_rfc3339(at))
                });
            let text = format!("silence was acted on at {}, and {until}", format_rfc3339(entry.at));
            report.add_finding(FindingKind::Silence, no, text);
        }
        let asks_for_yes = candidate.claim.consent(self.policy) == Consent::OptIn;
        if is_close && entry.members.explicit_yes != asks_for_yes {
            let text = if asks_for_yes {
                "silence was taken as a yes, and the policy or the customer asks for one"
            } else {
                "silence was taken as a no, and nobody asks for a yes"
            };
            report.add_finding(FindingKind::Silence, no, text);
        }
        let is_no = entry.event_type == EventType::ItemsDeclined
            && entry.actor == ActorKind::Customer
            && !entry.items_with_status("declined").is_empty();
        let window = candidate.claim.state.window().filter(|_| !candidate.is_assumed);
        if let (true, Some(window), Some(in_time)) = (is_no, window, entry.members.in_time)
            && in_time != (entry.at < window.closes_at)
        {
            let end = format_rfc3339(window.closes_at);
            let text = format!(
                "the no came at {}, and the window ends at {end}",
                format_rfc3339(entry.at)
            );
            report.add_finding(FindingKind::Silence, no, text);
        }
    }

    /// Whether the digest of the content is that of what is claimed.
    pub(crate) fn check_content(self, report: &mut BundleReport) {
        let Some(stated) = self.entry.members.content_hash else { return };
        if content::content_hash(self.after, self.policy) != stated {
            let text = "the digest of the content that the customer was shown is not that of what is claimed";
            report.add_finding(FindingKind::Content, self.version(), text);
        }
    }
}

/// Whether the two are the same window, whatever the days are called.
fn is_same_window(one: &Window, other: &Window) -> bool {
    let days =
        |own: &Window| -> Vec<_> { own.skipped.iter().map(|day| (day.date, day.reason)).collect() };
    one.delivered_at == other.delivered_at
        && one.closes_at == other.closes_at
        && one.time_zone == other.time_zone
        && one.counted == other.counted
        && days(one) == days(other)
}

fn tell_other_data(no: u32, stated: &WindowText) -> String {
    format!(
        "Version {no}: the window was counted by {} and {}, and this program has {DATA_VERSION} and {TZDB_VERSION}.",
        stated.calendar, stated.tzdb
    )
}
