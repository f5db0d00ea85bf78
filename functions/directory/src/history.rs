//! `GET …/history` of the directory: every revision of an entry, oldest first.

use app::pagination;
use serde::Serialize;
use store::{Cursor, EntryRevision, ListPage};
use web::views::EntryRevisionView;
use web::{Call, Caller, Reply, RequestError, queries};

use crate::App;

/// Where the page begins that is asked for, and how many revisions it may have.
pub(crate) async fn read_page_start(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<(Option<Cursor>, u16), RequestError> {
    queries::read_history_query(call)?;
    pagination::page_start(&app.cursors.read_page_request(call, caller).await?)
}

/// The page, each entry in the form of its own answer.
pub(crate) fn history_reply<T, V: Serialize>(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
    found: ListPage<EntryRevision<T>>,
    view: impl Fn(&T) -> V,
) -> Reply {
    let shown = |one: &EntryRevision<T>| {
        let author = one.author.as_ref();
        let written = author.map(|author| (author.at, author.kind, author.staff.as_ref()));
        EntryRevisionView::of(one.revision, written, &view(&one.entry))
    };
    let revisions: Vec<_> = found.items.iter().map(shown).collect();
    let next = pagination::next_position(found.next);
    app.cursors.current_cursors().list_reply(call, caller, &revisions, next.as_deref())
}
