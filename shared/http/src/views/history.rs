//! The history of a claim.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::history::{Audience, Entry, Noes, Sealed, SealedPart, Told, Withheld};
use domain::ids::Sha256Hash;
use domain::text::Comment;
use domain::time::rfc3339;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::caller::Viewer;
use crate::words::{ActorWord, ToldEventWord, Word};

/// One version of a claim: what happened, chained by digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryEntryView {
    /// The version that the event led to.
    pub version: u32,
    /// What happened to the claim.
    #[serde(rename = "type")]
    #[schema(value_type = ToldEventWord)]
    pub event_type: String,
    /// The moment of the event.
    #[schema(format = DateTime)]
    pub at: String,
    /// Whose doing the event was.
    pub actor: ActorWord,
    /// Who exactly, for the own party and for staff: a member of the staff, `recipient:<no>`, or the pseudonym of a
    /// person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// What changed, as much as the reader may read. Only what changed is there: `status`, `items`, `closes_at`,
    /// `reasons`, `notice`, `explicit_yes`, `by`, for the partner and staff `changes` (of each field of the content its
    /// `field`, `old` and `new` value), for customer and staff `recipients`, and `remarks`: what was said with the event.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// The text that is hashed, the same for every reader; absent while the version is not archived, and for entries
    /// of the first format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The parts of the entry that the reader may read, by audience.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, HistoryPartView>,
    /// SHA-256 of the previous hash and the entry; absent while the version is not archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The hash of the version before; `null` for the first.
    #[schema(required)]
    pub previous_hash: Option<String>,
}

/// A part of an entry that not every party may read. SHA-256 over the bytes of the salt and the value stands in the
/// entry, under `sealed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryPartView {
    /// 16 bytes in hexadecimal, hashed before the value.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    pub salt: String,
    /// The part, as canonical JSON.
    pub value: String,
}

impl HistoryPartView {
    fn of(part: &SealedPart) -> Self {
        Self { salt: HEXLOWER.encode(&part.salt), value: part.value.clone() }
    }
}

impl HistoryEntryView {
    /// The view of an entry, as much of it as `viewer` may read; `None` where it is none. Of an event that concerns
    /// single recipients the partner is told that the notice changed.
    pub fn of(
        sealed: &Sealed,
        hash: Option<Sha256Hash>,
        previous: Option<Sha256Hash>,
        viewer: Viewer,
    ) -> Option<Self> {
        let sealed =
            if sealed.is_public() { sealed.read_by(audiences(viewer)) } else { sealed.clone() };
        let view = match sealed.told()? {
            // The first format has no parts that could be left out.
            Told::Event(entry) if viewer == Viewer::Partner && entry.concerns_recipients() => {
                let name = Withheld::NOTICE_CHANGED.to_owned();
                Self::of_withheld(Withheld { name, version: entry.version, at: entry.at })
            }
            Told::Event(entry) => Self::of_event(&entry, viewer),
            Told::Withheld(withheld) => Self::of_withheld(withheld),
        };
        let is_shown = hash.is_some() && sealed.is_public();
        let parts = sealed.parts.iter().filter(|_| is_shown);
        let named = |(audience, part): (&Audience, &SealedPart)| {
            (audience.as_str().to_owned(), HistoryPartView::of(part))
        };
        Some(Self {
            parts: parts.map(named).collect(),
            entry: is_shown.then(|| sealed.text.clone()),
            hash: hash.map(|hash| hash.to_string()),
            previous_hash: previous.map(|hash| hash.to_string()),
            ..view
        })
    }

    fn of_event(entry: &Entry, viewer: Viewer) -> Self {
        // The first format tells every reader who on the staff it was.
        let is_shown = entry.format > 1 || viewer == Viewer::Staff;
        Self {
            version: entry.version.0,
            event_type: entry.event_type.as_str().to_owned(),
            at: rfc3339(entry.at),
            actor: Word(entry.actor),
            actor_id: entry.actor_id.clone().filter(|_| is_shown),
            detail: detail(entry, viewer),
            entry: None,
            parts: BTreeMap::new(),
            hash: None,
            previous_hash: None,
        }
    }

