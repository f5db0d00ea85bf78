//! Outages that were announced (`docs/domain.md §4.4`): the entry with who announced which and why, and a short list
//! that is read before windows are closed.

use domain::claim::Instant;
use domain::outage::{AnnouncedOutage, Outage, OutageWish, Outages};
use domain::rejection::{FieldError, Rejection};

use super::entry::{EntryWrite, NextEntry, Permits, RevisedEntry};
use super::recounts::Recount;
use super::revision::{Author, EntryKind};
use crate::table::attributes::{Reader, instant_from_millis, item_key, put_value, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::index::{Cursor, ListPage};
use crate::table::keys;
use crate::table::transaction::TransactionAction;

/// The list, as one text.
const LIST: &str = "o";

impl EntryKind for Outages {}

impl Store {
    /// The outages that were announced; at revision 0 where none ever was.
    ///
    /// # Errors
    /// Where the entry cannot be read.
    pub async fn load_outages(&self) -> Result<RevisedEntry<Outages>, StoreError> {
        let stored = self.load_entry(keys::OUTAGES.to_owned()).await?;
        Ok(stored.unwrap_or_else(|| RevisedEntry { entry: Outages::default(), revision: 0 }))
    }

    /// A page of the outages that were announced, the newest first.
    ///
    /// # Errors
    /// Where the entry, or the cursor, cannot be read.
    pub async fn list_outages(
        &self,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<AnnouncedOutage>, StoreError> {
        let before = from.map(|from| from.sort.parse::<u32>()).transpose();
        let before = before.map_err(|_| StoreError::unreadable_attribute("cursor", "sort"))?;
        let announced = self.load_outages().await?.entry.announced;
        let is_behind = |own: &AnnouncedOutage| before.is_none_or(|last| own.outage.number < last);
        let mut behind = announced.into_iter().rev().filter(is_behind).peekable();
        let items: Vec<_> = behind.by_ref().take(usize::from(limit)).collect();
        let last = items.last().filter(|_| behind.peek().is_some());
        let next = last.map(|last| Cursor { part: None, sort: last.outage.number.to_string() });
        Ok(ListPage { items, next })
    }

    /// Announces an outage over the outages that `permits` names: the entry, the list that is read before windows are
    /// closed, and what asks for windows to be looked at, in one transaction. Whoever names the outages from before the
    /// last one, and wishes what that one says, repeats it: nothing is written.
    ///
    /// # Errors
    /// [`Rejection::Fields`] where there are too many outages; where others announce all the time, and of the table.
    pub async fn announce_outage(
        &self,
        wish: &OutageWish,
        author: &Author,
        permits: Permits<'_, Outages>,
    ) -> Result<EntryWrite<Outages>, StoreError> {
        let untouched = RevisedEntry { entry: Outages::default(), revision: 0 };
        let permits = |present: Option<&RevisedEntry<Outages>>, repeats| {
            permits(Some(present.unwrap_or(&untouched)), repeats)
        };
        let next = |before: Option<&Outages>, number: u32| {
            let before = before.unwrap_or(&untouched.entry);
            let present =
                RevisedEntry { entry: before.clone(), revision: number.saturating_sub(1) };
            if !permits(Some(&present), false) && repeats_last(before, wish) {
                return Ok(NextEntry::from(before.clone()));
            }
            next_outages(before, wish, number, author)
        };
        let pk = keys::OUTAGES.to_owned();
        let written = self.change_entry(pk, author, &permits, next).await?;
        Ok(match written {
            EntryWrite::Stale(None) => EntryWrite::Stale(Some(untouched)),
            known @ (EntryWrite::Created(_)
            | EntryWrite::Stored(_)
            | EntryWrite::Stale(Some(_))) => known,
        })
    }
}

/// Whether the last outage that was announced says what is wished.
pub(crate) fn repeats_last(outages: &Outages, wish: &OutageWish) -> bool {
    outages.last_announced().is_some_and(|last| {
        let (from, until) = (last.outage.closing_from, last.outage.closing_until);
        (from, until, &last.comment) == (wish.closing_from, wish.closing_until, &wish.comment)
    })
}

/// The outage of that number, announced at `at`.
pub(crate) fn new_outage(wish: &OutageWish, number: u32, at: Instant) -> Outage {
    let OutageWish { closing_from, closing_until, .. } = *wish;
    Outage { number, closing_from, closing_until, announced_at: at }
}

fn next_outages(
    before: &Outages,
    wish: &OutageWish,
    number: u32,
    author: &Author,
) -> Result<NextEntry<Outages>, StoreError> {
    let refused = |error: FieldError| StoreError::from(Rejection::Fields(vec![error]));
    let by = author.staff.clone().ok_or(Rejection::RoleNotAllowed)?;
    let outage = new_outage(wish, number, author.at);
    let announced = AnnouncedOutage { outage, by, comment: wish.comment.clone() };
    let entry = before.with_outage(announced).map_err(refused)?;
    let mut listed = item_key(keys::REVISIONS, keys::LISTED_OUTAGES);
    put_value(&mut listed, LIST, Some(text_value(pack_outages(&entry))));
    let recount = Recount::of_outage(&outage).to_attributes();
    let beside = vec![TransactionAction::Put(listed, None), TransactionAction::Put(recount, None)];
    Ok(NextEntry { entry, attributes: Vec::new(), beside })
}

/// The outages as one text: number, beginning, end and announcement of each, in milliseconds since 1970.
fn pack_outages(outages: &Outages) -> String {
    let one = |own: &AnnouncedOutage| {
        let Outage { number, closing_from, closing_until, announced_at } = own.outage;
        let [from, until, at] =
            [closing_from, closing_until, announced_at].map(|at| at.timestamp_millis());
        format!("{number},{from},{until},{at}")
    };
    outages.announced.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The outages of the list, in the order of their numbers.
pub(super) fn read_outages(item: Reader<'_>) -> Result<Vec<Outage>, StoreError> {
    let one = |text: &str| {
        let mut parts = text.split(',').map(|part| part.parse::<i64>().ok());
        let number = u32::try_from(parts.next()??).ok()?;
        let mut moment = || instant_from_millis(parts.next()??);
        let (closing_from, closing_until, announced_at) = (moment()?, moment()?, moment()?);
        Some(Outage { number, closing_from, closing_until, announced_at })
    };
    let list = item.read_text(LIST)?.split(' ').filter(|text| !text.is_empty());
    list.map(one).collect::<Option<Vec<_>>>().ok_or_else(|| item.attribute_error(LIST))
}

/// Where the list of outages stands.
pub(crate) fn outages_key() -> ItemKey {
    (keys::REVISIONS.to_owned(), keys::LISTED_OUTAGES.to_owned())
}

impl FetchedItems {
    /// The outages for which windows get a day, if their list was fetched.
    pub(crate) fn outages(&self) -> Result<Vec<Outage>, StoreError> {
        let listed = self.get(&outages_key())?;
        listed.map_or_else(|| Ok(Vec::new()), |item| read_outages(Reader::new("outages", item)))
    }
}
