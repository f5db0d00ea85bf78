//! What a submit would meet, as it is answered.

use domain::claim::Instant;
use domain::rejection::{FieldError, Rejection};
use domain::time::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::language::Language;
use crate::problem::Problem;

/// What a submit of the same body would meet now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckView {
    /// Whether it would be accepted.
    pub ok: bool,
    /// Every problem at once.
    pub errors: Vec<CheckErrorView>,
    /// Whether somebody else holds an item or is next for it; `null` where program or tenant is not
    /// known.
    pub contested: Option<bool>,
    /// When the window would close if its notice were delivered now.
    #[schema(format = DateTime)]
    pub earliest_closes_at: Option<String>,
}

/// A problem that a submit would meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckErrorView {
    /// JSON Pointer into the request; empty for the whole body.
    pub pointer: String,
    /// The code of the field or of the problem.
    pub code: String,
    /// The same in the caller's language.
    pub detail: String,
    /// With `duplicate-claim`: the caller's own claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_id: Option<String>,
}

impl CheckView {
    /// The view of a check.
    pub fn of(
        fields: Vec<FieldError>,
        hindrances: Vec<Rejection>,
        contested: Option<bool>,
        earliest_closes_at: Option<Instant>,
        language: Language,
    ) -> Self {
        let fields = Problem::of(&Failure::Fields(fields), language, "").errors;
        let fields = fields.into_iter().map(|field| CheckErrorView {
            pointer: field.pointer,
            code: field.code,
            detail: field.detail,
            claim_id: None,
        });
        let hindrances = hindrances.into_iter().map(|hindrance| hindered(hindrance, language));
        let errors: Vec<_> = fields.chain(hindrances).collect();
        Self {
            ok: errors.is_empty(),
            errors,
            contested,
            earliest_closes_at: earliest_closes_at.map(rfc3339),
        }
    }
}

/// A refusal that is no fault of a field.
fn hindered(hindrance: Rejection, language: Language) -> CheckErrorView {
    let problem = Problem::of(&Failure::from(hindrance), language, "");
    let claim_id = problem.more.get("claim_id").and_then(|id| id.as_str());
    CheckErrorView {
        pointer: String::new(),
        claim_id: claim_id.map(str::to_owned),
        code: problem.code,
        detail: problem.detail,
    }
}
