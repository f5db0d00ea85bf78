//! The chain: every version is there, once and in its place, and every hash is that of its text.

use domain::canonical;
use domain::history::{Audience, ReadableEntry, hash_entry};
use domain::ids::{Sha256Hash, Version};
use serde_json::Value;

use super::bundle::{Bundle, BundleEntry, FORMAT};
use super::report::{BundleReport, FindingKind};

/// Checks the bundle as a whole and each of its entries by itself.
pub(crate) fn check_chain(bundle: &Bundle, digest: Sha256Hash, report: &mut BundleReport) {
    if bundle.format != FORMAT {
        report.add_finding(
            FindingKind::Format,
            None,
            format!("the form {} is not known", bundle.format),
        );
    }
    if bundle.digest != digest {
        let text =
            "the digest of the bundle is another one: something was changed after it was made";
        report.add_finding(FindingKind::Digest, None, text);
    }
    check_versions(bundle, report);
    check_end(bundle, report);
    let mut previous: Option<&BundleEntry> = None;
    for entry in &bundle.entries {
        check_link(entry, previous, report);
        check_text(bundle, entry, report);
        check_parts(bundle, entry, report);
        previous = Some(entry);
    }
}

/// Every version from the first to the last, in their order.
fn check_versions(bundle: &Bundle, report: &mut BundleReport) {
    let mut expected = Version(1);
    for entry in &bundle.entries {
        if entry.version < expected {
            let text = format!("it stands behind version {}", expected.0.saturating_sub(1));
            report.add_finding(FindingKind::VersionOrder, entry.version.0, text);
            continue;
        }
        find_missing(expected, entry.version, report);
        expected = entry.version.next();
    }
    find_missing(expected, bundle.last.next(), report);
    if bundle.last < bundle.entries.last().map_or(Version(0), |entry| entry.version) {
        let text = format!("version {} should be the last one", bundle.last);
        report.add_finding(FindingKind::VersionOrder, None, text);
    }
}

/// Names the versions from `from` on that are not there before `end`.
fn find_missing(from: Version, end: Version, report: &mut BundleReport) {
    for no in (from.0..end.0).take(100) {
        report.add_finding(FindingKind::VersionMissing, no, "it is not in the bundle");
    }
}

/// Whether the bundle has all versions of the claim, as far as it tells.
fn check_end(bundle: &Bundle, report: &mut BundleReport) {
    let (version, last) = (bundle.version, bundle.last);
    if last > version {
        let text =
            format!("the claim is said to be at version {version}, and there is version {last}");
        report.add_finding(FindingKind::VersionOrder, None, text);
    } else if last < version && bundle.complete {
        find_missing(last.next(), version.next(), report);
    } else if last < version {
        let text = format!(
            "Versions {} to {version}: they were not archived yet, or left out.",
            last.next()
        );
        report.note_unchecked(text);
    } else if !bundle.complete {
        report.note_uncheckable("Texts of notices beyond those in the bundle: they were left out.");
    }
}

/// The hash of the entry, and that it follows the one before.
fn check_link(entry: &BundleEntry, previous: Option<&BundleEntry>, report: &mut BundleReport) {
    let before = previous.map(|previous| previous.hash);
    if entry.previous_hash != before {
        let text = match previous {
            Some(previous) => format!("it does not name the hash of version {}", previous.version),
            None => "it names a version before, and there is none".to_owned(),
        };
        report.add_finding(FindingKind::Chain, entry.version.0, text);
    }
    let Some(text) = &entry.entry else {
        let no = entry.version;
        report.note_unchecked(format!(
            "Version {no}: an entry of the first format, whose text is not given to anybody."
        ));
        return;
    };
    report.checked.hashes += 1;
    if hash_entry(entry.previous_hash, text) != entry.hash {
        report.add_finding(FindingKind::Hash, entry.version.0, "its hash is not that of its text");
    }
}

/// The text is that of an entry of this claim and version, in canonical form.
fn check_text(bundle: &Bundle, entry: &BundleEntry, report: &mut BundleReport) {
    let Some(sealed) = entry.to_sealed() else { return };
    let find = |report: &mut BundleReport, text: &str| {
        report.add_finding(FindingKind::Entry, entry.version.0, text);
    };
    let Ok(value) = serde_json::from_str::<Value>(&sealed.text) else {
        return find(report, "its text is no JSON");
    };
    if canonical::to_canonical_json(&value) != sealed.text {
        find(report, "its text is not in canonical form");
    }
    if value.get("claim").and_then(Value::as_str) != Some(bundle.claim.as_str()) {
        find(report, "it is of another claim");
    }
    if value.get("format").and_then(Value::as_u64) != Some(2) {
        find(report, "its format is not known");
    }
    let version = match sealed.to_readable() {
        Some(ReadableEntry::Event(told)) => {
            let window = told.members.window.as_ref();
            if let Some(window) = window.filter(|own| own.window().is_none()) {
                let text = format!("the zone {} is not known", window.zone);
                report.add_finding(FindingKind::Calendar, entry.version.0, text);
            }
            told.version
        }
        Some(ReadableEntry::Withheld(told)) => told.version,
        None => return find(report, "its text cannot be read"),
    };
    if version != entry.version {
        find(report, &format!("its text is that of version {version}"));
    }
}

/// Each part is the reader's, and the one whose digest stands in the text.
fn check_parts(bundle: &Bundle, entry: &BundleEntry, report: &mut BundleReport) {
    let Some(sealed) = entry.to_sealed() else { return };
    let text: Value = serde_json::from_str(&sealed.text).unwrap_or_default();
    for audience in Audience::ALL {
        let digest =
            text.pointer(&format!("/sealed/{}", audience.as_str())).and_then(Value::as_str);
        let name = audience.as_str();
        if digest.is_none() {
            let text = format!("its text has no digest for the part of the {name}");
            report.add_finding(FindingKind::Part, entry.version.0, text);
        }
        let Some(part) = sealed.parts.get(audience) else { continue };
        if !bundle.has_parts_of(*audience) {
            let text = format!("the part of the {name} is not for the reader of this bundle");
            report.add_finding(FindingKind::Part, entry.version.0, text);
        }
        report.checked.parts += 1;
        let value = serde_json::from_str::<Value>(&part.value).unwrap_or_default();
        if canonical::to_canonical_json(&value) != part.value {
            let text = format!("the part of the {name} is not in canonical form");
            report.add_finding(FindingKind::Part, entry.version.0, text);
        }
        if digest != Some(part.digest().to_string().as_str()) {
            let text = format!("the part of the {name} is not the one that the entry stands for");
            report.add_finding(FindingKind::Part, entry.version.0, text);
        }
    }
}
