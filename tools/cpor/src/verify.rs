//! The check of a bundle.

pub mod bundle;
mod chain;
mod deadlines;
mod lists;
mod moments;
mod notices;
mod places;
mod plain;
mod report;
mod roots;
mod states;
mod story;
mod strict;
mod trust;
mod windows;

pub use bundle::{Bundle, Unreadable};
pub use report::{Counts, Finding, FindingKind, ItemState, Report, RootOfVersion, Step};
pub use trust::{Trust, TrustedRoots, UnreadableRoots};

use domain::claim::{Claim, Instant};
use domain::event::EventType;
use domain::history::{Audience, Entry, ReadableEntry};
use domain::ids::{NoticeNo, Sha256Hash};

use self::bundle::BundleEntry;
use self::deadlines::Decided;
use self::moments::Latest;
use self::roots::check_roots;
use self::states::{Followed, Reading, Way, follow_step};

/// Checks a bundle, as it was answered.
///
/// # Errors
/// [`Unreadable`] for a text that is no bundle.
pub fn verify(text: &str) -> Result<Report, Unreadable> {
    verify_with(text, &Trust::default())
}

/// The same, by what is trusted beside it.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(text: &str, trust: &Trust) -> Result<Report, Unreadable> {
    let (bundle, digest) = Bundle::read(text)?;
    Ok(verify_bundle(&bundle, digest, trust))
}

fn verify_bundle(bundle: &Bundle, digest: Sha256Hash, trust: &Trust) -> Report {
    let mut report = Report::new(bundle.claim.as_str(), bundle.reader.as_str());
    report.version = bundle.last.0;
    report.hash = bundle.entries.last().map(|entry| entry.hash.to_string());
    chain::check_chain(bundle, digest, &mut report);
    lists::check_lists(bundle, &mut report);
    places::check_files(bundle, &mut report);
    let reading = Reading { reads: bundle.reads(), is_erased: is_erased(bundle) };
    let mut check = Check {
        bundle,
        reading,
        ways: Known::Nothing,
        told_until: None,
        has_hidden: false,
        due: Vec::new(),
        latest: Latest::default(),
    };
    for entry in &bundle.entries {
        check.check_entry(entry, &mut report);
    }
    check.finish(&mut report);
    check_roots(bundle, trust, &mut report);
    report.verified = report.findings.is_empty();
    report
}

/// Whether the personal data were erased.
fn is_erased(bundle: &Bundle) -> bool {
    bundle.entries.iter().any(|entry| {
        let told = entry.to_sealed().and_then(|sealed| sealed.to_readable());
        matches!(told, Some(ReadableEntry::Event(own)) if own.event_type == EventType::Erased)
    })
}

/// What is known of the claim after a version.
#[derive(Debug)]
enum Known {
    /// There was no version yet.
    Nothing,
    /// As it may be.
    Ways(Vec<Way>),
    /// It cannot be derived any more.
    Lost,
}

/// A check on its way through the entries.
struct Check<'a> {
    bundle: &'a Bundle,
    reading: Reading,
    ways: Known,
    /// The latest end of a window that was told before.
    told_until: Option<Instant>,
    /// Whether there was a step that its reader is not told of.
    has_hidden: bool,
    /// When each notice became due.
    due: Vec<(NoticeNo, Instant)>,
    /// The latest moment of a version before.
    latest: Latest,
}

