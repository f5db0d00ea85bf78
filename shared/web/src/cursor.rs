//! Pages of lists: cursors that only their caller can use, and only for the list they came from
//! (`docs/api.md §1.6`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use lambda_http::http::header::LINK;
use serde::Serialize;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::caller::Caller;
use crate::failure::RequestError;
use crate::reply::Reply;
use crate::request::Call;
use crate::values::ValueError;
use crate::views::{ClaimView, FeedEventView, FeedView, ListView, QueueTotalsView, QueueView};

/// How many entries a page has where nothing else is asked for.
pub const DEFAULT_LIMIT: usize = 25;
/// The most entries of a page.
pub const MAX_LIMIT: usize = 100;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most so many entries.
    pub limit: usize,
    /// Where it begins, as the list before it said; `None`: at the beginning.
    pub position: Option<String>,
}

/// Seals and opens cursors: base64url of a 128-bit MAC and the position. The MAC is bound to the
/// caller, the route and the filter.
#[derive(Clone)]
pub struct Cursors {
    /// Of the current key.
    mac: Hmac<Sha256>,
    /// Of every key that is kept.
    kept: Vec<Hmac<Sha256>>,
}

/// Tells this use of the secret from the others.
const LABEL: &[u8] = b"cpor list cursor 1";
const MAC_BYTES: usize = 16;

impl Cursors {
    /// Cursors are sealed with a key derived from `current`, and those of every `kept` secret are opened.
    pub fn new<'s>(current: &[u8], kept: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let mac = derive_mac(current);
        let kept = kept.into_iter().map(derive_mac).chain([mac.clone()]).collect();
        Self { mac, kept }
    }

    /// The page that a request asks for: its `limit` and `cursor`, which a feed calls `after`.
    pub fn read_page_request(
        &self,
        call: &Call<'_>,
        caller: &Caller,
    ) -> Result<PageRequest, RequestError> {
        let parameters = call.query_parameters();
        let cursor = parameters.first("cursor").or_else(|| parameters.first("after"));
        let position = cursor
            .map(|cursor| self.open_cursor(cursor, &cursor_scope(call, caller)))
            .transpose()?;
        Ok(PageRequest { limit: parse_limit(parameters.first("limit"))?, position })
    }

    /// A page of a list, and how to get the next one: `next` is its position.
    pub fn list_reply<T: Serialize>(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        items: &[T],
        next: Option<&str>,
    ) -> Reply {
        let cursor = next.map(|position| self.seal_position(position, &cursor_scope(call, caller)));
        let reply = Reply::ok(&ListView { items, next_cursor: cursor.clone() });
        with_next_link(reply, call, cursor.as_deref())
    }

    /// A page of a feed, which has a next one always: `end` is where it ends.
    pub fn feed_reply(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        items: Vec<FeedEventView>,
        end: &str,
        more: bool,
    ) -> Reply {
        let next_cursor = self.seal_position(end, &cursor_scope(call, caller));
        Reply::ok(&FeedView { items, next_cursor, more })
    }

    /// A page of what waits for the operator, with how much does.
    pub fn queue_reply(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        items: &[ClaimView],
        totals: Option<QueueTotalsView>,
        next: Option<&str>,
    ) -> Reply {
        let cursor = next.map(|position| self.seal_position(position, &cursor_scope(call, caller)));
        let list = ListView { items, next_cursor: cursor.clone() };
        with_next_link(Reply::ok(&QueueView { list, totals }), call, cursor.as_deref())
    }

    /// A page of a list as a table; the next one stands in the header `Link` alone.
    pub fn table_reply(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        text: String,
        next: Option<&str>,
    ) -> Reply {
        let cursor = next.map(|position| self.seal_position(position, &cursor_scope(call, caller)));
        with_next_link(Reply::csv(text), call, cursor.as_deref())
    }

    fn seal_position(&self, position: &str, scope: &str) -> String {
        let mut bytes = position_tag(&self.mac, position, scope).to_vec();
        bytes.extend_from_slice(position.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open_cursor(&self, cursor: &str, scope: &str) -> Result<String, RequestError> {
        self.try_open(cursor, scope).ok_or(RequestError::InvalidCursor)
    }

    fn try_open(&self, cursor: &str, scope: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, position) = bytes.split_at_checked(MAC_BYTES)?;
        let position = std::str::from_utf8(position).ok()?;
        let right = self.kept.iter().fold(Choice::from(0), |right, mac| {
            right | self::position_tag(mac, position, scope).ct_eq(tag)
        });
        bool::from(right).then(|| position.to_owned())
    }
}

