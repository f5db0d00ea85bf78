//! Problem documents (RFC 9457): codes that never change, texts in the caller's language.

use domain::command::CommandKind;
use domain::rejection::{FieldCode, FieldError, Hint, PointsInto, Rejection};
use serde::Serialize;
use utoipa::ToSchema;

use crate::action;
use crate::failure::RequestError;
use crate::problem_code::ProblemCode;
use crate::texts::problem_text;
use crate::views::ConsequencesView;
use crate::words::{ActionWord, FieldCodeWord, ProblemCodeWord, RoleWord, Word};
use language::Language;

/// A refusal, as RFC 9457 describes problems.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem as a URI: `urn:cpor:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "urn:cpor:problem:invalid-fields")]
    pub problem_type: String,
    /// What kind of problem it is, in the language that `Accept-Language` prefers of `en` and `cs`.
    #[schema(example = "Fields are not valid")]
    pub title: String,
    /// The HTTP status of the answer, once more.
    #[schema(minimum = 400, maximum = 503, example = 422)]
    pub status: u16,
    /// What is wrong here and what can be done about it, in the same language.
    #[schema(example = "Every field that is wrong is listed in “errors”.")]
    pub detail: String,
    /// The stable code, the same in every language.
    pub code: ProblemCodeWord,
    /// The gateway's id of the request, by which the operator finds it in the logs.
    #[schema(example = "dK3xWh0pliAEMvQ=")]
    pub instance: String,
    /// With `invalid-fields` every field that is wrong, in the order of the pointers; with `invalid-query` the
    /// parameter that is wrong. Else it is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemField>,
    /// With `invalid-state`: what else the caller can do with the claim now, as far as the claim itself tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<Vec<ActionWord>>,
    /// With `role-not-allowed`: the roles that may, where the route or the request is for certain roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleWord>>,
    /// With `duplicate-claim`: the partner's own claim that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "cbplyjelfz5a5xwmpnah5uzxk4")]
    pub claim_id: Option<String>,
    /// With `item-busy`: the numbers of the items that are busy. With `blocked-by-customer`: of those that the customer has
    /// blocked; where the claim is not stored yet, their places in `items`, from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<u8>>,
    /// With `code-wrong`: how often a code may be tried yet before the lock. Left out where wrong codes lock nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u8>,
    /// With `confirmation-required`: what would follow, and what `confirm` has to say for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consequences: Option<ConsequencesView>,
}

/// One field of a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemField {
    /// JSON Pointer into the request's own body; empty for the whole body. Of a query `/` and the parameter's name.
    #[schema(example = "/items/0/id")]
    pub pointer: String,
    /// Where the stored claim is wrong and not the request: JSON Pointer into the claim, in the form in which a partner
    /// submits it. `pointer` is empty then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/location_id")]
    pub claim_pointer: Option<String>,
    /// The stable code, the same in every language.
    pub code: FieldCodeWord,
    /// What is wrong and what would be right, in the caller's language.
    #[schema(example = "The tenant has no such item.")]
    pub detail: String,
    /// With `unknown-code` and `unknown-parameter`: what is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["workload", "subscription"]))]
    pub allowed: Option<Vec<String>>,
    /// With `out-of-range` of a number: the least that is permitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<u32>,
    /// With `out-of-range` the greatest number that is permitted, of a period the most days; with `too-long` the most
    /// characters, bytes or entries. Left out of a moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<u32>,
}

impl Problem {
    /// The document for a failure of the request `instance`.
    pub fn of(failure: &RequestError, language: Language, instance: &str) -> Self {
        let code = failure.problem_code();
        Self {
            problem_type: format!("urn:cpor:problem:{}", code.as_str()),
            title: problem_text(language, code.as_str(), &[]),
            status: code.status().as_u16(),
            detail: detail_text(failure, language),
            code: Word(code),
            instance: instance.to_owned(),
            errors: error_fields(failure, language),
            possible: possible_actions(failure),
            roles: allowed_roles(failure),
            claim_id: duplicate_claim(failure),
            items: hindered_items(failure),
            tries_left: tries_left(failure),
            consequences: unconfirmed_consequences(failure),
        }
    }
}

