//! `events`: what happened, by the caller's feed (`docs/api.md §3.6`).

use std::time::Duration;

use cpor::api::{Exit, Failure, Query, Request, Session};
use cpor::columns::EVENT_LIST;
use cpor::output::{format_json_line, format_line, format_list, list_at, text_at};
use serde_json::{Value, json};

use super::{CommandResult, ProfileRef, note, print, print_now};
use crate::arguments::{EventsArguments, EventsCommand};

/// The most events of a page.
const PAGE: usize = 100;

pub(crate) fn run(profile: &ProfileRef, command: EventsCommand) -> CommandResult {
    let EventsCommand::List(given) = command;
    let mut session = profile.open()?;
    let types = (!given.types.is_empty()).then(|| given.types.join(","));
    let mut feed =
        EventFeed { query: Query::default().with("types", types), after: given.after.clone() };
    if given.follow {
        follow(&mut session, &mut feed, &given)
    } else {
        list(&mut session, &mut feed, &given)
    }
}

/// A place in a feed, which moves with each page.
struct EventFeed {
    query: Query,
    after: Option<String>,
}

impl EventFeed {
    /// The next page, of so many events at the most; and whether there is more already.
    fn read(&mut self, session: &mut Session, limit: usize) -> Result<(Vec<Value>, bool), Failure> {
        let query = self.query.clone().with("limit", Some(limit.to_string()));
        let path = query.with("after", self.after.clone()).of_path("/v1/events");
        let page = session.fetch(&Request::get(path))?;
        let more = page.get("more").and_then(Value::as_bool).unwrap_or(false);
        let next = Some(text_at(&page, "/next_cursor"));
        if more && next == self.after {
            return Err(Failure::Unreachable("the feed goes round in a circle".to_owned()));
        }
        self.after = next;
        Ok((list_at(&page, "/items").to_vec(), more))
    }

    /// Says where to go on.
    fn tell_place(&self) {
        if let Some(after) = &self.after {
            note(&format!("Go on with --after={after}"));
        }
    }
}

fn list(session: &mut Session, feed: &mut EventFeed, given: &EventsArguments) -> CommandResult {
    let mut events = Vec::new();
    let mut more = true;
    while more && events.len() < given.limit {
        // A page is never longer than what is still wanted, so that its place is behind the last event of it. Of single
        // types a page looks at many for the few that it has, and all of those are listed.
        let wanted = if given.types.is_empty() { given.limit - events.len() } else { PAGE };
        let (page, has_more) = feed.read(session, wanted.min(PAGE))?;
        events.extend(page);
        more = has_more;
    }
    if !given.format.json {
        feed.tell_place();
    }
    let value = json!({"items": events, "next_cursor": feed.after, "more": more});
    Ok(print(given.format, &value, || format_list(&EVENT_LIST, list_at(&value, "/items"))))
}

/// Prints each event as it comes. The place is told where a page had some.
fn follow(session: &mut Session, feed: &mut EventFeed, given: &EventsArguments) -> CommandResult {
    loop {
        let (page, more) = feed.read(session, PAGE)?;
        for event in &page {
            let line = if given.format.json {
                format_json_line(event)
            } else {
                format_line(&EVENT_LIST, event)
            };
            if !print_now(&line) {
                return Ok((String::new(), Exit::Done));
            }
        }
        if !page.is_empty() {
            feed.tell_place();
        }
        if !more {
            std::thread::sleep(Duration::from_secs(given.every));
        }
    }
}
