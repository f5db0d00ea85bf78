//! The history of an entry of the directory.

use std::borrow::Cow;

use domain::actor::ActorKind;
use domain::claim::Instant;
use domain::ids::StaffId;
use domain::time::format_rfc3339;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::views::{CalendarView, PartnerView, ProgramView, RulesView, TenantView};
use crate::words::{ActorWord, Word};

/// One revision of an entry of the directory: what was written, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryRevisionView {
    /// The revision's number; 0 is the first.
    pub revision: u32,
    /// When it was written; `null`: before there was a history.
    #[schema(format = DateTime, required)]
    pub at: Option<String>,
    /// Whose doing it was; `null`: it was written before there was a history.
    #[schema(required)]
    pub actor: Option<ActorWord>,
    /// Which member of the staff. A customer's administrator has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub actor_id: Option<String>,
    /// The whole entry, in the form of the entry's own answer.
    #[schema(value_type = EntryView)]
    pub entry: Value,
}

/// An entry of the directory, in the form of its own answer. Which one it is, the path of the history says.
#[derive(Debug, Clone, Copy)]
pub struct EntryView;

impl PartialSchema for EntryView {
    fn schema() -> RefOr<Schema> {
        let said = "An entry of the directory: of the kind that the path of the history names.";
        OneOfBuilder::new()
            .item(Ref::from_schema_name(PartnerView::name()))
            .item(Ref::from_schema_name(TenantView::name()))
            .item(Ref::from_schema_name(ProgramView::name()))
            .item(Ref::from_schema_name(CalendarView::name()))
            .item(Ref::from_schema_name(RulesView::name()))
            .description(Some(said))
            .into()
    }
}

impl ToSchema for EntryView {
    fn name() -> Cow<'static, str> {
        "EntryView".into()
    }
}

impl EntryRevisionView {
    /// The view of a revision that was written then by such an actor. `None`: it was written before there was
    /// a history.
    pub fn of<T: Serialize>(
        revision: u32,
        written: Option<(Instant, ActorKind, Option<&StaffId>)>,
        entry: &T,
    ) -> Self {
        Self {
            revision,
            at: written.map(|(at, ..)| format_rfc3339(at)),
            actor: written.map(|(_, kind, _)| Word(kind)),
            actor_id: written.and_then(|(.., staff)| staff).map(ToString::to_string),
            // The views all have a JSON form: their keys are strings.
            entry: serde_json::to_value(entry).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_revision_names_staff_and_no_customer_and_of_an_old_one_nobody_knows_who() {
        let at = crate::values::parse_instant("2026-11-23T10:00:00Z").unwrap();
        let olga = StaffId::parse("olga").unwrap();
        let view = |written| {
            serde_json::to_value(EntryRevisionView::of(3, written, &json!({"a": 1}))).unwrap()
        };
        assert_eq!(
            view(Some((at, ActorKind::Operator, Some(&olga)))),
            json!({"revision": 3, "at": "2026-11-23T10:00:00Z", "actor": "operator", "actor_id": "olga",
                   "entry": {"a": 1}})
        );
        assert_eq!(
            view(Some((at, ActorKind::Customer, None))),
            json!({"revision": 3, "at": "2026-11-23T10:00:00Z", "actor": "customer", "entry": {"a": 1}})
        );
        assert_eq!(
            view(None),
            json!({"revision": 3, "at": null, "actor": null, "entry": {"a": 1}})
        );
    }
}
