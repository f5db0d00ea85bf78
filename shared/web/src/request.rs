//! A request, as handlers look at it.

use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::Version;
use domain::rejection::TextForm;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, IF_MATCH};
use lambda_http::http::{HeaderName, Method};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::{Map, Value};

use crate::action::PartnerCommand;
use crate::caller::{AppClients, Caller};
use crate::failure::RequestError;
use crate::json;
use crate::negotiation;
use crate::openapi::shape::BodyShape;
use crate::precondition::{self, IfMatch};
use crate::reply::Reply;
use crate::routes::{self, FunctionRoute, Route, RouteId};
use crate::values::{ValueError, parse_date};
use language::Language;

/// The most bytes of a body (`docs/api.md §1`).
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// A request with what every handler asks of it. Nothing is checked before it is asked for, so the
/// order of the handler's questions is the order of the checks.
#[derive(Debug)]
pub struct Call<'r> {
    request: &'r Request,
    route: Option<(&'static Route, Option<&'r str>)>,
}

impl<'r> Call<'r> {
    /// Looks at a request.
    pub fn new(request: &'r Request) -> Self {
        Self { request, route: routes::find_route(request.method().as_str(), path_of(request)) }
    }

    /// The route, if it is one of this function's.
    pub fn function_route<R: FunctionRoute>(&self) -> Result<R, RequestError> {
        self.route_id().and_then(R::of).ok_or(RequestError::NotFound)
    }

    /// The route, if there is one.
    pub fn route_id(&self) -> Option<RouteId> {
        self.route.map(|(route, _)| route.id)
    }

