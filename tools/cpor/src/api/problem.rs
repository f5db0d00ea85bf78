//! Refusals of the API (`docs/api.md §1.2`), as a client reads them: codes that it does not know are codes too.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// A refusal as the API words it (RFC 9457).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ApiProblem {
    /// The stable code; empty where the gateway refused.
    pub code: String,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong, in a few words.
    pub title: String,
    /// What is wrong, or what can be done.
    pub detail: String,
    /// Every field that is wrong.
    pub errors: Vec<FieldProblem>,
    /// The partner's own claim that is in the way.
    pub claim_id: Option<String>,
    /// The numbers of the items that are in the way.
    pub items: Vec<u32>,
    /// The roles that may.
    pub roles: Vec<String>,
    /// What else can be done with the claim.
    pub possible: Vec<String>,
    /// What the write would do.
    pub consequences: Option<Value>,
    /// How long to wait, as the header `Retry-After` says.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FieldProblem {
    /// Where in the request.
    pub pointer: String,
    /// The stable code of the field error.
    pub code: String,
    /// The same in words.
    pub detail: String,
}

impl ApiProblem {
    /// Reads the body of a refusal: a problem document, or the gateway's message.
    pub fn read(status: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let message = value.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut problem: Self = serde_json::from_value(value).unwrap_or_default();
        if problem.title.is_empty() {
            problem.title = message;
        }
        Self { status, retry_after, ..problem }
    }

    /// Whether a quota is used up.
    pub fn is_quota(&self) -> bool {
        self.code == "quota-exceeded"
    }

    /// What people read of it, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.to_string()];
        // What the problem says as a whole is not said once more of the field.
        for error in self.errors.iter().filter(|own| !self.detail.contains(&own.detail)) {
            let FieldProblem { pointer, code, detail } = error;
            lines.push(format!("  {pointer} {code}: {detail}"));
        }
        let more = [
            ("The claim in the way", self.claim_id.clone().into_iter().collect()),
            ("Items", self.items.iter().map(ToString::to_string).collect()),
            ("Roles that may", self.roles.clone()),
            ("What else can be done", self.possible.clone()),
            ("It would", self.consequences.iter().map(ToString::to_string).collect()),
        ];
        for (title, words) in more.into_iter().filter(|(_, words): &(_, Vec<_>)| !words.is_empty())
        {
            lines.push(format!("  {title}: {}", words.join(", ")));
        }
        if let Some(wait) = self.retry_after {
            lines.push(format!("  Try again in {} s.", wait.as_secs()));
        }
        lines
    }
}

impl fmt::Display for ApiProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if !self.code.is_empty() {
            write!(f, " {}", self.code)?;
        }
        for (before, part) in [(": ", &self.title), (". ", &self.detail)] {
            if !part.is_empty() {
                write!(f, "{before}{part}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_each_field_and_what_else_can_be_done() {
        let body = br#"{"type":"urn:x","title":"Fields are not valid","status":422,"code":"invalid-fields","detail":"All.",
            "errors":[{"pointer":"/items/1","code":"duplicate","detail":"Twice.","allowed":["a"]}],
            "possible":["recall"],"roles":["operator"],"claim_id":"c1","items":[2,3],"new_member":{}}"#;
        let problem = ApiProblem::read(422, body, Some(Duration::from_secs(7)));
        assert_eq!(
            problem.lines(),
            [
                "422 invalid-fields: Fields are not valid. All.",
                "  /items/1 duplicate: Twice.",
                "  The claim in the way: c1",
                "  Items: 2, 3",
                "  Roles that may: operator",
                "  What else can be done: recall",
                "  Try again in 7 s.",
            ]
        );
    }

    #[test]
    fn a_refusal_of_the_gateway_has_its_message_and_no_code() {
        let problem = ApiProblem::read(429, b"{\"message\":\"Too Many Requests\"}", None);
        assert_eq!(
            (problem.code.as_str(), problem.to_string().as_str()),
            ("", "429: Too Many Requests")
        );
        assert_eq!(ApiProblem::read(502, b"<html>", None).to_string(), "502");
    }
}
