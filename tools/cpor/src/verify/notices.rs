//! What was sent, and what was reported of it.

use std::collections::BTreeMap;

use domain::claim::{Basis, Claim, Instant, ItemStatus, State};
use domain::history::{Audience, Entry};
use domain::ids::{NoticeNo, Sha256Hash};
use domain::program::Policy;
use domain::recipient::RecipientNo;
use domain::time::format_rfc3339;

use super::bundle::{Bundle, BundleReceipt};
use super::moments::{CLOCKS, later};
use super::report::{BundleReport, FindingKind};

/// Each text has the digest beside it, and was sent when its notice became due.
pub(crate) fn check_texts(bundle: &Bundle, due: &[(NoticeNo, Instant)], report: &mut BundleReport) {
    let known: BTreeMap<NoticeNo, Instant> = due.iter().copied().collect();
    for own in &bundle.texts {
        let notice = own.notice.0;
        report.checked.texts += 1;
        if Sha256Hash::of(own.text.as_bytes()) != own.sha256 {
            let text = format!(
                "the text of notice {notice} ({}) is not the one that its digest stands for",
                own.language
            );
            report.add_finding(FindingKind::Text, None, text);
        }
        let known = known.get(&own.notice).copied();
        let is_right = match (known, own.recipient) {
            // Whoever is asked later has a text of its own.
            (Some(at), Some(_)) => own.sent_at >= at,
            (Some(at), None) => own.sent_at == at,
            (None, _) => false,
        };
        if !is_right {
            let text = format!(
                "notice {notice} became due at another moment than {}",
                format_rfc3339(own.sent_at)
            );
            report.add_finding(FindingKind::Text, None, text);
        }
    }
    check_deliveries(bundle, &known, report);
    if !bundle.has_parts_of(Audience::Customer) {
        let text =
            "The texts of notices and the receipts of mails: they are not in a partner's bundle.";
        return report.note_uncheckable(text);
    }
    for (no, _) in due.iter().filter(|(no, _)| bundle.texts.iter().all(|own| own.notice != *no)) {
        report.note_uncheckable(format!(
            "The text of notice {no}: it is not in the bundle.",
            no = no.0
        ));
    }
    if !bundle.texts.is_empty() {
        report.note_uncheckable("Whether a text is the one that was sent: its digest is in no entry. Hold it against the mail.");
    }
}

/// No notice was delivered before it became due.
fn check_deliveries(bundle: &Bundle, due: &BTreeMap<NoticeNo, Instant>, report: &mut BundleReport) {
    for own in &bundle.receipts {
        let (Some(at), Some(from)) = (own.delivered_at, due.get(&own.notice)) else { continue };
        if later(at, CLOCKS) < *from {
            let (notice, no) = (own.notice.0, own.recipient.0);
            let (at, from) = (format_rfc3339(at), format_rfc3339(*from));
            let text =
                format!("recipient {no} got notice {notice} at {at}, and it became due at {from}");
            report.add_finding(FindingKind::Receipt, None, text);
        }
    }
}

/// Associations by silence stand while some delivery stood that a full window can be counted from (`docs/domain.md §5.3`): the
/// one that the window is counted from did not fail before the end, or another one stood long enough.
pub(crate) fn check_failures(
    bundle: &Bundle,
    claim: &Claim,
    policy: &Policy,
    report: &mut BundleReport,
) {
    let (State::Associated { window: Some(window), .. }, Some(opener)) =
        (&claim.state, claim.opened_by)
    else {
        return;
    };
    let is_deemed = |status| matches!(status, ItemStatus::Active { basis: Basis::Deemed, effective_at } if effective_at == window.closes_at);
    if !claim.active_items().any(|item| is_deemed(claim.item_status(item))) {
        return;
    }
    let failed = |own: &BundleReceipt| own.failed_at.is_some_and(|at| at < window.closes_at);
    let days = usize::try_from(policy.window_business_days).unwrap_or(usize::MAX);
    let stood = |own: &BundleReceipt| {
        let from = own.delivered_at.map(|at| window.time_zone.local_date(at));
        let counted = window.counted.iter().filter(|date| from.is_some_and(|from| **date > from));
        !failed(own) && counted.count() >= days
    };
    let mut of_notice = bundle.receipts.iter().filter(|own| own.notice == claim.notice);
    let is_lost = of_notice.clone().any(|own| own.recipient == opener && failed(own));
    if is_lost && !of_notice.any(stood) {
        let (no, notice) = (opener.0, claim.notice.0);
        let until = format_rfc3339(window.closes_at);
        let text = format!(
            "notice {notice} failed at recipient {no} before the window ended at {until}, and no other delivery stood for a \
             full window: silence makes nothing official"
        );
        report.add_finding(FindingKind::Receipt, None, text);
    }
}

/// The delivery that a window is counted from was reported, of that recipient and not later.
pub(crate) fn check_receipt(
    bundle: &Bundle,
    entry: &Entry,
    (notice, recipient): (NoticeNo, RecipientNo),
    report: &mut BundleReport,
) {
    let Some(window) = &entry.members.window else { return };
    let is_it = |own: &&BundleReceipt| own.notice == notice && own.recipient == recipient;
    let delivered = bundle.receipts.iter().find(is_it).and_then(|own| own.delivered_at);
    let text = match delivered {
        // Of several reports the earliest stays.
        Some(at) if at <= window.delivered_at => return,
        Some(at) => {
            format!("recipient {} got notice {} at {}", recipient.0, notice.0, format_rfc3339(at))
        }
        None => {
            format!("no delivery of notice {} to recipient {} was reported", notice.0, recipient.0)
        }
    };
    let text =
        format!("{text}, and the window is counted from {}", format_rfc3339(window.delivered_at));
    report.add_finding(FindingKind::Receipt, entry.version.0, text);
}