    pub(crate) fn operation_id(&self) -> &'static str {
        self.route.map_or("", |(route, _)| route.operation)
    }

    /// The HTTP method of the request.
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        path_of(self.request)
    }

    /// The caller, signed in with the client of its side, in a role that the route is for: 401, then 403.
    pub fn require_caller(&self, clients: &AppClients) -> Result<Caller, RequestError> {
        let caller = Caller::of(self.request, clients)?;
        let (route, _) = self.route.ok_or(RequestError::NotFound)?;
        caller.require_role(route.roles)?;
        Ok(caller.with_language(self.answer_language()))
    }

    /// The path's parameter as it stands there.
    pub fn path_text(&self) -> Result<&str, RequestError> {
        self.route.and_then(|(_, parameter)| parameter).ok_or(RequestError::NotFound)
    }

    /// The path's parameter as an id. A malformed one names nothing: 404.
    pub fn path_id<T, E>(
        &self,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, RequestError> {
        parse(self.path_text()?).map_err(|_| RequestError::NotFound)
    }

    /// The path's parameter as the id of what may be created there: 422 with the form where it has another.
    pub fn new_id<T, E>(
        &self,
        parse: impl FnOnce(&str) -> Result<T, E>,
        form: TextForm,
    ) -> Result<T, RequestError> {
        let wrong = |_| RequestError::Fields(vec![ValueError::wrong_form(form).at_pointer("/id")]);
        parse(self.path_text()?).map_err(wrong)
    }

    /// The path's two parameters as ids.
    pub fn path_ids<T, U, E, F>(
        &self,
        first: impl FnOnce(&str) -> Result<T, E>,
        second: impl FnOnce(&str) -> Result<U, F>,
    ) -> Result<(T, U), RequestError> {
        let (route, _) = self.route.ok_or(RequestError::NotFound)?;
        let parameter = routes::path_parameters(route.path, self.path()).nth(1);
        let second =
            second(parameter.ok_or(RequestError::NotFound)?).map_err(|_| RequestError::NotFound)?;
        Ok((self.path_id(first)?, second))
    }

    /// The path's two parameters as an id and a day, written as every day of a request is.
    pub fn path_id_and_day<T, E>(
        &self,
        first: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<(T, NaiveDate), RequestError> {
        self.path_ids(first, |text| parse_date(text).ok_or(RequestError::NotFound))
    }

    /// When the request arrived at the gateway: the moment that decides about deadlines
    /// (`docs/domain.md §4`, *The race*). Without the test clock's offset.
    pub fn arrived_at(&self) -> DateTime<Utc> {
        let epoch_ms = self.gateway_context().map(|context| context.time_epoch);
        epoch_ms.and_then(DateTime::from_timestamp_millis).unwrap_or_default()
    }

    /// The gateway's id of the request.
    pub fn request_id(&self) -> &str {
        self.gateway_context().and_then(|context| context.request_id.as_deref()).unwrap_or_default()
    }

    fn gateway_context(
        &self,
    ) -> Option<&lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext> {
        // No other gateway is among the features; the enum is open nevertheless.
        if let RequestContext::ApiGatewayV2(context) = self.request.request_context_ref()? {
            Some(context)
        } else {
            None
        }
    }

    /// The language of the answer's texts.
    pub fn answer_language(&self) -> Language {
        let accepted = self.header_of(&ACCEPT_LANGUAGE);
        accepted.and_then(Language::negotiate).unwrap_or_default()
    }

    /// The language that the address of a page names, if it is one of ours.
    pub fn page_language(&self) -> Option<Language> {
        let query = self.request.query_string_parameters_ref()?;
        query.first("lang").and_then(Language::of_tag)
    }

    /// Whether JSON is asked for rather than a page.
    pub fn wants_json(&self) -> bool {
        negotiation::prefers_json(self.header_of(&ACCEPT))
    }

    /// Whether a table is asked for rather than JSON.
    pub fn wants_csv(&self) -> bool {
        negotiation::prefers_csv(self.header_of(&ACCEPT))
    }

    /// The first value of a header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    fn header_of(&self, name: &HeaderName) -> Option<&str> {
        self.header(name.as_str())
    }

    /// The bytes of the body.
    pub fn body_bytes(&self) -> &[u8] {
        self.request.body()
    }

    /// The body as JSON: 413, 415, 400.
    pub fn json_body(&self) -> Result<Value, RequestError> {
        let body = self.bounded_body("application/json")?;
        json::parse_json(body)
    }

    /// The body as JSON, where none means an empty object.
    pub fn json_or_empty(&self) -> Result<Value, RequestError> {
        if self.body_bytes().is_empty() { Ok(Value::Object(Map::new())) } else { self.json_body() }
    }

    /// The body as a JSON merge patch, under its own media type or plainly as JSON.
    pub fn merge_patch(&self) -> Result<Value, RequestError> {
        let content_type = self.header_of(&CONTENT_TYPE);
        let own = is_type(content_type, "application/merge-patch+json");
        let wanted = if own { "application/merge-patch+json" } else { "application/json" };
        let body = self.bounded_body(wanted)?;
        json::parse_json(body)
    }

    /// The body of a partner's command, of the type that the contract names.
    ///
    /// # Errors
    /// Where it is of another type, or cannot be read.
    pub fn command_body(&self, command: &PartnerCommand) -> Result<Value, RequestError> {
        match command.endpoint.body {
            Some(BodyShape::MergePatch(_)) => self.merge_patch(),
            Some(BodyShape::JsonOrNone(_)) | None => self.json_or_empty(),
            Some(BodyShape::Json(_) | BodyShape::Form(_)) => self.json_body(),
        }
    }

    /// The body as the fields of a form, in their order.
    pub fn form_fields(&self) -> Result<Vec<(String, String)>, RequestError> {
        let body = self.bounded_body("application/x-www-form-urlencoded");
        let body = body.map_err(|failure| {
            if failure == RequestError::MalformedBody {
                RequestError::MalformedForm
            } else if failure == RequestError::UnsupportedMediaType {
                RequestError::NotForm
            } else {
                failure
            }
        })?;
        let text = std::str::from_utf8(body).map_err(|_| RequestError::MalformedForm)?;
        // It cannot fail: what is not a pair is a name without a value.
        let fields: QueryMap = text.parse().unwrap_or_default();
        Ok(fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn bounded_body(&self, content_type: &str) -> Result<&[u8], RequestError> {
        let body = self.body_bytes();
        if body.len() > MAX_BODY_BYTES {
            Err(RequestError::PayloadTooLarge)
        } else if body.is_empty() {
            Err(RequestError::MalformedBody)
        } else if is_type(self.header_of(&CONTENT_TYPE), content_type) {
            Ok(body)
        } else {
            Err(RequestError::UnsupportedMediaType)
        }
    }

    /// The query's parameters, decoded.
    pub(crate) fn query_parameters(&self) -> QueryMap {
        self.request.query_string_parameters()
    }

    /// The versions that `If-Match` names: 428, 400.
    pub fn if_match(&self) -> Result<IfMatch, RequestError> {
        precondition::if_match(self.request.headers())
    }

    /// The tags that `If-Match` names, where it need not be there: 400.
    pub fn optional_if_match(&self) -> Result<Option<IfMatch>, RequestError> {
        let given = self.request.headers().contains_key(IF_MATCH);
        given.then(|| self.if_match()).transpose()
    }

    /// Whether the caller has this version already.
    pub fn if_none_match(&self, version: Version) -> bool {
        precondition::if_none_match(self.request.headers(), version)
    }

    /// The key under which a create can be repeated: 400.
    pub fn idempotency_key(&self) -> Result<String, RequestError> {
        precondition::idempotency_key(self.request.headers())
    }

    /// The same, where a request need not have one.
    pub fn optional_idempotency_key(&self) -> Result<Option<String>, RequestError> {
        let given = self.request.headers().contains_key(precondition::IDEMPOTENCY_KEY);
        given.then(|| self.idempotency_key()).transpose()
    }

    /// The answer, or that to a failure.
    pub fn to_response<R: Into<Response<Body>>>(
        &self,
        outcome: Result<R, RequestError>,
    ) -> Response<Body> {
        outcome.map_or_else(|failure| self.problem_response(&failure), Into::into)
    }

    /// The answer to a failure, in the caller's language.
    pub fn problem_response(&self, failure: &RequestError) -> Response<Body> {
        Reply::problem(failure, self.answer_language(), self.request_id()).into_response()
    }
}

fn path_of(request: &Request) -> &str {
    let raw = request.raw_http_path();
    if raw.is_empty() { request.uri().path() } else { raw }
}

/// Whether a `Content-Type` is the one asked for, in UTF-8 if it names a charset.
fn is_type(header: Option<&str>, wanted: &str) -> bool {
    let mut parts = header.unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case(wanted) && parts.all(is_utf8)
}

fn is_utf8(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return parameter.is_empty() };
    !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::{RequestEvent, app_clients, json_of};
    use crate::routes::{ClaimsRoute, ReviewRoute};

    #[expect(clippy::needless_pass_by_value, reason = "events are made at the call")]
    fn read(event: RequestEvent) -> Result<Value, RequestError> {
        Call::new(&event.request()).json_body()
    }

    fn post() -> RequestEvent {
        RequestEvent::post("/v1/claims")
    }

    #[test]
    fn a_body_that_is_not_json_is_malformed_however_it_is_not() {
        let deep = "[".repeat(10_000);
        for text in ["", "{", "hello", "{\"a\":1} x", "\u{feff}{}", deep.as_str(), "NaN"] {
            let event = post().header("content-type", "application/json").body(text);
            assert_eq!(read(event), Err(RequestError::MalformedBody), "{text:.20}");
        }
        let event = post().header("content-type", "application/json").bytes(b"{\"a\":\"\xff\"}");
        assert_eq!(read(event), Err(RequestError::MalformedBody));
    }

    #[test]
    fn a_body_over_64_kib_is_too_large_whatever_is_in_it() {
        let spaces = " ".repeat(MAX_BODY_BYTES - 2);
        let fits = post().header("content-type", "application/json").body(&format!("{{}}{spaces}"));
        assert_eq!(read(fits), Ok(json!({})));
        let over = post().body(&format!("{{}}{spaces} "));
        assert_eq!(read(over), Err(RequestError::PayloadTooLarge));
    }

    #[test]
    fn only_json_in_utf_8_is_a_supported_media_type() {
        let with = |content_type| read(post().header("content-type", content_type).body("{}"));
        for content_type in
            ["application/json", "Application/JSON; charset=\"UTF-8\"", "application/json;"]
        {
            assert_eq!(with(content_type), Ok(json!({})), "{content_type}");
        }
        for content_type in
            ["text/plain", "application/json; charset=latin1", "application/jsonx", ""]
        {
            assert_eq!(
                with(content_type),
                Err(RequestError::UnsupportedMediaType),
                "{content_type}"
            );
        }
        assert_eq!(read(post().body("{}")), Err(RequestError::UnsupportedMediaType));
    }

    #[test]
    fn a_call_knows_its_route_its_moment_and_its_id() {
        let at = DateTime::from_timestamp_millis(1_793_000_000_123).unwrap();
        let request = RequestEvent::get("/v1/claims?limit=1").at(at).request();
        let call = Call::new(&request);
        assert_eq!(call.function_route::<ClaimsRoute>(), Ok(ClaimsRoute::List));
        assert_eq!(call.function_route::<ReviewRoute>(), Err(RequestError::NotFound));
        assert_eq!((call.arrived_at(), call.request_id()), (at, "request-1"));
    }

    #[test]
    fn a_malformed_id_in_the_path_names_nothing() {
        let request = RequestEvent::get("/v1/claims/x%23y").request();
        let id = Call::new(&request).path_id(domain::ids::ClaimId::parse);
        assert_eq!(id, Err(RequestError::NotFound));
    }

    #[test]
    fn a_role_that_the_route_is_not_for_is_refused_before_anything_is_read() {
        let reviewer =
            RequestEvent::post("/v1/claims").staff("reviewer", "r-1").body("junk").request();
        let refused = Call::new(&reviewer).require_caller(&app_clients());
        assert!(matches!(refused, Err(RequestError::RoleNotAmong { .. })), "{refused:?}");
        let admin = RequestEvent::post("/v1/claims").partner_admin("p-alpine").request();
        assert!(Call::new(&admin).require_caller(&app_clients()).is_ok());
    }

    #[test]
    fn a_problem_speaks_the_callers_language() {
        let request = post().header("accept-language", "cs").request();
        let response = Call::new(&request).problem_response(&RequestError::NotFound);
        let problem = json_of(&response);
        assert_eq!(
            (&problem["title"], &problem["instance"]),
            (&json!("Nenalezeno"), &json!("request-1"))
        );
    }

    #[test]
    fn a_form_keeps_repeated_fields() {
        let event = post()
            .header("content-type", "application/x-www-form-urlencoded")
            .body("items=1&items=2&code=12%33456");
        let request = event.request();
        let form = Call::new(&request).form_fields().unwrap();
        let items: Vec<_> = form.iter().filter(|(name, _)| name == "items").collect();
        assert_eq!(items.len(), 2);
        assert!(form.contains(&("code".to_owned(), "123456".to_owned())));
    }
}