    fn of_withheld(withheld: Withheld) -> Self {
        Self {
            version: withheld.version.0,
            event_type: withheld.name,
            at: rfc3339(withheld.at),
            actor: Word(Withheld::ACTOR),
            actor_id: None,
            detail: Value::Object(Map::new()),
            entry: None,
            parts: BTreeMap::new(),
            hash: None,
            previous_hash: None,
        }
    }
}

/// Whose parts a viewer reads.
fn audiences(viewer: Viewer) -> &'static [Audience] {
    match viewer {
        Viewer::Partner => &[Audience::Partner],
        Viewer::Customer => &[Audience::Customer],
        Viewer::Staff => Audience::ALL,
    }
}

/// What changed: the members of an entry that a reader looks for, those that it has.
fn detail(entry: &Entry, viewer: Viewer) -> Value {
    let mut detail = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            detail.insert(name.to_owned(), value);
        }
    };
    let members = &entry.members;
    put("status", entry.status.map(|change| json!(change)));
    let items = entry.items.iter().flat_map(|change| {
        let of = |no| json!({"no": no, "from": change.from, "to": change.to});
        change.no.iter().map(of)
    });
    let items: Vec<Value> = items.collect();
    put("items", (!items.is_empty()).then_some(Value::Array(items)));
    put("closes_at", entry.closes_at().map(|at| rfc3339(at).into()));
    put("reasons", (!members.reasons.is_empty()).then(|| json!(members.reasons)));
    put("notice", members.notice.map(|no| json!(no)));
    put("explicit_yes", members.explicit_yes.then_some(true.into()));
    put("by", entry.by.clone().map(Into::into));
    put("changes", (!members.changes.is_empty()).then(|| json!(members.changes)));
    let said = remarks(entry);
    put("remarks", (!said.is_empty()).then(|| json!(said)));
    put("recipients", recipients(entry).filter(|_| viewer != Viewer::Partner));
    Value::Object(detail)
}

/// What was said with the event, as much of it as the reader is given: what two parties read stands twice.
fn remarks(entry: &Entry) -> Vec<&Comment> {
    let members = &entry.members;
    let customers = members.customer_remarks.iter().filter(|own| !members.remarks.contains(own));
    members.remarks.iter().chain(customers).chain(&members.staff_remarks).collect()
}

/// What concerns single recipients: whose noes came and were taken back, and whose delivery counts now.
fn recipients(entry: &Entry) -> Option<Value> {
    let members = &entry.members;
    let noes = |noes: &Noes| json!({"by": noes.by.bits(), "items": noes.items});
    let mut detail = Map::new();
    for (name, value) in [
        ("noes", members.noes.as_ref().map(noes)),
        ("taken_back", members.taken_back.as_ref().map(noes)),
        ("counted_from", members.counted_from.map(|no| json!(no))),
    ] {
        if let Some(value) = value {
            detail.insert(name.to_owned(), value);
        }
    }
    (!detail.is_empty()).then_some(Value::Object(detail))
}

#[cfg(test)]
mod tests {
    use domain::claim::Claim;
    use domain::event::EventType;
    use domain::ids::Version;

    use super::*;
    use crate::views::claim::tests::claim;

    const KEY: Sha256Hash = Sha256Hash([7; 32]);

    /// The entry of an event that changed nothing but its version.
    fn sealed(event_type: EventType, change: impl Fn(&mut Claim)) -> Sealed {
        let old = claim();
        let mut new = claim();
        new.version = Version(old.version.0 + 1);
        new.last_event.event_type = event_type;
        change(&mut new);
        Sealed::of(&Entry::of(Some(&old), &new, KEY), KEY)
    }

    fn view(sealed: &Sealed, hash: Option<Sha256Hash>, viewer: Viewer) -> Value {
        serde_json::to_value(HistoryEntryView::of(sealed, hash, None, viewer).unwrap()).unwrap()
    }

