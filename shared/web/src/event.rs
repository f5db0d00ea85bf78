//! Requests as the gateway sends them, for tests: through its JSON, so that nothing is read in
//! another way than in production.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use lambda_http::{Body, Request, Response};
use serde_json::{Map, Value, json};

use crate::caller::AppClients;

/// The ids of the clients that tests and sample events name: of partners, of the operator's staff, of customers.
pub const CLIENTS: [&str; 3] = ["partners", "operators", "customers"];

/// The clients of these ids.
pub fn app_clients() -> AppClients {
    let [partners, operators, customers] = CLIENTS.map(str::to_owned);
    AppClients { partners, operators, customers }
}

/// A request of the HTTP API, payload format 2.0.
#[derive(Debug, Clone)]
pub struct RequestEvent {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    claims: Option<Map<String, Value>>,
    body: Option<Vec<u8>>,
    at: DateTime<Utc>,
}

impl RequestEvent {
    /// A request with any method; `target` is a path with its query.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            claims: None,
            body: None,
            at: DateTime::default(),
        }
    }

    /// A GET of a path with its query.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A POST to a path with its query.
    pub fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    /// A PUT to a path with its query.
    pub fn put(target: &str) -> Self {
        Self::new("PUT", target)
    }

    /// With a verified token's claims.
    #[must_use]
    pub fn jwt(mut self, claims: &[(&str, &str)]) -> Self {
        self.claims =
            Some(claims.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect());
        self
    }

    /// With the client that the token was issued to.
    #[must_use]
    pub fn by_client(mut self, client: &str) -> Self {
        self.claims.get_or_insert_default().insert("aud".to_owned(), json!(client));
        self
    }

    /// From a partner's incentives admin.
    #[must_use]
    pub fn partner_admin(self, partner: &str) -> Self {
        self.jwt(&[
            ("custom:role", "partner_admin"),
            ("custom:partner_id", partner),
            ("sub", "u-1"),
        ])
        .by_client("partners")
    }

    /// From a partner's incentives user.
    #[must_use]
    pub fn partner_user(self, partner: &str) -> Self {
        self.jwt(&[("custom:role", "partner_user"), ("custom:partner_id", partner), ("sub", "u-2")])
            .by_client("partners")
    }

    /// From the operator's staff.
    #[must_use]
    pub fn staff(self, role: &str, sub: &str) -> Self {
        self.jwt(&[("custom:role", role), ("sub", sub)]).by_client("operators")
    }

    /// From a customer's administrator.
    #[must_use]
    pub fn customer_admin(self, tenant: &str) -> Self {
        self.jwt(&[("custom:role", "customer_admin"), ("custom:tenant_id", tenant), ("sub", "u-3")])
            .by_client("customers")
    }

    /// With a header; the gateway joins repeated ones with a comma.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_lowercase(), value.to_owned()));
        self
    }

    /// With a JSON body and its content type.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(&body.to_string())
    }

    /// With a text as body; the content type is not set.
    #[must_use]
    pub fn body(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// With a body of any bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.body = Some(bytes.to_vec());
        self
    }

    /// With that arrival stamp of the gateway.
    #[must_use]
    pub fn at(mut self, at: DateTime<Utc>) -> Self {
        self.at = at;
        self
    }

    /// The event as the function receives it.
    pub fn payload(&self) -> Value {
        let mut headers = Map::new();
        for (name, value) in &self.headers {
            let joined = match headers.get(name).and_then(Value::as_str) {
                Some(before) => format!("{before},{value}"),
                None => value.clone(),
            };
            headers.insert(name.clone(), joined.into());
        }
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": self.context(),
            "body": self.body.as_ref().map(|body| STANDARD.encode(body)),
            "isBase64Encoded": self.body.is_some(),
        })
    }

    fn context(&self) -> Value {
        let authorizer =
            self.claims.as_ref().map(|claims| json!({"jwt": {"claims": claims, "scopes": null}}));
        json!({
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.example",
            "http": {"method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                     "sourceIp": "127.0.0.1", "userAgent": "test"},
            "requestId": "request-1",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": self.at.timestamp_millis(),
            "authorizer": authorizer,
        })
    }

    /// The request as handlers receive it.
    ///
    /// # Panics
    /// If the method is none: that is a fault of the test.
    #[expect(clippy::expect_used, reason = "for tests only")]
    pub fn request(&self) -> Request {
        lambda_http::request::from_str(&self.payload().to_string()).expect("a gateway event")
    }
}

/// The JSON of an answer; `null` where it is none.
pub fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}