impl Check<'_> {
    fn check_entry(&mut self, entry: &BundleEntry, report: &mut Report) {
        let no = entry.version.0;
        let told = entry.to_sealed().map(|sealed| sealed.with_readable_parts(self.bundle.reads()));
        let read = told.as_ref().and_then(|own| Some((own, own.to_readable()?)));
        let Some((sealed, told)) = read else {
            self.ways = Known::Lost;
            report.leave_out(format!("The states from version {no} on: its entry cannot be read."));
            return;
        };
        self.latest.check(&told, self.bundle, report);
        report.story.push(story::tell_step(&told));
        match &told {
            ReadableEntry::Withheld(withheld) => {
                self.has_hidden = true;
                let name = &withheld.name;
                report.leave(format!("Version {no}: {name} is all that its reader is told."));
            }
            ReadableEntry::Event(own) if own.reconstructed => {
                self.ways = Known::Lost;
                report.leave_out(format!(
                    "The states from version {no} on: its entry was written when the version before was not known any more."
                ));
            }
            ReadableEntry::Event(_) => {}
        }
        let ways = match &self.ways {
            Known::Lost => return,
            Known::Nothing => None,
            Known::Ways(ways) => Some(ways.as_slice()),
        };
        let Followed { ways, before, wrong } = follow_step(self.reading, ways, sealed, &told);
        report.checked.states += 1;
        if !wrong.is_empty() {
            let text =
                format!("the state before does not lead to what it says: {}", wrong.join(", "));
            report.find(FindingKind::State, no, text);
        }
        if let (ReadableEntry::Event(own), Some(way)) = (&told, ways.first()) {
            self.check_event(own, before.as_ref(), &way.claim, report);
        }
        self.ways = if ways.is_empty() {
            report
                .leave_out(format!("The states behind version {no}: they do not follow any more."));
            Known::Lost
        } else {
            Known::Ways(ways)
        };
    }

    /// Checks what the event decided.
    fn check_event(
        &mut self,
        entry: &Entry,
        before: Option<&Way>,
        after: &Claim,
        report: &mut Report,
    ) {
        let no = entry.version.0;
        if let Some(notice) = entry.members.notice {
            self.due.push((notice, entry.at));
        }
        let (program, version) = (&after.subject.program, after.subject.policy_version);
        let Some(policy) = self.bundle.find_policy(program, version) else {
            let text = format!("version {version} of the policy of {program} is not in the bundle");
            return report.find(FindingKind::Policy, no, text);
        };
        let (bundle, has_hidden) = (self.bundle, self.has_hidden);
        let decided = Decided { bundle, entry, policy, before, after, has_hidden };
        decided.check_deadlines(report);
        decided.check_window(self.told_until, report);
        decided.check_silence(report);
        decided.check_moment(report);
        let due = self.due.iter().rev().find(|(notice, _)| *notice == after.notice);
        decided.check_delivery(due.map(|(_, at)| *at), report);
        decided.check_content(report);
        self.check_receipt(entry, before, after, report);
        self.told_until = self.told_until.max(entry.closes_at());
    }

    /// The delivery that the window is counted from since the event, where reports are in the bundle.
    fn check_receipt(
        &self,
        entry: &Entry,
        before: Option<&Way>,
        after: &Claim,
        report: &mut Report,
    ) {
        if !self.bundle.has_parts_of(Audience::Customer) || self.reading.is_erased {
            return;
        }
        let moved = entry.members.opened_by.or(entry.members.counted_from);
        let is_new = |way: &Way| {
            let stated = entry.members.window.as_ref().map(|window| window.delivered_at);
            way.claim.state.window().map(|window| window.delivered_at) != stated
        };
        if let Some(no) = moved.filter(|_| before.is_none_or(is_new)) {
            notices::check_receipt(self.bundle, entry, (after.notice, no), report);
        }
    }

    /// Says where the claim is, and what was not checked.
    fn finish(self, report: &mut Report) {
        if self.reading.is_erased {
            report.leave("The parts of entries, the texts and the receipts from before the personal data were erased: they are gone, and with them what later parts say of them.");
        } else {
            notices::check_texts(self.bundle, &self.due, report);
        }
        if let Known::Ways(ways) = &self.ways
            && let Some(first) = ways.first()
        {
            self.tell_state(ways, &first.claim, report);
            self.check_failures(&first.claim, report);
        }
        let others = Audience::ALL.iter().filter(|own| !self.bundle.has_parts_of(**own));
        let others: Vec<_> = others.map(|own| own.as_str()).collect();
        if !others.is_empty() {
            let text =
                format!("The parts of {}: entries have their digests alone.", others.join(" and "));
            report.leave(text);
        }
        report.leave("The names, contacts and evidence of the claim: entries have a salted digest of them, which no reader can compute.");
        report.leave("What was said, where a part that may have it is not in the bundle.");
    }

    /// Whether the delivery failed that associations by silence are counted from, where reports are in the bundle.
    fn check_failures(&self, claim: &Claim, report: &mut Report) {
        let subject = &claim.subject;
        let policy = self.bundle.find_policy(&subject.program, subject.policy_version);
        let has_receipts = self.bundle.has_parts_of(Audience::Customer) && !self.reading.is_erased;
        if let Some(policy) = policy.filter(|_| has_receipts) {
            notices::check_failures(self.bundle, claim, policy, report);
        }
    }

    fn tell_state(&self, ways: &[Way], claim: &Claim, report: &mut Report) {
        let is_known = ways.iter().all(|way| way.claim.status() == claim.status());
        if !is_known {
            report.why.push("Its reader is not told where it is.".to_owned());
            report.leave("The present status: it depends on a step that its reader is not told.");
            return;
        }
        let subject = &claim.subject;
        let policy = self.bundle.find_policy(&subject.program, subject.policy_version);
        report.status = Some(claim.status().as_str());
        report.items = story::list_items(claim);
        report.why = story::explain_state(claim, policy, self.bundle.made_at);
    }
}