impl Problem {
    /// What a problem of that code looks like where a form is taken, in English.
    pub(crate) fn example_with_form(code: ProblemCode) -> Self {
        let example = Self::example_of(code);
        let of_forms = [RequestError::MalformedForm, RequestError::NotForm];
        match of_forms.iter().find(|failure| failure.problem_code() == code) {
            Some(failure) => Self::of(failure, Language::En, &example.instance),
            None => example,
        }
    }

    /// What a problem of that code looks like, in English.
    pub(crate) fn example_of(code: ProblemCode) -> Self {
        let arguments = [
            ("parameter", "limit"),
            ("reason", "This must be a whole number from 1 to 100."),
            ("tries", "9"),
            ("command", "recall"),
            ("status", "in_review"),
        ];
        let mut errors = Vec::new();
        if code == ProblemCode::InvalidFields {
            errors.push(FieldError::new("/items/0/id", FieldCode::ItemNotInTenant));
        }
        if code == ProblemCode::InvalidQuery {
            let limit = FieldError::new("/limit", FieldCode::OutOfRange);
            errors.push(limit.with_hint(Hint::Within(1, 100)));
        }
        let language = Language::En;
        Self {
            problem_type: format!("urn:cpor:problem:{}", code.as_str()),
            title: problem_text(language, code.as_str(), &[]),
            status: code.status().as_u16(),
            detail: problem_text(language, &format!("{}.detail", code.as_str()), &arguments),
            code: Word(code),
            instance: "dK3xWh0pliAEMvQ=".to_owned(),
            errors: errors.iter().map(|error| error_field(error, language, &[])).collect(),
            possible: (code == ProblemCode::InvalidState).then(|| {
                action::actions_of(&[CommandKind::Withdraw]).into_iter().map(Word).collect()
            }),
            roles: None,
            claim_id: None,
            items: None,
            tries_left: None,
            consequences: None,
        }
    }
}

/// Every field that is wrong.
fn error_fields(failure: &RequestError, language: Language) -> Vec<ProblemField> {
    if let RequestError::BeforeAssociation { first, pointers } = failure {
        let first = first.to_string();
        let of = |pointer: &&str| FieldError::new(*pointer, FieldCode::BeforeAssociation);
        let arguments = [("first", first.as_str())];
        return pointers.iter().map(|own| error_field(&of(own), language, &arguments)).collect();
    }
    failure.field_errors().iter().map(|error| error_field(error, language, &[])).collect()
}

fn error_field(error: &FieldError, language: Language, arguments: &[(&str, &str)]) -> ProblemField {
    let is_own = error.into == PointsInto::Request;
    let (minimum, maximum) = match error.hint {
        Hint::Within(least, most) => (Some(least), Some(most)),
        Hint::AtMost(most) => (None, Some(most)),
        Hint::None | Hint::OneOf(_) | Hint::Form(_) | Hint::Entry => (None, None),
    };
    let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    ProblemField {
        pointer: if is_own { error.pointer.clone() } else { String::new() },
        claim_pointer: (!is_own).then(|| error.pointer.clone()),
        code: Word(error.code),
        detail: field_detail(error, language, arguments),
        allowed: allowed_values(error.hint),
        minimum: number(minimum),
        maximum: number(maximum),
    }
}

fn allowed_values(hint: Hint) -> Option<Vec<String>> {
    let Hint::OneOf(known) = hint else { return None };
    Some(known.iter().map(|word| (*word).to_owned()).collect())
}

