//! What is kept beside a version of a claim: what was said with its event, and which fields that changed
//! (`W#<version>#<write id>`).
//!
//! It is put before the record, as a timer is, and names the one before it; the record names the newest. So they are
//! a chain: one whose move did not happen, or lost a race, is named by nobody and never shown, and none that is named
//! can be missing.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use domain::actor::ActorKind;
use domain::canonical;
use domain::claim::{Claim, EarlierRemark, Instant};
use domain::event::{Event, EventType};
use domain::given_remark::GivenRemark;
use domain::history::{Annotation, Audience, ReadableEntry};
use domain::ids::{ClaimId, Version};
use domain::remark::Remark;
use serde::{Deserialize, Serialize};

use super::entries::HistoryEntry;
use crate::table::attributes::{
    Attributes, Reader, bytes_value, item_key, number_value, put_value, text_value,
};
use crate::table::clock::RequestTime;
use crate::table::codec::deflated::{deflate_text, inflate_text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::write_id::WriteId;

/// What happened and what was said, deflated.
const TEXT: &str = "x";
/// The write id of the annotation before it.
const PREVIOUS: &str = "p";
/// How many remarks a page has: more than one event can have.
const PAGE: usize = 50;
/// How many pages of annotations are read at the most to find what was said.
const MOST_READS: u32 = 20;
/// How many annotations are read at once.
const READ: i32 = 60;

/// A claim as it was read, with the end of the chain of its remarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRead {
    /// The claim as it was read.
    pub claim: Claim,
    newest: Option<WriteId>,
}

/// A page of remarks, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RemarksPage {
    /// The remarks; those of one event in the order in which they were given.
    pub remarks: Vec<GivenRemark>,
    /// Before which version there are older ones; `None`: there are none.
    pub next: Option<Version>,
}

/// An annotation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnnotationItem {
    version: Version,
    /// The write that put it and was to write the version.
    write: WriteId,
    previous: Option<WriteId>,
    fields: AnnotationFields,
}

/// The text of an annotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct AnnotationFields {
    at: Instant,
    event: EventType,
    side: ActorKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor_id: Option<String>,
    #[serde(flatten)]
    annotation: Annotation,
}

impl AnnotationItem {
    /// What goes with an event, if anything does.
    pub(crate) fn of(
        (old, previous): (&Claim, Option<WriteId>),
        new: &Claim,
        event: &Event,
        write: WriteId,
    ) -> Option<Self> {
        let annotation = Annotation::of(old, new, event);
        let fields = AnnotationFields {
            at: event.at,
            event: event.body.event_type(),
            side: event.actor,
            actor_id: event.actor_id.as_ref().map(ToString::to_string),
            annotation,
        };
        let is_empty = fields.annotation.is_empty();
        (!is_empty).then_some(Self { version: event.version, write, previous, fields })
    }

    fn to_attributes(&self, claim: &ClaimId) -> Result<Attributes, StoreError> {
        let fields = serde_json::to_value(&self.fields);
        let fields = fields.map_err(|_| StoreError::unreadable_attribute("annotation", TEXT))?;
        let mut item =
            item_key(keys::claim_pk(claim), keys::annotation_sk(self.version, self.write));
        put_value(
            &mut item,
            TEXT,
            Some(bytes_value(deflate_text(&canonical::to_canonical_json(&fields))?)),
        );
        put_value(&mut item, PREVIOUS, self.previous.map(|write| bytes_value(write.0)));
        Ok(item)
    }

    /// `None` for one that was blotted out.
    fn from_item(item: &Attributes) -> Result<Option<Self>, StoreError> {
        let reader = Reader::new("annotation", item);
        let sort = reader.read_text("sk")?;
        let (version, write) =
            keys::parse_annotation_sk(sort).ok_or_else(|| reader.attribute_error("sk"))?;
        let Some(deflated) = reader.opt_bytes(TEXT)? else { return Ok(None) };
        let text = inflate_text(deflated).ok_or_else(|| reader.attribute_error(TEXT))?;
        let fields = serde_json::from_str(&text).map_err(|_| reader.attribute_error(TEXT))?;
        let previous = reader.opt_array(PREVIOUS)?.map(WriteId);
        Ok(Some(Self { version, write, previous, fields }))
    }

    fn into_remarks(self) -> Vec<GivenRemark> {
        let AnnotationFields { at, event, side, actor_id, annotation } = self.fields;
        let version = self.version;
        let given = |remark: Remark| GivenRemark {
            version,
            at,
            side,
            actor_id: actor_id.clone(),
            event,
            remark,
        };
        annotation.remarks.into_iter().map(given).collect()
    }
}

