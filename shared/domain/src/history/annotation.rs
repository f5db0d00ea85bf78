//! What is kept beside a version of a claim: what was said with its event, and what that changed.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::claim::{Claim, Details, Evidence};
use crate::event::{Event, EventType};
use crate::motive::Motive;
use crate::remark::Remark;

/// What an event says beyond the claim's record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Annotation {
    /// What was said, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
    /// The fields that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// Why the party did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motive: Option<Motive>,
}

/// A field with another value than before. The values may name people, so they do not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, as the API's JSON pointer; of an entry of the evidence by its id.
    pub field: String,
    /// The value before; `null`: there was none.
    pub old: Value,
    /// The value since; `null`: there is none.
    pub new: Value,
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldChange({})", self.field)
    }
}

impl Annotation {
    /// What goes with an event that leads from `old` to `new`.
    pub fn of(old: &Claim, new: &Claim, event: &Event) -> Self {
        let (remarks, motive) = (event.remarks.clone(), event.motive);
        Self { remarks, changes: field_changes(old, new), motive }
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// The fields of the partner's content that changed. An erasure changes nothing that anybody may read afterwards.
fn field_changes(old: &Claim, new: &Claim) -> Vec<FieldChange> {
    if new.last_event.event_type == EventType::Erased {
        return Vec::new();
    }
    let (before, after) = (content_fields(old), content_fields(new));
    let fields = before.into_iter().zip(after).map(|((field, old), (_, new))| (field, old, new));
    let fields = fields.map(|(field, old, new)| FieldChange { field: field.to_owned(), old, new });
    let evidence = evidence_changes(&old.details, &new.details);
    fields.filter(|change| change.old != change.new).chain(evidence).collect()
}

/// The fields in the order of the documentation, each with its value.
fn content_fields(claim: &Claim) -> [(&'static str, Value); 10] {
    let details = &claim.details;
    let items: Vec<_> = claim.kept_items().map(|item| item.id.as_str()).collect();
    [
        ("/location_id", to_value(&claim.subject.location)),
        ("/activity", to_value(&claim.subject.activity)),
        ("/items", to_value(&items)),
        ("/customer_contact", to_value(&details.customer_contact)),
        ("/proposed_contact", to_value(&details.proposed_contact)),
        ("/technical_contact", to_value(&details.technical_contact)),
        ("/partner_contact", to_value(&details.partner_contact)),
        ("/label", to_value(&details.label)),
        ("/external_ref", to_value(&details.external_ref)),
        ("/renews", to_value(&details.renews)),
    ]
}

/// The entries that came, went, or were judged.
fn evidence_changes(old: &Details, new: &Details) -> Vec<FieldChange> {
    let of = |list: &[Evidence], id: &str| list.iter().find(|own| own.id.as_str() == id).cloned();
    let mut ids: Vec<&str> = Vec::new();
    for entry in old.evidence.iter().chain(&new.evidence) {
        if !ids.contains(&entry.id.as_str()) {
            ids.push(entry.id.as_str());
        }
    }
    let change = |id: &str| FieldChange {
        field: format!("/evidence/{id}"),
        old: to_value(&of(&old.evidence, id)),
        new: to_value(&of(&new.evidence, id)),
    };
    ids.into_iter().map(change).filter(|change| change.old != change.new).collect()
}

/// The JSON form; every type of the claim has one.
fn to_value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