/// What binds a position to its scope.
fn position_tag(mac: &Hmac<Sha256>, position: &str, scope: &str) -> [u8; MAC_BYTES] {
    let mut mac = mac.clone();
    for part in [scope, position] {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        mac.update(&length.to_be_bytes());
        mac.update(part.as_bytes());
    }
    let tag: [u8; 32] = mac.finalize().into_bytes().into();
    std::array::from_fn(|at| tag.get(at).copied().unwrap_or_default())
}

/// The MAC of this use of a secret.
fn derive_mac(secret: &[u8]) -> Hmac<Sha256> {
    let mut derive = keyed_mac(secret);
    derive.update(LABEL);
    keyed_mac(&derive.finalize().into_bytes())
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors(…)")
    }
}

fn keyed_mac(key: &[u8]) -> Hmac<Sha256> {
    // A key of any length is good: it is hashed where it is longer than a block.
    match Hmac::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()),
    }
}

fn parse_limit(text: Option<&str>) -> Result<usize, RequestError> {
    let Some(text) = text else { return Ok(DEFAULT_LIMIT) };
    let number = text.parse().ok().filter(|number| (1..=MAX_LIMIT).contains(number));
    let most = u64::try_from(MAX_LIMIT).unwrap_or(u64::MAX);
    number.ok_or_else(|| {
        RequestError::InvalidQuery(ValueError::out_of_range(1, most).at_pointer("/limit"))
    })
}

fn with_next_link(reply: Reply, call: &Call<'_>, cursor: Option<&str>) -> Reply {
    match cursor {
        Some(cursor) => reply.with_header(LINK, &next_page_link(call, cursor)),
        None => reply,
    }
}

/// Whose list it is, and which: the party, the operation with its path, and the filter.
fn cursor_scope(call: &Call<'_>, caller: &Caller) -> String {
    let filter: Vec<_> = filter_parameters(call)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    [&caller.party_key(), call.operation_id(), call.path(), &filter.join("&")].join("\n")
}