    #[test]
    fn staff_are_named_to_staff_alone_and_a_version_not_archived_has_no_hash() {
        let vouched = sealed(EventType::ContactVouched, |_| {});
        for viewer in [Viewer::Partner, Viewer::Customer] {
            let other = view(&vouched, None, viewer);
            for name in ["actor_id", "hash", "entry", "parts"] {
                assert!(other.get(name).is_none(), "{name}: {other}");
            }
        }
        let staff = view(&vouched, Some(KEY), Viewer::Staff);
        assert_eq!(staff["actor_id"], "s-1");
        assert!(staff["hash"].is_string());
    }

    #[test]
    fn every_reader_is_given_the_text_that_is_hashed_and_the_parts_that_are_its_own() {
        let vouched = sealed(EventType::ContactVouched, |_| {});
        let text = view(&vouched, Some(KEY), Viewer::Staff)["entry"].clone();
        assert_eq!(text, vouched.text);
        for (viewer, parts) in
            [(Viewer::Partner, 0), (Viewer::Customer, 0), (Viewer::Staff, vouched.parts.len())]
        {
            let shown = view(&vouched, Some(KEY), viewer);
            assert_eq!(shown["entry"], text);
            assert_eq!(shown["parts"].as_object().map_or(0, Map::len), parts, "{viewer:?}");
        }
    }

    #[test]
    fn the_partner_reads_in_the_history_that_the_notice_changed_and_nothing_of_recipients() {
        for event in [
            EventType::RecipientFailed,
            EventType::ContactRefused,
            EventType::LinkRetired,
            EventType::ItemsDeclined,
            EventType::DeclineUndone,
        ] {
            let entry = sealed(event, |_| {});
            let partner = view(&entry, Some(KEY), Viewer::Partner);
            assert_eq!(
                (&partner["type"], &partner["actor"]),
                (&json!("notice_changed"), &json!("system"))
            );
            assert_eq!((&partner["detail"], partner.get("parts")), (&json!({}), None));
            assert!(!partner.to_string().contains(event.as_str()), "{partner}");
            for viewer in [Viewer::Staff, Viewer::Customer] {
                assert_eq!(view(&entry, Some(KEY), viewer)["type"], event.as_str());
            }
        }
    }

    #[test]
    fn the_partner_reads_no_detail_about_recipients_of_any_event() {
        let counted = sealed(EventType::WindowExtended, |claim| {
            claim.opened_by = domain::recipient::RecipientNo::new(9);
        });
        assert!(!view(&counted, Some(KEY), Viewer::Partner).to_string().contains("counted_from"));
        let staff = view(&counted, Some(KEY), Viewer::Staff);
        assert_eq!(staff["detail"]["recipients"]["counted_from"], 9, "{staff}");
    }

    #[test]
    fn an_entry_of_the_first_format_is_shown_without_the_text_that_names_its_staff() {
        let text = json!({
            "claim": claim().id, "version": 2, "type": "review_begun", "at": "2026-11-23T10:00:00Z",
            "actor": "operator", "actor_id": "s-1", "details_sha256": KEY.to_string(),
            "detail": {"status": {"from": "submitted", "to": "in_review"},
                       "recipients": {"counted_from": 2}},
        });
        let first = Sealed { text: text.to_string(), parts: BTreeMap::new() };
        let partner = view(&first, Some(KEY), Viewer::Partner);
        assert_eq!(partner["detail"], json!({"status": {"from": "submitted", "to": "in_review"}}));
        assert!(partner.get("actor_id").is_none() && partner.get("entry").is_none());
        assert_eq!(view(&first, Some(KEY), Viewer::Staff)["actor_id"], "s-1");
    }

    #[test]
    fn what_is_no_event_has_no_view() {
        let nothing = Sealed { text: "{}".to_owned(), parts: BTreeMap::new() };
        assert_eq!(HistoryEntryView::of(&nothing, None, None, Viewer::Staff), None);
    }
}
