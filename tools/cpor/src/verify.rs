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

pub use bundle::{Bundle, UnreadableBundle};
pub use report::{BundleReport, Counts, Finding, FindingKind, ItemState, RootOfVersion, Step};
pub use trust::{Trust, TrustedRoots, UnreadableRoots};

use domain::claim::{Claim, Instant};
use domain::event::EventType;
use domain::history::{Audience, Entry, ReadableEntry};
use domain::ids::{NoticeNo, Sha256Hash};

use self::bundle::BundleEntry;
use self::deadlines::StepCheck;
use self::moments::LatestMoment;
use self::roots::check_roots;
use self::states::{CandidateClaim, Reading, StepOutcome, follow_step};

/// Checks a bundle, as it was answered.
///
/// # Errors
/// [`UnreadableBundle`] for a text that is no bundle.
pub fn verify(text: &str) -> Result<BundleReport, UnreadableBundle> {
    verify_with(text, &Trust::default())
}

/// The same, by what is trusted beside it.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(text: &str, trust: &Trust) -> Result<BundleReport, UnreadableBundle> {
    let (bundle, digest) = Bundle::read(text)?;
    Ok(verify_bundle(&bundle, digest, trust))
}

fn verify_bundle(bundle: &Bundle, digest: Sha256Hash, trust: &Trust) -> BundleReport {
    let mut report = BundleReport::new(bundle.claim.as_str(), bundle.reader.as_str());
    report.version = bundle.last.0;
    report.hash = bundle.entries.last().map(|entry| entry.hash.to_string());
    chain::check_chain(bundle, digest, &mut report);
    lists::check_lists(bundle, &mut report);
    places::check_files(bundle, &mut report);
    let reading = Reading { audiences: bundle.readable_parts(), is_erased: is_erased(bundle) };
    let mut check = EntryCheck {
        bundle,
        reading,
        derivation: Derivation::Nothing,
        told_until: None,
        has_hidden: false,
        due: Vec::new(),
        latest: LatestMoment::default(),
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
enum Derivation {
    /// There was no version yet.
    Nothing,
    /// As it may be.
    Candidates(Vec<CandidateClaim>),
    /// It cannot be derived any more.
    Lost,
}

/// A check on its way through the entries.
struct EntryCheck<'a> {
    bundle: &'a Bundle,
    reading: Reading,
    derivation: Derivation,
    /// The latest end of a window that was told before.
    told_until: Option<Instant>,
    /// Whether there was a step that its reader is not told of.
    has_hidden: bool,
    /// When each notice became due.
    due: Vec<(NoticeNo, Instant)>,
    /// The latest moment of a version before.
    latest: LatestMoment,
}

impl EntryCheck<'_> {
    fn check_entry(&mut self, entry: &BundleEntry, report: &mut BundleReport) {
        let no = entry.version.0;
        let told = entry
            .to_sealed()
            .map(|sealed| sealed.with_readable_parts(self.bundle.readable_parts()));
        let read = told.as_ref().and_then(|own| Some((own, own.to_readable()?)));
        let Some((sealed, told)) = read else {
            self.derivation = Derivation::Lost;
            report.note_unchecked(format!(
                "The states from version {no} on: its entry cannot be read."
            ));
            return;
        };
        self.latest.check(&told, self.bundle, report);
        report.story.push(story::tell_step(&told));
        match &told {
            ReadableEntry::Withheld(withheld) => {
                self.has_hidden = true;
                let name = &withheld.name;
                report.note_uncheckable(format!(
                    "Version {no}: {name} is all that its reader is told."
                ));
            }
            ReadableEntry::Event(own) if own.reconstructed => {
                self.derivation = Derivation::Lost;
                report.note_unchecked(format!(
                    "The states from version {no} on: its entry was written when the version before was not known any more."
                ));
            }
            ReadableEntry::Event(_) => {}
        }
        let candidates = match &self.derivation {
            Derivation::Lost => return,
            Derivation::Nothing => None,
            Derivation::Candidates(candidates) => Some(candidates.as_slice()),
        };
        let StepOutcome { candidates, before, wrong } =
            follow_step(self.reading, candidates, sealed, &told);
        report.checked.states += 1;
        if !wrong.is_empty() {
            let text =
                format!("the state before does not lead to what it says: {}", wrong.join(", "));
            report.add_finding(FindingKind::State, no, text);
        }
        if let (ReadableEntry::Event(own), Some(candidate)) = (&told, candidates.first()) {
            self.check_event(own, before.as_ref(), &candidate.claim, report);
        }
        self.derivation = if candidates.is_empty() {
            report.note_unchecked(format!(
                "The states behind version {no}: they do not follow any more."
            ));
            Derivation::Lost
        } else {
            Derivation::Candidates(candidates)
        };
    }

    /// Checks what the event decided.
    fn check_event(
        &mut self,
        entry: &Entry,
        before: Option<&CandidateClaim>,
        after: &Claim,
        report: &mut BundleReport,
    ) {
        let no = entry.version.0;
        if let Some(notice) = entry.members.notice {
            self.due.push((notice, entry.at));
        }
        let (program, version) = (&after.subject.program, after.subject.policy_version);
        let Some(policy) = self.bundle.find_policy(program, version) else {
            let text = format!("version {version} of the policy of {program} is not in the bundle");
            return report.add_finding(FindingKind::Policy, no, text);
        };
        let (bundle, has_hidden) = (self.bundle, self.has_hidden);
        let check = StepCheck { bundle, entry, policy, before, after, has_hidden };
        check.check_deadlines(report);
        check.check_window(self.told_until, report);
        check.check_silence(report);
        check.check_moment(report);
        let due = self.due.iter().rev().find(|(notice, _)| *notice == after.notice);
        check.check_delivery(due.map(|(_, at)| *at), report);
        check.check_content(report);
        self.check_receipt(entry, before, after, report);
        self.told_until = self.told_until.max(entry.closes_at());
    }

    /// The delivery that the window is counted from since the event, where reports are in the bundle.
    fn check_receipt(
        &self,
        entry: &Entry,
        before: Option<&CandidateClaim>,
        after: &Claim,
        report: &mut BundleReport,
    ) {
        if !self.bundle.has_parts_of(Audience::Customer) || self.reading.is_erased {
            return;
        }
        let moved = entry.members.opened_by.or(entry.members.counted_from);
        let is_new = |candidate: &CandidateClaim| {
            let stated = entry.members.window.as_ref().map(|window| window.delivered_at);
            candidate.claim.state.window().map(|window| window.delivered_at) != stated
        };
        if let Some(no) = moved.filter(|_| before.is_none_or(is_new)) {
            notices::check_receipt(self.bundle, entry, (after.notice, no), report);
        }
    }

    /// Says where the claim is, and what was not checked.
    fn finish(self, report: &mut BundleReport) {
        if self.reading.is_erased {
            report.note_uncheckable("The parts of entries, the texts and the receipts from before the personal data were erased: they are gone, and with them what later parts say of them.");
        } else {
            notices::check_texts(self.bundle, &self.due, report);
        }
        if let Derivation::Candidates(candidates) = &self.derivation
            && let Some(first) = candidates.first()
        {
            self.tell_state(candidates, &first.claim, report);
            self.check_failures(&first.claim, report);
        }
        let others = Audience::ALL.iter().filter(|own| !self.bundle.has_parts_of(**own));
        let others: Vec<_> = others.map(|own| own.as_str()).collect();
        if !others.is_empty() {
            let text =
                format!("The parts of {}: entries have their digests alone.", others.join(" and "));
            report.note_uncheckable(text);
        }
        report.note_uncheckable("The names, contacts and evidence of the claim: entries have a salted digest of them, which no reader can compute.");
        report
            .note_uncheckable("What was said, where a part that may have it is not in the bundle.");
    }

    /// Whether the delivery failed that associations by silence are counted from, where reports are in the bundle.
    fn check_failures(&self, claim: &Claim, report: &mut BundleReport) {
        let subject = &claim.subject;
        let policy = self.bundle.find_policy(&subject.program, subject.policy_version);
        let has_receipts = self.bundle.has_parts_of(Audience::Customer) && !self.reading.is_erased;
        if let Some(policy) = policy.filter(|_| has_receipts) {
            notices::check_failures(self.bundle, claim, policy, report);
        }
    }

    fn tell_state(&self, candidates: &[CandidateClaim], claim: &Claim, report: &mut BundleReport) {
        let is_known =
            candidates.iter().all(|candidate| candidate.claim.status() == claim.status());
        if !is_known {
            report.why.push("Its reader is not told where it is.".to_owned());
            report.note_uncheckable(
                "The present status: it depends on a step that its reader is not told.",
            );
            return;
        }
        let subject = &claim.subject;
        let policy = self.bundle.find_policy(&subject.program, subject.policy_version);
        report.status = Some(claim.status().as_str());
        report.items = story::list_items(claim);
        report.why = story::explain_state(claim, policy, self.bundle.made_at);
    }
}
