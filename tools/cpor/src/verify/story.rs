//! What happened and why the claim is where it is, in words.

use domain::claim::{Claim, ItemStatus};
use domain::history::{Entry, ReadableEntry};
use domain::program::Policy;
use domain::time::format_rfc3339;
use domain::turn::Who;

use super::report::{ItemState, Step};
use crate::visible::to_visible;

/// A step as its reader is told it.
pub(crate) fn tell_step(told: &ReadableEntry) -> Step {
    match told {
        ReadableEntry::Event(entry) => {
            Step { version: entry.version.0, at: entry.at, text: tell_event(entry) }
        }
        ReadableEntry::Withheld(withheld) => Step {
            version: withheld.version.0,
            at: withheld.at,
            text: format!("{}: its reader is not told what it was.", withheld.name),
        },
    }
}

fn tell_event(entry: &Entry) -> String {
    let id = entry.actor_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let mut said =
        vec![format!("{}{id}: {}", entry.actor.as_str(), entry.event_type.meaning().trim())];
    if entry.by.is_some() {
        said.push("Nobody had answered until the deadline.".to_owned());
    }
    said.extend(entry.status.map(|change| format!("Status {}.", change.to.as_str())));
    for change in &entry.items {
        let items: Vec<_> = change.no.iter().map(ToString::to_string).collect();
        said.push(format!("Items {} {}.", items.join(", "), change.to));
    }
    let until = entry.members.due_at.or(entry.members.discard_at).or(entry.closes_at());
    said.extend(until.map(|until| format!("Until {}.", format_rfc3339(until))));
    to_visible(&said.join(" "))
}

/// Where the items stand.
pub(crate) fn list_items(claim: &Claim) -> Vec<ItemState> {
    let item = |own: &domain::claim::Item| ItemState {
        no: own.no.0,
        id: to_visible(own.id.as_str()),
        status: claim.item_status(own).as_str(),
    };
    claim.items.iter().map(item).collect()
}

/// Why the claim is where it is.
pub(crate) fn explain_state(
    claim: &Claim,
    policy: Option<&Policy>,
    now: domain::claim::Instant,
) -> Vec<String> {
    let status = claim.status();
    let mut lines = vec![format!("The claim is {}: {}", status.as_str(), status.meaning().trim())];
    if let Some(policy) = policy {
        let explained = claim.explain_state(policy, now);
        let silence = if explained.by_silence { ", by silence" } else { "" };
        lines.push(format!(
            "The rule `{}` led there{silence} ({}). {}",
            explained.rule.name,
            explained.rule.href,
            explained.event.meaning().trim()
        ));
        for fact in explained.facts {
            lines.push(format!("  {} = {}", fact.name, fact.value));
        }
        if let Some(turn) = explained.turn {
            let until =
                turn.until.map(|at| format!(" until {}", format_rfc3339(at))).unwrap_or_default();
            let whose = if turn.who == Who::Nobody {
                "It is nobody's turn".to_owned()
            } else {
                format!("It is the turn of the {}{until}", turn.who.as_str())
            };
            lines.push(format!("{whose}. Silence: {}", turn.on_silence.meaning().trim()));
        }
    }
    lines.extend(claim.items.iter().map(|own| {
        let (no, id, status) = (own.no, own.id.as_str(), claim.item_status(own));
        format!("Item {no} ({id}) is {}.", tell_item(status))
    }));
    lines.iter().map(|line| to_visible(line)).collect()
}

fn tell_item(status: ItemStatus) -> String {
    match status {
        ItemStatus::Active { basis, effective_at } => {
            format!("active since {}, basis {}", format_rfc3339(effective_at), basis.as_str())
        }
        ItemStatus::Declined { no_answer: true, .. } => {
            "declined: nobody answered where a yes was needed".to_owned()
        }
        ItemStatus::Declined { at, in_time, .. } => {
            let time = if in_time { "in time" } else { "late" };
            format!("declined since {}, {time}", format_rfc3339(at))
        }
        ItemStatus::Ended { reason, at, .. } => {
            format!("ended at {}: {}", format_rfc3339(at), reason.meaning().trim_end_matches('.'))
        }
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => status.as_str().to_owned(),
    }
}
