//! `claims`.

use std::ops::ControlFlow;
use std::time::Duration;

use cpor::api::{Exit, Failure, Query, Request, Session, encode_segment, read_pages};
use cpor::columns::{CLAIM_LIST, CLAIM_SHOWN, ITEMS, REASONS};
use cpor::output::{format_fields, format_json_line, format_list, list_at, text_at};
use cpor::visible::to_visible;
use domain::canonical::hash_canonical;
use serde_json::{Value, json};

use super::offline::read_file;
use super::{CommandResult, ProfileRef, print, print_now};
use crate::arguments::{ClaimFilters, ClaimsCommand, OutputFormat};

pub(crate) fn run(profile: &ProfileRef, command: ClaimsCommand) -> CommandResult {
    let mut session = profile.open()?;
    match command {
        ClaimsCommand::List { filters, limit, format } => {
            list(&mut session, "/v1/claims", &filter(filters, limit), limit, format)
        }
        ClaimsCommand::Show { id, format } => {
            let claim = session.fetch(&Request::get(path_of(&id)))?;
            Ok(print(format, &claim, || show(&claim)))
        }
        ClaimsCommand::Submit { draft: Some(id), format, .. } => {
            send_command(&mut session, &id, "submit", None, &json!({}), format)
        }
        ClaimsCommand::Submit { file, key, format, .. } => {
            let file = file.unwrap_or_else(|| "-".into());
            submit(&mut session, &read_file(&file)?, key, format)
        }
        ClaimsCommand::Withdraw { id, reason, comment, format } => {
            let body = json!({ "reason_code": reason, "comment": comment });
            send_command(&mut session, &id, "withdraw", None, &body, format)
        }
        ClaimsCommand::Watch { id, every, until, format } => {
            watch(&mut session, &id, Duration::from_secs(every), until.as_deref(), format)
        }
    }
}

fn path_of(id: &str) -> String {
    format!("/v1/claims/{}", encode_segment(id))
}

/// The query of a list of claims, a page of as many as are wanted.
pub(crate) fn filter(filters: ClaimFilters, limit: usize) -> Query {
    Query::default()
        .with_each("status", &filters.status)
        .with("turn", filters.waiting.then_some("partner"))
        .with("until_before", filters.until_before)
        .with("tenant_id", filters.tenant)
        .with("partner_id", filters.partner)
        .with("program", filters.program)
        .with("external_ref", filters.external_ref)
        .with("updated_since", filters.updated_since)
        .with("limit", Some(limit.clamp(1, 100).to_string()))
}

/// Prints a list of claims, `limit` of them at most.
pub(crate) fn list(
    session: &mut Session,
    path: &str,
    query: &Query,
    limit: usize,
    format: OutputFormat,
) -> CommandResult {
    let mut claims = Vec::new();
    if limit > 0 {
        read_pages(session, path, query, |claim, _| {
            claims.push(claim.clone());
            let full = claims.len() >= limit;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    let value = Value::Array(claims);
    Ok(print(format, &value, || format_list(&CLAIM_LIST, list_at(&value, ""))))
}

/// A claim for people: what it is, where it stands, and why.
fn show(claim: &Value) -> String {
    let mut text = format_fields(&CLAIM_SHOWN, claim);
    for (place, columns) in [("/items", &ITEMS[..]), ("/reasons", &REASONS[..])] {
        let entries = list_at(claim, place);
        if !entries.is_empty() {
            text.push('\n');
            text += &format_list(columns, entries);
        }
    }
    text
}

/// Submits what a file says. The key is a digest of it, so that the same file is the same claim.
fn submit(
    session: &mut Session,
    text: &str,
    key: Option<String>,
    format: OutputFormat,
) -> CommandResult {
    let body: Value =
        serde_json::from_str(text).map_err(|error| Failure::unreadable("The claim", error))?;
    let key = key.unwrap_or_else(|| {
        format!("submit-{}", hash_canonical(&json!(["cpor claims submit", body])))
    });
    let request = Request::post("/v1/claims", &body)?.header("idempotency-key", key);
    let claim = session.fetch(&request)?;
    Ok(print(format, &claim, || tell_state(&claim)))
}

/// Gives a command to a claim, in the version that was looked at or as it is now.
pub(crate) fn send_command(
    session: &mut Session,
    id: &str,
    command: &str,
    version: Option<u32>,
    body: &impl serde::Serialize,
    format: OutputFormat,
) -> CommandResult {
    let tag = match version {
        Some(version) => format!("\"{version}\""),
        None => fetch_tag(session, id)?,
    };
    let request =
        Request::post(format!("{}/{command}", path_of(id)), body)?.header("if-match", tag);
    let claim = session.fetch(&request)?;
    Ok(print(format, &claim, || tell_state(&claim)))
}

/// The present version of a claim, as `If-Match` names it.
fn fetch_tag(session: &mut Session, id: &str) -> Result<String, Failure> {
    let claim = session.call(&Request::get(path_of(id)))?;
    let tag = claim.header("etag").map(str::to_owned);
    tag.ok_or_else(|| Failure::Unreachable("the claim has no version".to_owned()))
}

/// Where a claim stands, on one line.
fn tell_state(claim: &Value) -> String {
    let at = |pointer| text_at(claim, pointer);
    let turn = match at("/turn/who").as_str() {
        "" => "nobody’s turn".to_owned(),
        who => {
            format!("{who}’s turn until {}; silence: {}", at("/turn/until"), at("/turn/on_silence"))
        }
    };
    let text = format!("{} version {}, {}; {turn}", at("/id"), at("/version"), at("/status"));
    to_visible(&text) + "\n"
}

/// Looks at a claim until nobody's turn is left, or it has the status that is waited for.
fn watch(
    session: &mut Session,
    id: &str,
    every: Duration,
    until: Option<&str>,
    format: OutputFormat,
) -> CommandResult {
    let mut tag: Option<String> = None;
    loop {
        let mut request = Request::get(path_of(id));
        request.headers.extend(tag.clone().map(|tag| ("if-none-match", tag)));
        let answer = session.call(&request)?;
        if answer.status != 304 {
            tag = answer.header("etag").map(str::to_owned);
            let claim = answer.json()?;
            let line = if format.json { format_json_line(&claim) } else { tell_state(&claim) };
            let status = text_at(&claim, "/status");
            let over = claim.get("turn").is_none_or(Value::is_null) || until == Some(&status);
            if !print_now(&line) || over {
                return Ok((String::new(), Exit::Done));
            }
        }
        std::thread::sleep(every);
    }
}
