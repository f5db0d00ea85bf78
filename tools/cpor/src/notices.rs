//! What was sent, and what was reported of it.

use domain::claim::Instant;
use domain::history::{Audience, Entry};
use domain::ids::{NoticeNo, Sha256Hash};
use domain::recipient::RecipientNo;
use domain::time::format_rfc3339;

use crate::bundle::Bundle;
use crate::report::{FindingKind, Report};

/// Each text has the digest beside it, and was sent when its notice became due.
pub(crate) fn check_texts(bundle: &Bundle, due: &[(NoticeNo, Instant)], report: &mut Report) {
    for own in &bundle.texts {
        let notice = own.notice.0;
        report.checked.texts += 1;
        if Sha256Hash::of(own.text.as_bytes()) != own.sha256 {
            let text = format!(
                "the text of notice {notice} ({}) is not the one that its digest stands for",
                own.language
            );
            report.find(FindingKind::Text, None, text);
        }
        let known = due.iter().find(|(no, _)| *no == own.notice).map(|(_, at)| *at);
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
            report.find(FindingKind::Text, None, text);
        }
    }
    if !bundle.has_parts_of(Audience::Customer) {
        let text =
            "The texts of notices and the receipts of mails: they are not in a partner's bundle.";
        return report.leave(text);
    }
    for (no, _) in due.iter().filter(|(no, _)| bundle.texts.iter().all(|own| own.notice != *no)) {
        report.leave(format!("The text of notice {no}: it is not in the bundle.", no = no.0));
    }
    if !bundle.texts.is_empty() {
        report.leave("Whether a text is the one that was sent: its digest is in no entry. Hold it against the mail.");
    }
}

/// The delivery that a window is counted from was reported, of that recipient and not later.
pub(crate) fn check_receipt(
    bundle: &Bundle,
    entry: &Entry,
    (notice, recipient): (NoticeNo, RecipientNo),
    report: &mut Report,
) {
    let Some(window) = &entry.members.window else { return };
    let is_it = |own: &&crate::bundle::Receipt| own.notice == notice && own.recipient == recipient;
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
    report.find(FindingKind::Receipt, entry.version.0, text);
}
