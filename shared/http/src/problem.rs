//! Problem documents (RFC 9457): codes that never change, texts in the caller's language.

use domain::rejection::{FieldCode, FieldError, Rejection};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::language::Language;

/// A problem document as it is described in the OpenAPI document.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:cpor:problem:<code>`.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub problem_type: String,
    /// What kind of problem it is, in the caller's language.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What can be done about it, in the caller's language.
    pub detail: String,
    /// The stable code.
    pub code: String,
    /// The id of the request.
    pub instance: String,
    /// With 422 `invalid-fields`: every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemField>,
    /// What else the code carries: `claim_id`, `items`, `tries_left`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub more: Map<String, Value>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemField {
    /// JSON Pointer into the request; empty for the whole body.
    pub pointer: String,
    /// The stable code.
    pub code: String,
    /// The same in the caller's language.
    pub detail: String,
}

impl Problem {
    /// The document for a failure of the request `instance`.
    pub fn of(failure: &Failure, language: Language, instance: &str) -> Self {
        let code = failure.code();
        Self {
            problem_type: format!("urn:cpor:problem:{}", code.as_str()),
            title: language.text(code.as_str(), &[]),
            status: code.status().as_u16(),
            detail: detail(failure, language),
            code: code.as_str().to_owned(),
            instance: instance.to_owned(),
            errors: errors(failure, language),
            more: more(failure),
        }
    }
}

/// Every field that is wrong.
fn errors(failure: &Failure, language: Language) -> Vec<ProblemField> {
    if let Failure::BeforeAssociation { first, pointers } = failure {
        let first = first.to_string();
        let of = |pointer: &&str| FieldError::new(*pointer, FieldCode::BeforeAssociation);
        let arguments = [("first", first.as_str())];
        return pointers.iter().map(|own| field(&of(own), language, &arguments)).collect();
    }
    fields(failure).iter().map(|error| field(error, language, &[])).collect()
}

fn field(error: &FieldError, language: Language, arguments: &[(&str, &str)]) -> ProblemField {
    ProblemField {
        pointer: error.pointer.clone(),
        code: error.code.as_str().to_owned(),
        detail: language.text(&format!("field-{}", error.code.as_str()), arguments),
    }
}

fn fields(failure: &Failure) -> &[FieldError] {
    if let Failure::Fields(errors) | Failure::Rejected(Rejection::Fields(errors)) = failure {
        errors
    } else {
        &[]
    }
}

/// The text that says what can be done: by code, and more exactly where more is known.
fn detail(failure: &Failure, language: Language) -> String {
    let speak = |attribute: &str, arguments: &[(&str, &str)]| {
        language.text(&format!("{}.{attribute}", failure.code().as_str()), arguments)
    };
    if let Failure::InvalidQuery(name) = failure {
        return speak("detail", &[("parameter", name)]);
    }
    if let Failure::CodeWrong { tries_left } = failure {
        return match tries_left {
            Some(tries) => speak("detail", &[("tries", &tries.to_string())]),
            None => speak("unlimited", &[]),
        };
    }
    let Failure::Rejected(rejection) = failure else { return speak("detail", &[]) };
    if let Rejection::InvalidState { status, command } = rejection {
        return speak("detail", &[("status", status.as_str()), ("command", command.as_str())]);
    }
    if *rejection == Rejection::OutsideCalendar {
        return speak("outside-calendar", &[]);
    }
    speak("detail", &[])
}

/// The members that a code carries beside the standard ones.
fn more(failure: &Failure) -> Map<String, Value> {
    let mut more = Map::new();
    if let Failure::CodeWrong { tries_left: Some(tries_left) } = failure {
        more.insert("tries_left".to_owned(), json!(tries_left));
    }
    if let Failure::Rejected(Rejection::DuplicateClaim { claim }) = failure {
        more.insert("claim_id".to_owned(), json!(claim));
    }
    if let Failure::Rejected(Rejection::ItemBusy { items }) = failure {
        more.insert("items".to_owned(), json!(items));
    }
    more
}

