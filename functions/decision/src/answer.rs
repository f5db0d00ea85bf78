//! Pages and problems, both under the same strict headers.

use lambda_http::http::header::ALLOW;
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use notice::Language;
use notice::page::{self, RefusalReason, RefusedForm, SentText};
use web::views::DecisionView;
use web::{Call, Reply, RequestError};

use crate::App;
use crate::page_state::PageState;

/// How one caller is answered: in which form and language.
pub(crate) struct DecisionResponder<'a> {
    app: &'a App,
    call: &'a Call<'a>,
    asked: Option<Language>,
}

impl<'a> DecisionResponder<'a> {
    pub(crate) fn new(app: &'a App, call: &'a Call<'a>, asked: Option<Language>) -> Self {
        Self { app, call, asked }
    }

    /// Whether the caller wants JSON rather than a page.
    pub(crate) fn wants_json(&self) -> bool {
        self.call.wants_json()
    }

    /// The language of a page about a claim: the one asked for, else the one of the notice.
    pub(crate) fn page_language(&self, seen: &PageState) -> Language {
        self.asked.unwrap_or(seen.language)
    }

    /// The language of a page where none is known of whom it is about.
    pub(crate) fn accepted_language(&self) -> Language {
        self.asked.unwrap_or_else(|| self.call.answer_language())
    }

    /// The decision page as it is opened, with 200.
    pub(crate) fn decision_page(&self, seen: &PageState) -> Response<Body> {
        let html =
            page::render_decision(self.page_language(seen), &seen.notice, &seen.standing, None);
        self.html_response(StatusCode::OK, html, None)
    }

    /// The decision page with a form that was not taken, as the answer to `failure`.
    pub(crate) fn refused_page(
        &self,
        seen: &PageState,
        refused: &RefusedForm,
        failure: &RequestError,
    ) -> Response<Body> {
        let language = self.page_language(seen);
        let html = page::render_decision(language, &seen.notice, &seen.standing, Some(refused));
        self.html_response(failure.status_code(), html, failure.retry_after_s())
    }

    /// The page after a decision.
    pub(crate) fn result_page(
        &self,
        seen: &PageState,
        outcome: &page::DecisionOutcome,
    ) -> Response<Body> {
        let language = self.page_language(seen);
        let html = page::render_result(language, &seen.notice, &seen.standing, outcome);
        self.html_response(StatusCode::OK, html, None)
    }

    /// What came of a decision, as JSON.
    pub(crate) fn result_json(&self, view: &DecisionView) -> Response<Body> {
        self.with_strict_headers(Reply::ok(view).into_response())
    }

    /// The page that tells a genuine notice, by the text that was sent where that was kept.
    pub(crate) fn authenticity_page(
        &self,
        seen: &PageState,
        sent: Option<&SentText>,
    ) -> Response<Body> {
        let is_current = seen.claim.notice == seen.notice.no;
        let language = self.page_language(seen);
        let html =
            page::render_authenticity(language, &seen.notice, &seen.standing, is_current, sent);
        self.html_response(StatusCode::OK, html, None)
    }

    /// A failure that has no page of its own.
    pub(crate) fn refusal_response(&self, failure: &RequestError) -> Response<Body> {
        if self.wants_json() {
            return self.problem_response(failure);
        }
        let refusal = RefusalReason::of_status(failure.status_code().as_u16());
        self.html_response(
            failure.status_code(),
            self.refusal_page(refusal),
            failure.retry_after_s(),
        )
    }

    /// A failure as problem document.
    pub(crate) fn problem_response(&self, failure: &RequestError) -> Response<Body> {
        self.with_strict_headers(self.call.problem_response(failure))
    }

    /// The answer to every other method: it has no effect.
    pub(crate) fn method_not_allowed(&self) -> Response<Body> {
        let html = self.refusal_page(RefusalReason::Method);
        let mut response = self.html_response(StatusCode::METHOD_NOT_ALLOWED, html, None);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        response
    }

    fn refusal_page(&self, refusal: RefusalReason) -> String {
        page::render_refusal(self.accepted_language(), refusal, &self.app.operator)
    }

    fn html_response(
        &self,
        status: StatusCode,
        html: String,
        retry_after_s: Option<u32>,
    ) -> Response<Body> {
        let headers = page::page_headers(&self.app.operator.brand);
        app::html_response(self.call, &headers, status, html, retry_after_s)
    }

    /// The headers of every answer here, whatever its form.
    fn with_strict_headers(&self, response: Response<Body>) -> Response<Body> {
        app::with_page_headers(response, &page::page_headers(&self.app.operator.brand))
    }
}
