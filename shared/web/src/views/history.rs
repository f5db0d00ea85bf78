//! The history of a claim.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::history::{
    Audience, DeclinedItems, Entry, ReadableEntry, SealedEntry, SealedPart, WithheldEntry,
};
use domain::ids::{ItemNo, NoticeNo, Sha256Hash};
use domain::recipient::RecipientNo;
use domain::time::format_rfc3339;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::caller::Viewer;
use crate::views::remark::viewer_audience;
use crate::words::{
    ActorWord, ItemStatusWord, MotiveWord, ReasonWord, StatusWord, StepCauseWord, ToldEventWord,
    Word,
};

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
    /// What changed, as much as the reader may read.
    pub detail: HistoryDetailView,
    /// The text that is hashed, the same for every reader; absent while the version is not archived, and for entries
    /// of the first format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The parts of the entry that the reader may read, by audience.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, HistoryPartView>,
    /// SHA-256 of the previous hash and the entry; absent while the version is not archived.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The hash of the version before; `null` for the first.
    #[schema(pattern = "^[0-9a-f]{64}$", required)]
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
    /// The view of a part.
    pub(crate) fn of(part: &SealedPart) -> Self {
        Self { salt: HEXLOWER.encode(&part.salt), value: part.value.clone() }
    }
}

impl HistoryEntryView {
    /// The view of an entry, as much of it as `viewer` may read; `None` where it is none. Of an event that concerns
    /// single recipients the partner is told that the notice changed.
    pub fn of(
        sealed: &SealedEntry,
        hash: Option<Sha256Hash>,
        previous: Option<Sha256Hash>,
        viewer: Viewer,
    ) -> Option<Self> {
        let sealed = if sealed.is_public() {
            sealed.with_readable_parts(viewer_audiences(viewer))
        } else {
            sealed.clone()
        };
        let view = match sealed.to_readable()? {
            // The first format has no parts that could be left out.
            ReadableEntry::Event(entry)
                if viewer == Viewer::Partner && entry.concerns_recipients() =>
            {
                let name = WithheldEntry::NOTICE_CHANGED.to_owned();
                Self::of_withheld(WithheldEntry { name, version: entry.version, at: entry.at })
            }
            ReadableEntry::Event(entry) => Self::of_event(&entry, viewer),
            ReadableEntry::Withheld(withheld) => Self::of_withheld(withheld),
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
            at: format_rfc3339(entry.at),
            actor: Word(entry.actor),
            actor_id: entry.actor_id.clone().filter(|_| is_shown),
            detail: HistoryDetailView::of(entry, viewer),
            entry: None,
            parts: BTreeMap::new(),
            hash: None,
            previous_hash: None,
        }
    }

    fn of_withheld(withheld: WithheldEntry) -> Self {
        Self {
            version: withheld.version.0,
            event_type: withheld.name,
            at: format_rfc3339(withheld.at),
            actor: Word(WithheldEntry::ACTOR),
            actor_id: None,
            detail: HistoryDetailView::default(),
            entry: None,
            parts: BTreeMap::new(),
            hash: None,
            previous_hash: None,
        }
    }
}

/// Whose parts a viewer reads.
pub fn viewer_audiences(viewer: Viewer) -> &'static [Audience] {
    viewer_audience(viewer).readable_parts()
}

/// What an event changed, as much of it as the reader may read. What it did not change is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct HistoryDetailView {
    /// The claim's status, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusChangeView>,
    /// The items whose status changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub items: Vec<ItemChangeView>,
    /// When the window ends that the event opened or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub closes_at: Option<String>,
    /// What was asked, or why the claim was rejected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub reasons: Vec<GivenReasonView>,
    /// Why the party did it, where it said so and the reader may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<MotiveWord>,
    /// The number of the notice that became due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1, example = 1)]
    pub notice: Option<NoticeNo>,
    /// Always `true`: since the event silence is a no for this claim.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub explicit_yes: bool,
    /// What did it, where no party did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StepCauseWord>)]
    pub by: Option<String>,
    /// The fields of the content that changed; for the claim's partner and staff.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub changes: Vec<FieldChangeView>,
    /// What was said with the event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["The order is attached as e2."]))]
    pub remarks: Vec<String>,
    /// What concerns single recipients; for the customer and staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<RecipientsDetailView>,
}

/// A change of a claim's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusChangeView {
    /// What it was; `null` before the first version, and where that is not known.
    #[schema(required)]
    pub from: Option<StatusWord>,
    /// What it is since the event.
    pub to: StatusWord,
}

/// A change of an item's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemChangeView {
    /// The item's number in the claim, 1–25.
    #[schema(minimum = 1, maximum = 25)]
    pub no: u8,
    /// What it was; `null` where there was none, and where that is not known.
    #[schema(value_type = Option<ItemStatusWord>, required)]
    pub from: Option<String>,
    /// What it is since the event.
    #[schema(value_type = ItemStatusWord)]
    pub to: String,
}

/// A reason without its comment, which is among the remarks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenReasonView {
    /// What is asked, or why the claim was rejected.
    pub code: ReasonWord,
    /// The number of the item it is about; `null`: the whole claim.
    #[schema(minimum = 1, maximum = 25, required)]
    pub item_no: Option<u8>,
}