/// What is wrong with a field, and what would be right.
fn field_detail(error: &FieldError, language: Language, arguments: &[(&str, &str)]) -> String {
    let code = error.code.as_str();
    let say =
        |arguments: &[(&str, &str)]| problem_text(language, &format!("field-{code}"), arguments);
    match error.hint {
        Hint::Form(form) => problem_text(language, &format!("form-{}", form.as_str()), &[]),
        Hint::None | Hint::OneOf([]) => say(arguments),
        Hint::OneOf(known) => {
            let known = known.join(", ");
            let key = format!("field-{code}.allowed");
            problem_text(language, &key, &[("allowed", &known)])
        }
        Hint::Within(least, most) => {
            let (least, most) = (least.to_string(), most.to_string());
            let key = format!("field-{code}.within");
            problem_text(language, &key, &[("minimum", &least), ("maximum", &most)])
        }
        Hint::AtMost(most) => {
            problem_text(language, &format!("field-{code}.most"), &[("maximum", &most.to_string())])
        }
        Hint::Entry => problem_text(language, &format!("field-{code}.entry"), &[]),
    }
}

/// The text that says what can be done: by code, and more exactly where more is known.
fn detail_text(failure: &RequestError, language: Language) -> String {
    let speak = |attribute: &str, arguments: &[(&str, &str)]| {
        problem_text(
            language,
            &format!("{}.{attribute}", failure.problem_code().as_str()),
            arguments,
        )
    };
    if let RequestError::InvalidQuery(error) = failure {
        let name = error.pointer.trim_start_matches('/');
        let reason = field_detail(error, language, &[]);
        return speak("detail", &[("parameter", name), ("reason", &reason)]);
    }
    if let RequestError::CodeWrong { tries_left } = failure {
        return match tries_left {
            Some(tries) => speak("detail", &[("tries", &tries.to_string())]),
            None => speak("unlimited", &[]),
        };
    }
    if let RequestError::RoleNotAmong { allowed } = failure {
        let names: Vec<_> = allowed.iter().map(|role| role.as_str()).collect();
        return speak("roles", &[("roles", &names.join(", "))]);
    }
    if matches!(failure, RequestError::MalformedForm | RequestError::NotForm) {
        return speak("form", &[]);
    }
    let RequestError::Rejected(rejection) = failure else { return speak("detail", &[]) };
    if let Rejection::InvalidState { status, command, .. } = rejection {
        let arguments = [("status", status.as_str()), ("command", action::action_name(*command))];
        return speak("detail", &arguments);
    }
    if *rejection == Rejection::OutsideCalendar {
        return speak("outside-calendar", &[]);
    }
    speak("detail", &[])
}

/// What else the caller can do with the claim.
fn possible_actions(failure: &RequestError) -> Option<Vec<ActionWord>> {
    let RequestError::Rejected(Rejection::InvalidState { possible, .. }) = failure else {
        return None;
    };
    Some(action::actions_of(possible).into_iter().map(Word).collect())
}

/// The roles that may do what the caller's may not.
fn allowed_roles(failure: &RequestError) -> Option<Vec<RoleWord>> {
    let RequestError::RoleNotAmong { allowed } = failure else { return None };
    Some(allowed.iter().copied().map(Word).collect())
}

/// The partner's own claim that is in the way.
fn duplicate_claim(failure: &RequestError) -> Option<String> {
    let RequestError::Rejected(Rejection::DuplicateClaim { claim }) = failure else { return None };
    Some(claim.to_string())
}

/// The items that are in the way, where it is not the claim as a whole.
fn hindered_items(failure: &RequestError) -> Option<Vec<u8>> {
    let RequestError::Rejected(
        Rejection::ItemBusy { items } | Rejection::BlockedByCustomer { items },
    ) = failure
    else {
        return None;
    };
    Some(items.iter().map(|no| no.0).collect())
}

fn tries_left(failure: &RequestError) -> Option<u8> {
    let RequestError::CodeWrong { tries_left } = failure else { return None };
    *tries_left
}

fn unconfirmed_consequences(failure: &RequestError) -> Option<ConsequencesView> {
    let RequestError::Unconfirmed { consequences, .. } = failure else { return None };
    Some(ConsequencesView::clone(consequences))
}