#[cfg(test)]
mod tests {
    use domain::claim::Status;
    use domain::command::CommandKind;
    use domain::ids::{ClaimId, PartnerId};

    use super::*;
    use crate::problem_code::ProblemCode;

    fn document(failure: &Failure, language: Language) -> Value {
        serde_json::to_value(Problem::of(failure, language, "r-1")).unwrap()
    }

    #[test]
    fn a_problem_says_in_both_languages_which_fields_are_wrong_under_the_same_codes() {
        let errors = vec![FieldError::new("/items/0/id", FieldCode::ItemNotInTenant)];
        let failure = Failure::Fields(errors);
        let (english, czech) = (document(&failure, Language::En), document(&failure, Language::Cs));
        assert_eq!(english["type"], "urn:cpor:problem:invalid-fields");
        assert_eq!(english["status"], 422);
        assert_eq!(english["instance"], "r-1");
        assert_eq!(english["errors"][0]["pointer"], "/items/0/id");
        assert_eq!(english["errors"][0]["code"], czech["errors"][0]["code"]);
        assert_ne!(english["errors"][0]["detail"], czech["errors"][0]["detail"]);
        assert_ne!(english["title"], czech["title"]);
    }

    #[test]
    fn a_duplicate_names_the_partners_own_claim() {
        let claim = ClaimId::of(&PartnerId::parse("p").unwrap(), "k");
        let failure = Failure::Rejected(Rejection::DuplicateClaim { claim: claim.clone() });
        let problem = document(&failure, Language::En);
        assert_eq!(
            (&problem["code"], &problem["claim_id"]),
            (&json!("duplicate-claim"), &json!(claim))
        );
    }

    #[test]
    fn a_command_that_does_not_fit_is_answered_with_the_state() {
        let (status, command) = (Status::Draft, CommandKind::Hold);
        let misplaced = Failure::from(Rejection::InvalidState { status, command });
        let problem = document(&misplaced, Language::En);
        assert!(problem["detail"].as_str().unwrap().contains("draft"), "{problem}");
    }

    #[test]
    fn a_refusal_for_the_sake_of_consent_is_a_conflict_with_a_code_of_its_own() {
        for (rejection, code) in [
            (Rejection::ContactUnverified, "contact-unverified"),
            (Rejection::LinkRetired, "link-retired"),
            (Rejection::AnotherReviewerRequired, "another-reviewer-required"),
        ] {
            let problem = document(&Failure::from(rejection), Language::En);
            assert_eq!((&problem["status"], &problem["code"]), (&json!(409), &json!(code)));
        }
    }

    #[test]
    fn days_before_the_association_are_refused_with_the_first_that_can_be_read() {
        let first = "2027-01-01".parse().unwrap();
        let failure = Failure::BeforeAssociation { first, pointers: vec!["/from"] };
        for language in [Language::En, Language::Cs] {
            let problem = document(&failure, language);
            let error = &problem["errors"][0];
            assert_eq!(
                (&problem["status"], &problem["code"]),
                (&json!(422), &json!("invalid-fields"))
            );
            assert_eq!(
                (&error["pointer"], &error["code"]),
                (&json!("/from"), &json!("before-association"))
            );
            assert!(error["detail"].as_str().unwrap().contains("2027-01-01"), "{problem}");
        }
    }

    #[test]
    fn a_fault_of_ours_tells_nothing_but_when_to_come_back() {
        let failure = Failure::from(Rejection::MissingFact("tenant"));
        let problem = document(&failure, Language::En);
        assert_eq!(problem["code"], "unavailable");
        assert_eq!(failure.retry_after_s(), Some(2));
        assert!(!problem.to_string().contains("tenant"));
    }

    #[test]
    fn every_code_of_the_contract_has_its_status() {
        let table: Vec<_> =
            ProblemCode::ALL.iter().map(|code| (code.status().as_u16(), code.as_str())).collect();
        assert_eq!(table.len(), 26);
        assert!(table.is_sorted_by_key(|(status, _)| *status), "{table:?}");
    }
}