/// A field of a claim's content with another value than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChangeView {
    /// The field, as a JSON pointer into the claim; of an entry of the evidence by its id.
    #[schema(example = "/label")]
    pub field: String,
    /// The value before, of the type that the field has in a claim; `null`: there was none.
    #[schema(value_type = Value, example = json!("Contoso"), required)]
    pub old: Value,
    /// The value since, of the same type; `null`: there is none.
    #[schema(value_type = Value, example = json!("Contoso rollout"), required)]
    pub new: Value,
}

/// What an event changed for single recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecipientsDetailView {
    /// Whose no came, and to which items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noes: Option<NoesView>,
    /// Whose no was taken back, and at which items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<NoesView>,
    /// The recipient whose delivery counts since, where another one's did before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 23, example = 2)]
    pub counted_from: Option<RecipientNo>,
}

/// Who said no, and to which items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoesView {
    /// Who, as a number: bit 0 is the administrator, and bit `n` is recipient `n`.
    #[schema(maximum = 16_777_215, example = 4)]
    pub by: u32,
    /// The numbers of the items.
    pub items: Vec<u8>,
}

impl HistoryDetailView {
    /// The members of an entry that a reader looks for, those that it has.
    fn of(entry: &Entry, viewer: Viewer) -> Self {
        let members = &entry.members;
        let items = entry.items.iter().flat_map(|change| {
            let (from, to) = (change.from.clone(), change.to.clone());
            let of =
                move |no: &ItemNo| ItemChangeView { no: no.0, from: from.clone(), to: to.clone() };
            change.no.iter().map(of)
        });
        let reasons = members.reasons.iter().map(|reason| GivenReasonView {
            code: Word(reason.code),
            item_no: reason.item_no.map(|no| no.0),
        });
        let changes = members.changes.iter().map(|change| FieldChangeView {
            field: change.field.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
        });
        Self {
            status: entry.status.map(|change| StatusChangeView {
                from: change.from.map(Word),
                to: Word(change.to),
            }),
            items: items.collect(),
            closes_at: entry.closes_at().map(format_rfc3339),
            reasons: reasons.collect(),
            reason_code: members.reason_code.map(Word),
            notice: members.notice,
            explicit_yes: members.explicit_yes,
            by: entry.by.clone(),
            changes: changes.collect(),
            remarks: readable_remarks(entry),
            recipients: RecipientsDetailView::of(entry).filter(|_| viewer != Viewer::Partner),
        }
    }
}

/// What was said with the event, as much of it as the reader is given: what two parties read stands twice.
fn readable_remarks(entry: &Entry) -> Vec<String> {
    let members = &entry.members;
    let customers = members.customer_remarks.iter().filter(|own| !members.remarks.contains(own));
    let all = members.remarks.iter().chain(customers).chain(&members.staff_remarks);
    all.map(|text| text.as_str().to_owned()).collect()
}

impl RecipientsDetailView {
    /// Whose noes came and were taken back, and whose delivery counts now.
    fn of(entry: &Entry) -> Option<Self> {
        let members = &entry.members;
        let noes = |noes: &DeclinedItems| NoesView {
            by: noes.by.to_bits(),
            items: noes.items.iter().map(|no| no.0).collect(),
        };
        let detail = Self {
            noes: members.noes.as_ref().map(noes),
            taken_back: members.taken_back.as_ref().map(noes),
            counted_from: members.counted_from,
        };
        let says_something =
            detail.noes.is_some() || detail.taken_back.is_some() || detail.counted_from.is_some();
        says_something.then_some(detail)
    }
}

#[cfg(test)]
mod tests {
    use domain::claim::Claim;
    use domain::event::EventType;
    use domain::ids::Version;
    use serde_json::{Map, json};

    use super::*;
    use crate::views::claim::tests::claim;

    const KEY: Sha256Hash = Sha256Hash([7; 32]);

    /// The entry of an event that changed nothing but its version.
    fn sealed(event_type: EventType, change: impl Fn(&mut Claim)) -> SealedEntry {
        let old = claim();
        let mut new = claim();
        new.version = Version(old.version.0 + 1);
        new.last_event.event_type = event_type;
        change(&mut new);
        SealedEntry::of(&Entry::of(Some(&old), &new, KEY), KEY)
    }

    fn view(sealed: &SealedEntry, hash: Option<Sha256Hash>, viewer: Viewer) -> Value {
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
        let first = SealedEntry { text: text.to_string(), parts: BTreeMap::new() };
        let partner = view(&first, Some(KEY), Viewer::Partner);
        assert_eq!(partner["detail"], json!({"status": {"from": "submitted", "to": "in_review"}}));
        assert!(partner.get("actor_id").is_none() && partner.get("entry").is_none());
        assert_eq!(view(&first, Some(KEY), Viewer::Staff)["actor_id"], "s-1");
    }

    #[test]
    fn what_is_no_event_has_no_view() {
        let nothing = SealedEntry { text: "{}".to_owned(), parts: BTreeMap::new() };
        assert_eq!(HistoryEntryView::of(&nothing, None, None, Viewer::Staff), None);
    }
}