impl RemarksPage {
    /// Adds the remarks of one event that are read; whether the page goes on.
    fn add_remarks(&mut self, remarks: Vec<GivenRemark>) -> bool {
        let is_full = self.remarks.len() + remarks.len() > PAGE;
        if is_full && !self.remarks.is_empty() && !remarks.is_empty() {
            self.next = self.remarks.last().map(|last| last.version);
            return false;
        }
        self.remarks.extend(remarks);
        true
    }
}

impl Store {
    /// The claim as [`Store::load_up_to_date`] gives it, to be shown with what was said.
    ///
    /// # Errors
    /// Those of [`Store::load_up_to_date`].
    pub async fn read_claim(
        &self,
        id: &ClaimId,
        moment: RequestTime,
    ) -> Result<Option<ClaimRead>, StoreError> {
        let stored = self.load_stored_up_to_date(id, moment.offset).await?;
        let read = stored.map(|stored| stored.record);
        Ok(read.map(|record| ClaimRead { newest: record.stamp.annotation, claim: record.claim }))
    }

    /// What was said in the claim as it was read, and `audience` may read: the newest, or those before a version. Behind
    /// some thousand steps with something to keep nothing is looked for any more, so that no party makes a claim unreadable.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn list_remarks(
        &self,
        read: &ClaimRead,
        before: Option<Version>,
        audience: Audience,
    ) -> Result<RemarksPage, StoreError> {
        let mut page = RemarksPage::default();
        let shown = |remarks: Vec<GivenRemark>| {
            let is_shown = |own: &GivenRemark| {
                before.is_none_or(|before| own.version < before) && own.is_read_by(audience)
            };
            remarks.into_iter().filter(is_shown).collect::<Vec<_>>()
        };
        let (mut wanted, mut from) = (read.newest, None);
        for _ in 0..MOST_READS {
            if wanted.is_none() {
                break;
            }
            let answer = self.query_annotations(&read.claim.id, from).await?;
            for item in answer.items.unwrap_or_default() {
                let Some(found) = AnnotationItem::from_item(&item)? else { continue };
                if wanted != Some(found.write) {
                    continue;
                }
                wanted = found.previous;
                if !page.add_remarks(shown(found.into_remarks())) {
                    return Ok(page);
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        for remark in self.earlier_remarks(&read.claim).await? {
            if !page.add_remarks(shown(vec![remark])) {
                return Ok(page);
            }
        }
        Ok(page)
    }

    /// Puts what goes with a move, before the move.
    pub(crate) async fn put_annotation(
        &self,
        claim: &ClaimId,
        annotation: Option<&AnnotationItem>,
    ) -> Result<(), StoreError> {
        match annotation {
            Some(annotation) => self.put_item(annotation.to_attributes(claim)?).await,
            None => Ok(()),
        }
    }

    /// What goes with the version that `write` wrote, where something does; gone with an erasure.
    pub(crate) async fn load_annotation(
        &self,
        claim: &ClaimId,
        version: Version,
        write: WriteId,
    ) -> Result<Option<Annotation>, StoreError> {
        let key = item_key(keys::claim_pk(claim), keys::annotation_sk(version, write));
        let Some(item) = self.get_item(key).await? else { return Ok(None) };
        Ok(AnnotationItem::from_item(&item)?.map(|found| found.fields.annotation))
    }

    /// Blots out what these writes put beside a claim that was erased meanwhile: none of them has moved it.
    pub(crate) async fn delete_unused_annotations(
        &self,
        claim: &ClaimId,
        writes: &[WriteId],
    ) -> Result<(), StoreError> {
        let mut from = None;
        loop {
            let answer = self.query_annotations(claim, from).await?;
            for item in answer.items.unwrap_or_default() {
                let sort = Reader::new("annotation", &item).read_text("sk")?;
                if keys::parse_annotation_sk(sort).is_some_and(|(_, write)| writes.contains(&write))
                {
                    let mut blot = item_key(keys::claim_pk(claim), sort);
                    put_value(
                        &mut blot,
                        "expires",
                        Some(number_value(self.system_time().timestamp())),
                    );
                    self.put_item(blot).await?;
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    /// Annotations, newest first, those that nobody names among them.
    async fn query_annotations(
        &self,
        claim: &ClaimId,
        from: Option<Attributes>,
    ) -> Result<QueryOutput, StoreError> {
        self.client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :w)")
            .expression_attribute_values(":pk", text_value(keys::claim_pk(claim)))
            .expression_attribute_values(":w", text_value(keys::ANNOTATIONS))
            .scan_index_forward(false)
            .set_exclusive_start_key(from)
            .limit(READ)
            .send()
            .await
            .map_err(StoreError::from)
    }

    /// The remarks of a claim from before they were kept beside it, newest first. The history tells whose they are.
    async fn earlier_remarks(&self, claim: &Claim) -> Result<Vec<GivenRemark>, StoreError> {
        let earlier = &claim.details.remarks;
        if earlier.is_empty() {
            return Ok(Vec::new());
        }
        let entry = |own: &EarlierRemark| {
            item_key(keys::claim_pk(&claim.id), keys::history_sk(own.version))
        };
        let (found, _) = self.get_items(earlier.iter().map(entry).collect()).await?;
        let entries = found.iter().map(HistoryEntry::from_item).collect::<Result<Vec<_>, _>>()?;
        let entries: BTreeMap<_, _> =
            entries.into_iter().map(|entry| (entry.version, entry)).collect();
        let given = |own: &EarlierRemark| {
            let (version, remark) = (own.version, Remark::comment(own.text.clone()));
            if version == claim.version {
                let last = &claim.last_event;
                let actor_id = last.actor_id.as_ref().map(ToString::to_string);
                let (at, side, event) = (last.at, last.actor, last.event_type);
                return Some(GivenRemark { version, at, side, actor_id, event, remark });
            }
            let ReadableEntry::Event(entry) = entries.get(&version)?.to_readable()? else {
                return None;
            };
            let (at, side, event) = (entry.at, entry.actor, entry.event_type);
            Some(GivenRemark { version, at, side, actor_id: entry.actor_id, event, remark })
        };
        Ok(earlier.iter().rev().filter_map(given).collect())
    }
}

#[cfg(test)]
mod tests {
    use domain::reason::ReasonCode;
    use domain::text::Comment;

    use super::*;
    use crate::table::codec::claim_item::tests::size;

    const WRITE: WriteId = WriteId([7; 8]);

    fn item(remarks: Vec<Remark>) -> AnnotationItem {
        let fields = AnnotationFields {
            at: "2026-12-22T14:00:00Z".parse().unwrap(),
            event: EventType::Rejected,
            side: ActorKind::Operator,
            actor_id: Some("reviewer-1".to_owned()),
            annotation: Annotation { remarks, ..Annotation::default() },
        };
        AnnotationItem { version: Version(4), write: WRITE, previous: Some(WRITE), fields }
    }

    fn claim() -> ClaimId {
        ClaimId::parse("cbplyjelfz5a5xwmpnah5uzxk4").unwrap()
    }

    #[test]
    fn an_annotation_is_read_as_it_was_written_and_a_blotted_one_says_nothing() {
        let own = item(vec![Remark::comment(Comment::parse("Proč ne?\n").unwrap())]);
        let mut stored = own.to_attributes(&claim()).unwrap();
        assert_eq!(AnnotationItem::from_item(&stored).unwrap(), Some(own));
        stored.remove(TEXT);
        assert_eq!(AnnotationItem::from_item(&stored).unwrap(), None);
    }

    #[test]
    fn a_comment_of_a_thousand_characters_takes_one_unit_and_the_most_texts_fit_in_an_item() {
        let words = |length: usize| {
            let words = ReasonCode::ALL.iter().map(|code| code.meaning());
            let text: String = words.cycle().take(100).collect::<Vec<_>>().join(" ");
            text.chars().take(length).collect::<String>()
        };
        let one = item(vec![Remark::comment(Comment::parse(&words(1000)).unwrap())]);
        let units = size(&one.to_attributes(&claim()).unwrap());
        assert!(units <= 1024, "{units} bytes");
        // Characters of four bytes that nothing can be saved on: a reason for each item, and a note.
        let wide = |no: u32| {
            let letter = |at: u32| char::from_u32(0x2_0000 + (at * 7919 + no * 104_729) % 40_000);
            Comment::parse(&(0..2000).filter_map(letter).collect::<String>()).unwrap()
        };
        let most = item((0..26).map(|no| Remark::comment(wide(no))).collect());
        let stored = most.to_attributes(&claim()).unwrap();
        assert!(size(&stored) < 400 * 1024, "{} bytes", size(&stored));
        assert_eq!(AnnotationItem::from_item(&stored).unwrap(), Some(most));
    }

    #[test]
    fn a_page_ends_between_two_events_and_says_before_which_version_to_go_on() {
        let given = |version: u32| {
            let comment = Remark::comment(Comment::parse("x").unwrap());
            let mut own = item(vec![comment; 20]);
            own.version = Version(version);
            own.into_remarks()
        };
        let mut page = RemarksPage::default();
        assert!(
            page.add_remarks(given(9))
                && page.add_remarks(given(8))
                && page.add_remarks(Vec::new())
        );
        assert!(!page.add_remarks(given(7)));
        assert_eq!((page.remarks.len(), page.next), (40, Some(Version(8))));
    }
}
