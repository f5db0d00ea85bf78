//! The lists of a bundle have each of their entries once: of two, nobody could say which one counts.

use std::collections::BTreeSet;

use super::bundle::Bundle;
use super::report::{BundleReport, FindingKind};

/// Each policy, calendar, file, text and receipt is there once.
pub(crate) fn check_lists(bundle: &Bundle, report: &mut BundleReport) {
    let policies = bundle.policies.iter();
    let names =
        policies.map(|own| format!("version {} of the policy of {}", own.version, own.program));
    check_once(names, FindingKind::Policy, report);
    let calendars = bundle.calendars.iter();
    let names = calendars
        .map(|own| format!("revision {} of the calendar of {}", own.revision, own.country));
    check_once(names, FindingKind::Calendar, report);
    let files = bundle.country_files.iter();
    let names =
        files.map(|own| format!("version {} of the holidays of {}", own.version, own.country));
    check_once(names, FindingKind::Calendar, report);
    let texts = bundle.texts.iter().map(|own| {
        let whose = own.recipient.map(|no| format!(" for recipient {}", no.0)).unwrap_or_default();
        format!("the text of notice {} ({}){whose}", own.notice.0, own.language)
    });
    check_once(texts, FindingKind::Text, report);
    let receipts = bundle.receipts.iter();
    let names = receipts.map(|own| {
        format!("the receipt of notice {} of recipient {}", own.notice.0, own.recipient.0)
    });
    check_once(names, FindingKind::Receipt, report);
}

fn check_once(names: impl Iterator<Item = String>, kind: FindingKind, report: &mut BundleReport) {
    let mut known = BTreeSet::new();
    for name in names {
        if known.contains(&name) {
            report.add_finding(kind, None, format!("{name} is there twice"));
        }
        known.insert(name);
    }
}
