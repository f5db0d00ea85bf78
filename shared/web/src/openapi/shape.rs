//! What can be said of an endpoint.

use crate::problem_code::ProblemCode;

/// What is said of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// What it is for, in a few words.
    pub(crate) summary: &'static str,
    /// What it does beyond that, and what has to be known to use it.
    pub(crate) description: &'static str,
    /// The body, if it takes one.
    pub(crate) body: Option<BodyShape>,
    /// What a success answers.
    pub(crate) answer: AnswerShape,
    /// The parameters of its query.
    pub(crate) query: &'static [&'static str],
    /// Headers that must be sent.
    pub(crate) headers: &'static [&'static str],
    /// Headers that may be sent.
    pub(crate) optional_headers: &'static [&'static str],
    /// The problems that do not follow from what it takes.
    pub(crate) problems: &'static [ProblemCode],
}

/// What a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyShape {
    /// JSON of a schema.
    Json(&'static str),
    /// The same; no body means one without fields.
    JsonOrNone(&'static str),
    /// A JSON merge patch of a schema (RFC 7396).
    MergePatch(&'static str),
    /// A form of a page, by its schema.
    Form(&'static str),
}

/// What a success is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerShape {
    /// One thing without a version.
    One(&'static str),
    /// A claim, with its version.
    Claim(&'static str),
    /// An entry of the directory, with its revision.
    Entry(&'static str),
    /// The same; the entry may be new, and has its place then.
    NewEntry(&'static str),
    /// A claim that was created, with its version and its place.
    Created(&'static str),
    /// A page of a list.
    List(&'static str),
    /// A page of what waits for the operator, with how much does.
    Queue,
    /// One thing without a version, or its rows as a table.
    OneOrTable(&'static str),
    /// A page of a list, or its rows as a table.
    ListOrTable(&'static str),
    /// A page for people.
    Page,
    /// A page for people, or JSON for whoever prefers it.
    PageOr(&'static str),
    /// How many rows were written.
    Rows,
    /// The contract itself, as JSON.
    Document,
}

/// A read without parameters.
pub(super) const fn read_endpoint(
    summary: &'static str,
    description: &'static str,
    answer: AnswerShape,
) -> Endpoint {
    Endpoint {
        summary,
        description,
        body: None,
        answer,
        query: &[],
        headers: &[],
        optional_headers: &[],
        problems: &[],
    }
}

/// A write with a body.
pub(super) const fn write_endpoint(
    summary: &'static str,
    description: &'static str,
    body: BodyShape,
    answer: AnswerShape,
) -> Endpoint {
    Endpoint { body: Some(body), ..read_endpoint(summary, description, answer) }
}

/// A command on a claim.
pub(crate) const fn command_endpoint(
    summary: &'static str,
    description: &'static str,
    body: BodyShape,
) -> Endpoint {
    Endpoint {
        headers: &["If-Match"],
        problems: &[ProblemCode::InvalidState],
        ..write_endpoint(summary, description, body, AnswerShape::Claim("ClaimView"))
    }
}