/// The parameters that choose the list's entries, in the order of their names.
fn filter_parameters(call: &Call<'_>) -> Vec<(String, String)> {
    let parameters = call.query_parameters();
    let mut filter: Vec<_> = parameters
        .iter()
        .filter(|(name, _)| !matches!(*name, "cursor" | "after" | "limit"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    filter.sort();
    filter
}

/// The link to the next page.
fn next_page_link(call: &Call<'_>, cursor: &str) -> String {
    let limit =
        call.query_parameters().first("limit").map(|limit| ("limit".to_owned(), limit.to_owned()));
    let parameters: Vec<_> = filter_parameters(call)
        .into_iter()
        .chain(limit)
        .chain([("cursor".to_owned(), cursor.to_owned())])
        .map(|(name, value)| format!("{name}={}", escape_value(&value)))
        .collect();
    format!("<{}?{}>; rel=\"next\"", call.path(), parameters.join("&"))
}

/// A value of a query as a URI has it.
fn escape_value(value: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    value.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::{RequestEvent, app_clients, json_of};

    fn cursors() -> Cursors {
        Cursors::new(b"a secret", [])
    }

    /// The next cursor that `event`'s list gives out.
    #[expect(clippy::needless_pass_by_value, reason = "events are made at the call")]
    fn given(event: RequestEvent) -> String {
        let request = event.request();
        let call = Call::new(&request);
        let caller = call.require_caller(&app_clients()).unwrap();
        let response =
            cursors().list_reply(&call, &caller, &[json!(1)], Some("here")).into_response();
        let cursor = json_of(&response)["next_cursor"].as_str().unwrap().to_owned();
        assert!(response.headers()["link"].to_str().unwrap().contains(&cursor));
        cursor
    }

    #[expect(clippy::needless_pass_by_value, reason = "events are made at the call")]
    fn opened(event: RequestEvent) -> Result<PageRequest, RequestError> {
        let request = event.request();
        let call = Call::new(&request);
        cursors().read_page_request(&call, &call.require_caller(&app_clients()).unwrap())
    }

    fn list(query: &str) -> RequestEvent {
        RequestEvent::get(&format!("/v1/claims?{query}")).partner_admin("p-alpine")
    }

    #[test]
    fn a_cursor_leads_its_caller_on_in_the_same_list() {
        let cursor = given(list("status=draft&limit=1"));
        let page = opened(list(&format!("limit=7&cursor={cursor}&status=draft")));
        assert_eq!(page, Ok(PageRequest { limit: 7, position: Some("here".to_owned()) }));
    }

    #[test]
    fn a_cursor_of_another_caller_filter_list_or_key_is_refused_and_so_is_a_tampered_one() {
        let cursor = given(list("status=draft"));
        let query = format!("status=draft&cursor={cursor}");
        let other = RequestEvent::get(&format!("/v1/claims?{query}")).partner_admin("p-borealis");
        let role = RequestEvent::get(&format!("/v1/claims?{query}")).partner_user("p-alpine");
        let place =
            RequestEvent::get(&format!("/v1/associations?{query}")).partner_admin("p-alpine");
        let filter = list(&format!("status=submitted&cursor={cursor}"));
        let mut flipped = cursor.clone().into_bytes();
        flipped[25] = if flipped[25] == b'A' { b'B' } else { b'A' };
        let tampered =
            list(&format!("status=draft&cursor={}", String::from_utf8(flipped).unwrap()));
        for event in [
            other,
            role,
            place,
            filter,
            tampered,
            list("cursor="),
            list("cursor=%00"),
            list("cursor=AAAA"),
        ] {
            assert_eq!(opened(event), Err(RequestError::InvalidCursor));
        }
        let request = list(&query).request();
        let call = Call::new(&request);
        let page = Cursors::new(b"another", [])
            .read_page_request(&call, &call.require_caller(&app_clients()).unwrap());
        assert_eq!(page, Err(RequestError::InvalidCursor));
    }

    #[test]
    fn a_cursor_of_a_key_that_is_kept_opens_and_new_ones_are_of_the_current_key() {
        let (kept, current): (&[u8], &[u8]) = (b"a secret", b"the next secret");
        let rotated = Cursors::new(current, [kept, current]);
        let read = |cursors: &Cursors, cursor: &str| {
            let request = list(&format!("cursor={cursor}")).request();
            let call = Call::new(&request);
            cursors.read_page_request(&call, &call.require_caller(&app_clients()).unwrap())
        };
        let old = given(list(""));
        let page = read(&rotated, &old);
        assert_eq!(page, Ok(PageRequest { limit: 25, position: Some("here".to_owned()) }));
        let request = list("").request();
        let call = Call::new(&request);
        let caller = call.require_caller(&app_clients()).unwrap();
        let answer = rotated.list_reply(&call, &caller, &[json!(1)], Some("here")).into_response();
        let new = json_of(&answer)["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(read(&Cursors::new(current, []), &new), page);
        assert_eq!(read(&Cursors::new(kept, []), &new), Err(RequestError::InvalidCursor));
        assert_eq!(read(&Cursors::new(current, []), &old), Err(RequestError::InvalidCursor));
    }

    #[test]
    fn a_limit_is_between_1_and_100() {
        assert_eq!(opened(list("")).unwrap().limit, 25);
        assert_eq!(opened(list("limit=100")).unwrap().limit, 100);
        for limit in ["0", "101", "-1", "x", "", "1.5"] {
            let page = opened(list(&format!("limit={limit}")));
            let expected = ValueError::out_of_range(1, 100).at_pointer("/limit");
            assert_eq!(page, Err(RequestError::InvalidQuery(expected)), "{limit}");
        }
    }

    #[test]
    fn the_last_page_has_no_cursor_and_no_link() {
        let request = list("").request();
        let call = Call::new(&request);
        let response = cursors()
            .list_reply(&call, &call.require_caller(&app_clients()).unwrap(), &[json!(1)], None)
            .into_response();
        assert_eq!(json_of(&response), json!({"items": [1], "next_cursor": null}));
        assert!(response.headers().get("link").is_none());
    }
}
