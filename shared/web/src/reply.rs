//! Answers: status, headers and body of each kind.

use domain::ids::Version;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER,
};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::entity_tag::EntityTag;
use crate::failure::RequestError;
use crate::problem::Problem;
use language::Language;

/// An answer being put together. None may be stored by a cache.
#[derive(Debug)]
pub struct Reply(Response<Body>);

impl Reply {
    /// 200 with a body of JSON.
    pub fn ok<T: Serialize>(body: &T) -> Self {
        Self::json_reply(StatusCode::OK, "application/json", body)
    }

    /// 201 with JSON and the place of what was created.
    pub fn created<T: Serialize>(location: &str, body: &T) -> Self {
        Self::json_reply(StatusCode::CREATED, "application/json", body)
            .with_header(LOCATION, location)
    }

    /// 200 with a table.
    pub fn csv(text: String) -> Self {
        Self::text(StatusCode::OK, "text/csv; charset=utf-8; header=present", text)
    }

    /// 304: the caller has this version.
    pub fn not_modified(version: Version) -> Response<Body> {
        Self::bare_reply(StatusCode::NOT_MODIFIED, Body::Empty).with_etag(version).into_response()
    }

    /// Any text, a page for example.
    pub fn text(status: StatusCode, content_type: &str, text: String) -> Self {
        Self::bare_reply(status, Body::Text(text)).with_header(CONTENT_TYPE, content_type)
    }

    pub(crate) fn problem(failure: &RequestError, language: Language, instance: &str) -> Self {
        let problem = Problem::of(failure, language, instance);
        let reply = Self::json_reply(failure.status_code(), "application/problem+json", &problem)
            .with_header(CONTENT_LANGUAGE, language.tag());
        let reply = match failure.current_tag() {
            Some(tag) => reply.with_etag(tag.clone()),
            None => reply,
        };
        match failure.retry_after_s() {
            Some(seconds) => reply.with_header(RETRY_AFTER, &seconds.to_string()),
            None => reply,
        }
    }

    fn json_reply<T: Serialize>(status: StatusCode, content_type: &str, body: &T) -> Self {
        // The types that are answered all have a JSON form: their keys are strings.
        let text = serde_json::to_string(body).unwrap_or_default();
        Self::text(status, content_type, text)
    }

    fn bare_reply(status: StatusCode, body: Body) -> Self {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        Self(response).with_header(CACHE_CONTROL, "no-store")
    }

    /// With the ETag of a claim's version, or of an entry of the directory.
    #[must_use]
    pub fn with_etag(self, tag: impl Into<EntityTag>) -> Self {
        self.with_header(ETAG, &tag.into().to_string())
    }

    /// Marked as the answer to a repeated create.
    #[must_use]
    pub fn mark_replayed(self) -> Self {
        self.with_header(HeaderName::from_static("idempotent-replayed"), "true")
    }

    /// With one more header. A value that cannot stand in a header is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    /// The answer as the gateway gets it.
    pub fn into_response(self) -> Response<Body> {
        self.0
    }
}

impl From<Reply> for Response<Body> {
    fn from(reply: Reply) -> Self {
        reply.into_response()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_json_with_its_version_and_is_never_cached() {
        let response = Reply::ok(&json!({"a": 1})).with_etag(Version(7)).into_response();
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["etag"], "\"7\"");
    }

    #[test]
    fn a_replayed_create_is_marked_and_still_a_create() {
        let response = Reply::created("/v1/claims/x", &json!({})).mark_replayed().into_response();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["location"], "/v1/claims/x");
        assert_eq!(response.headers()["idempotent-replayed"], "true");
    }

    #[test]
    fn who_must_wait_is_told_how_long() {
        let failure = RequestError::CodeLocked { retry_after_s: 900 };
        let response = Reply::problem(&failure, Language::Cs, "r").into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "900");
        assert_eq!(response.headers()["content-language"], "cs");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}
