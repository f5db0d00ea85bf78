//! Bodies of requests: from JSON to the domain's types, every error at once.
//!
//! The structs named `…Body` say on the wire what the readers beside them take; the OpenAPI document
//! shows them, and tests keep the two equal.

mod assignee;
mod calendar;
mod claim;
mod customer;
#[cfg(test)]
mod declared;
mod directory;
mod evidence;
mod motive;
mod outage;
mod review;
mod rules;
mod sandbox;
mod usage;
mod webhook;

pub use assignee::{AssignBody, read_assignee};
pub use calendar::{AddedDayBody, CalendarBody, CalendarDayBody, calendar_day, read_calendar};
pub use claim::{
    ClaimItemBody, CommentBody, ContactBody, ContentBody, CorrectContactBody, CreateClaimBody,
    EditClaimBody, EvidenceBody, NewClaimBody, NoFieldsBody, PartnerContactBody,
    RequiredCommentBody, TenantRefBody, corrected_contact, read_claim, read_comment, read_edit,
    read_empty, required_comment,
};
pub use customer::{ChosenItemsBody, RetireLinkBody, chosen_items, retired_link};
pub use directory::{
    LocationBody, PartnerBody, PartnerMailContactBody, PolicyBody, ProgramBody, RetentionDaysBody,
    TenantBody, TenantContactBody, TenantItemBody, places_of_domains, programs_of_partner,
    read_partner, read_program, read_tenant,
};
pub use evidence::{DocumentUpload, EvidenceUploadBody, read_upload};
pub use motive::{DeclineBody, EndBody, WithdrawBody, read_decline, read_end, read_withdrawal};
pub use outage::{ExtendWindowsBody, read_outage};
pub use review::{
    BeginAction, CorrectContactAction, DropBody, ExtendAction, GivenAction, HoldAction,
    OverturnAction, ReasonBody, RefuseContactAction, RejectAction, RequestInformationAction,
    ResumeAction, RetireLinkAction, ReviewBody, UpholdAction, ValidateAction, VouchAction,
    find_action, read_review, review_actions,
};
pub use rules::{
    BlockBody, ExplicitYesBody, ExplicitYesWord, RuleContactBody, RulesBody, blocks_of_rules,
    partners_of_rules, programs_of_rules, read_rules,
};
pub use sandbox::{ClockBody, ClockMove, read_clock_move};
pub use usage::{UsageBody, UsageRow, UsageRowBody, read_usage};
pub use webhook::{ReplayBody, WebhookBody, WebhookWish, read_replay, read_webhook};

use domain::ids::Sha256Hash;
use serde_json::Value;

/// The digest by which a repeated create is known as the same: of the body as a JSON value, so that
/// white space and the order of members do not matter.
pub fn request_hash(body: &Value) -> Sha256Hash {
    domain::canonical::hash_canonical(body)
}

#[cfg(test)]
mod tests {
    use domain::rejection::{FieldCode, FieldError};
    use serde_json::{Value, json};

    use crate::failure::RequestError;

    /// The errors as `code pointer`.
    pub(crate) fn told(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(|error| format!("{} {}", error.code.as_str(), error.pointer)).collect()
    }

    /// The errors of a body that must be refused.
    #[track_caller]
    pub(crate) fn refused<T: std::fmt::Debug>(read: Result<T, RequestError>) -> Vec<String> {
        let Err(RequestError::Fields(errors)) = read else { panic!("{read:?}") };
        told(&errors)
    }

    #[test]
    fn the_order_of_members_and_white_space_make_no_other_request() {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let one = super::request_hash(&parse("{\"a\":1,\"b\":[1,2]}"));
        assert_eq!(one, super::request_hash(&parse(" { \"b\": [1, 2], \"a\": 1 } ")));
        assert_ne!(one, super::request_hash(&json!({"a": 1, "b": [2, 1]})));
    }

    #[test]
    fn a_pointer_escapes_what_means_something_in_it() {
        let errors = super::read_claim(&json!({"a/b~c": 1})).malformed;
        assert!(
            errors.contains(&FieldError::new("/a~1b~0c", FieldCode::UnknownField)),
            "{errors:?}"
        );
    }
}