#[cfg(test)]
mod tests {
    use domain::claim::Status;
    use domain::ids::{ClaimId, PartnerId};
    use domain::rejection::TextForm;
    use serde_json::{Value, json};

    use super::*;
    use domain::actor::Role;

    fn document(failure: &RequestError, language: Language) -> Value {
        serde_json::to_value(Problem::of(failure, language, "r-1")).unwrap()
    }

    #[test]
    fn a_problem_says_in_both_languages_which_fields_are_wrong_under_the_same_codes() {
        let errors = vec![FieldError::new("/items/0/id", FieldCode::ItemNotInTenant)];
        let failure = RequestError::Fields(errors);
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
        let failure = RequestError::Rejected(Rejection::DuplicateClaim { claim: claim.clone() });
        let problem = document(&failure, Language::En);
        assert_eq!(
            (&problem["code"], &problem["claim_id"]),
            (&json!("duplicate-claim"), &json!(claim))
        );
    }

    #[test]
    fn a_command_that_does_not_fit_is_answered_with_the_state() {
        let (status, command) = (Status::Draft, CommandKind::BeginReview);
        let possible = vec![CommandKind::Edit, CommandKind::CorrectContact, CommandKind::Vanish];
        let misplaced = RequestError::from(Rejection::InvalidState { status, command, possible });
        let problem = document(&misplaced, Language::En);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("“draft”") && detail.contains("“begin”"), "{problem}");
        assert_eq!(problem["possible"], json!(["edit", "correct_contact"]));
    }

    #[test]
    fn a_role_that_may_not_is_told_which_roles_may() {
        let failure = RequestError::RoleNotAmong { allowed: vec![Role::Reviewer, Role::Operator] };
        for language in [Language::En, Language::Cs] {
            let problem = document(&failure, language);
            assert_eq!(
                (&problem["status"], &problem["code"]),
                (&json!(403), &json!("role-not-allowed"))
            );
            assert_eq!(problem["roles"], json!(["reviewer", "operator"]));
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("reviewer, operator"), "{detail}");
        }
        assert!(document(&RequestError::RoleNotAllowed, Language::En).get("roles").is_none());
    }

    #[test]
    fn a_refusal_for_the_sake_of_consent_is_a_conflict_with_a_code_of_its_own() {
        for (rejection, code) in [
            (Rejection::ContactUnverified, "contact-unverified"),
            (Rejection::LinkRetired, "link-retired"),
            (Rejection::AnotherReviewerRequired, "another-reviewer-required"),
        ] {
            let problem = document(&RequestError::from(rejection), Language::En);
            assert_eq!((&problem["status"], &problem["code"]), (&json!(409), &json!(code)));
        }
    }

    #[test]
    fn days_before_the_association_are_refused_with_the_first_that_can_be_read() {
        let first = "2027-01-01".parse().unwrap();
        let failure = RequestError::BeforeAssociation { first, pointers: vec!["/from"] };
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
    fn a_field_error_says_what_would_be_right() {
        let one = |hint, code| {
            let error = FieldError::new("/x", code).with_hint(hint);
            document(&RequestError::Fields(vec![error]), Language::En)["errors"][0].clone()
        };
        let unknown = one(Hint::OneOf(&["red", "blue"]), FieldCode::UnknownCode);
        assert_eq!(unknown["allowed"], json!(["red", "blue"]));
        assert!(unknown["detail"].as_str().unwrap().contains("red, blue"), "{unknown}");
        let range = one(Hint::Within(1, 30), FieldCode::OutOfRange);
        assert_eq!((&range["minimum"], &range["maximum"]), (&json!(1), &json!(30)));
        assert!(range["detail"].as_str().unwrap().contains("30"), "{range}");
        let long = one(Hint::AtMost(200), FieldCode::TooLong);
        assert_eq!(long["maximum"], 200);
        let date = one(Hint::Form(TextForm::Date), FieldCode::Malformed);
        assert!(date["detail"].as_str().unwrap().contains("YYYY-MM-DD"), "{date}");
        let empty = one(Hint::Entry, FieldCode::Required);
        assert!(empty["detail"].as_str().unwrap().contains("At least one"), "{empty}");
    }

    #[test]
    fn an_error_of_the_stored_claim_points_into_the_claim_and_not_into_the_request() {
        let error = FieldError::new("/location_id", FieldCode::LocationNotEnrolled).of_claim();
        let problem = document(&RequestError::Fields(vec![error]), Language::En);
        assert_eq!(problem["errors"][0]["pointer"], "");
        assert_eq!(problem["errors"][0]["claim_pointer"], "/location_id");
    }

    #[test]
    fn a_query_that_is_refused_says_which_parameter_and_why() {
        let error =
            FieldError::new("/limit", FieldCode::OutOfRange).with_hint(Hint::Within(1, 100));
        let problem = document(&RequestError::InvalidQuery(error), Language::En);
        assert_eq!((&problem["status"], &problem["code"]), (&json!(400), &json!("invalid-query")));
        assert_eq!(problem["errors"][0]["pointer"], "/limit");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("“limit”") && detail.contains("1 to 100"), "{detail}");
    }

    #[test]
    fn items_that_are_busy_or_blocked_are_named() {
        let items = || vec![domain::ids::ItemNo(2), domain::ids::ItemNo(3)];
        for rejection in [
            Rejection::ItemBusy { items: items() },
            Rejection::BlockedByCustomer { items: items() },
        ] {
            let problem = document(&RequestError::from(rejection), Language::En);
            assert_eq!(problem["items"], json!([2, 3]), "{problem}");
        }
    }

    #[test]
    fn where_a_form_is_asked_for_the_form_is_named_and_no_json() {
        for (failure, code) in [
            (RequestError::MalformedForm, "malformed-body"),
            (RequestError::NotForm, "unsupported-media-type"),
        ] {
            for language in [Language::En, Language::Cs] {
                let problem = document(&failure, language);
                let detail = problem["detail"].as_str().unwrap();
                assert_eq!(problem["code"], code);
                assert!(!detail.contains("JSON") && !detail.contains("json"), "{detail}");
                assert!(detail.contains("application/x-www-form-urlencoded"), "{detail}");
            }
        }
    }

    #[test]
    fn a_period_that_is_too_long_says_how_many_days_it_may_have() {
        let error = FieldError::new("/from", FieldCode::OutOfRange).with_hint(Hint::AtMost(400));
        for language in [Language::En, Language::Cs] {
            let problem = document(&RequestError::InvalidQuery(error.clone()), language);
            assert_eq!(problem["errors"][0]["maximum"], 400);
            assert!(problem["detail"].as_str().unwrap().contains("400"), "{problem}");
        }
    }

    #[test]
    fn a_quota_names_checks_and_the_minute_between_two_edits() {
        let failure = RequestError::from(Rejection::QuotaExceeded { retry_after_s: None });
        for (language, words) in
            [(Language::En, ["checks", "label"]), (Language::Cs, ["kontrol", "označení"])]
        {
            let problem = document(&failure, language);
            let detail = problem["detail"].as_str().unwrap();
            assert!(words.iter().all(|word| detail.contains(word)), "{detail}");
        }
    }

    #[test]
    fn a_fault_of_ours_tells_nothing_but_when_to_come_back() {
        let failure = RequestError::from(Rejection::MissingFact("tenant"));
        let problem = document(&failure, Language::En);
        assert_eq!(problem["code"], "unavailable");
        assert_eq!(failure.retry_after_s(), Some(2));
        assert!(!problem.to_string().contains("tenant"));
    }

    #[test]
    fn every_code_of_the_contract_has_its_status() {
        let table: Vec<_> =
            ProblemCode::ALL.iter().map(|code| (code.status().as_u16(), code.as_str())).collect();
        assert_eq!(table.len(), 27);
        assert!(table.is_sorted_by_key(|(status, _)| *status), "{table:?}");
    }
}
