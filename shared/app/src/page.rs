//! Answers for people: pages, under headers that are the same for each of them.

use lambda_http::http::header::{CONTENT_TYPE, RETRY_AFTER};
use lambda_http::http::{HeaderName, HeaderValue, Method, StatusCode};
use lambda_http::{Body, Response};
use web::{Call, Reply};

/// The names and values of the headers that every page bears.
pub type PageHeaders<'a> = [(&'static str, &'a str)];

/// A page; of `HEAD` its headers alone. `retry_after_s` says when it is worth coming again.
pub fn html_response(
    call: &Call<'_>,
    headers: &PageHeaders<'_>,
    status: StatusCode,
    html: String,
    retry_after_s: Option<u32>,
) -> Response<Body> {
    let body = if *call.method() == Method::HEAD { String::new() } else { html };
    let reply = Reply::text(status, "text/html; charset=utf-8", body);
    let reply = match retry_after_s {
        Some(seconds) => reply.with_header(RETRY_AFTER, &seconds.to_string()),
        None => reply,
    };
    with_page_headers(reply.into_response(), headers)
}

/// The same answer under the headers of pages, whatever its form.
pub fn with_page_headers(
    mut response: Response<Body>,
    headers: &PageHeaders<'_>,
) -> Response<Body> {
    for (name, value) in headers {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_str(value));
        if let Some(value) = value.ok().filter(|_| name != CONTENT_TYPE) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
