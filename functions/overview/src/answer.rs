//! The pages, under the strict headers of every page.

use lambda_http::http::header::ALLOW;
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use notice::Language;
use notice::overview::{self, OverviewChoices, RefusedOverviewForm};
use notice::page::{self, RefusalReason};
use store::RequestTime;
use web::{Call, RequestError};

use crate::App;
use crate::open_overview::OpenOverview;

/// How one caller is answered: in which language.
pub(crate) struct OverviewResponder<'a> {
    app: &'a App,
    call: &'a Call<'a>,
    asked: Option<Language>,
}

impl<'a> OverviewResponder<'a> {
    pub(crate) fn new(app: &'a App, call: &'a Call<'a>, asked: Option<Language>) -> Self {
        Self { app, call, asked }
    }

    /// The page that asks for an address.
    pub(crate) fn request_page(&self) -> Response<Body> {
        let html = overview::render_request(self.accepted_language(), &self.app.operator);
        self.html_response(StatusCode::OK, html, None)
    }

    /// The page after it, whatever the address is.
    pub(crate) fn requested_page(&self) -> Response<Body> {
        let html = overview::render_requested(self.accepted_language(), &self.app.operator);
        self.html_response(StatusCode::OK, html, None)
    }

    /// The page of a link that is over, or is none: one shape for all of them.
    pub(crate) fn over_page(&self) -> Response<Body> {
        if self.call.wants_json() {
            return self.refusal_response(&RequestError::NotFound);
        }
        let html = overview::render_no_overview(self.accepted_language(), &self.app.operator);
        self.html_response(StatusCode::NOT_FOUND, html, None)
    }

    /// The overview as it is opened.
    pub(crate) fn overview_page(&self, open: &OpenOverview) -> Response<Body> {
        let language = self.page_language(open);
        let html = overview::render_overview(language, &open.overview, &self.app.operator, None);
        self.html_response(StatusCode::OK, html, None)
    }

    /// The overview with a form that was not taken, as the answer to `failure`.
    pub(crate) fn refused_page(
        &self,
        open: &OpenOverview,
        refused: &RefusedOverviewForm,
        failure: &RequestError,
    ) -> Response<Body> {
        if self.call.wants_json() {
            return self.refusal_response(failure);
        }
        let language = self.page_language(open);
        let operator = &self.app.operator;
        let html = overview::render_overview(language, &open.overview, operator, Some(refused));
        self.html_response(failure.status_code(), html, failure.retry_after_s())
    }

    /// The page after something was taken away.
    pub(crate) fn taken_page(
        &self,
        open: &OpenOverview,
        done: &OverviewChoices,
        moment: RequestTime,
    ) -> Response<Body> {
        let (language, operator) = (self.page_language(open), &self.app.operator);
        let html = overview::render_taken_away(language, &open.overview, operator, done, moment.at);
        self.html_response(StatusCode::OK, html, None)
    }

    /// A failure that has no page of its own.
    pub(crate) fn refusal_response(&self, failure: &RequestError) -> Response<Body> {
        if self.call.wants_json() {
            let headers = page::page_headers(&self.app.operator.brand);
            return app::with_page_headers(self.call.problem_response(failure), &headers);
        }
        let refusal = RefusalReason::of_status(failure.status_code().as_u16());
        let html = self.refusal_page(refusal);
        self.html_response(failure.status_code(), html, failure.retry_after_s())
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

    fn page_language(&self, open: &OpenOverview) -> Language {
        self.asked.unwrap_or(open.language)
    }

    /// The language of a page about nobody.
    fn accepted_language(&self) -> Language {
        self.asked.unwrap_or_else(|| self.call.answer_language())
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
}
