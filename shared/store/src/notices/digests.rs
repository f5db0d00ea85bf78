//! The mail of a day to a partner: what it tells, and when it is due (`docs/architecture.md §4.1`).
//!
//! That a mail is due is put before what it tells, and is deleted once it is sent. So what it tells is never forgotten.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chrono::Duration;
use domain::claim::Instant;
use domain::directory::Partner;
use domain::ids::{ClaimId, ItemNo, PartnerId, Sha256Hash, Version};
use domain::partner_news::PartnerTopic;
use domain::text::Email;

use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, is_refused};

const TOPICS: &str = "t";
const OFFICIAL: &str = "o";
const ENDED: &str = "e";
const FREE: &str = "f";
/// Until when somebody sends the mail.
const LEASED_UNTIL: &str = "l";

/// For whom it was handed over.
const SENT: &str = "s";

/// How long after its time a mail is sent. Whoever adds to it runs for less long than that.
const DELAY: Duration = Duration::seconds(120);
/// How long nobody else sends a mail that somebody has begun to send.
const LEASE: Duration = Duration::seconds(45);
/// How long what a mail tells is kept: the time to live runs on the real clock.
const KEPT: Duration = Duration::days(90);
/// How much of a day is read at the most; what is beyond is counted alone.
const MOST_READ: usize = 5_000;
/// The most mails that are looked up at once.
const PAGE: i32 = 200;
/// The most mails about single claims that a partner gets on a day.
const MOST_A_DAY: u32 = 100;

/// A mail of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The partner that gets it.
    pub partner: PartnerId,
    /// When it is due.
    pub due_at: Instant,
}

/// What a mail of a day tells of a version of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestEntry {
    /// The claim that it happened to.
    pub claim: ClaimId,
    /// The version that the event led to.
    pub version: Version,
    /// What is told of.
    pub topics: BTreeSet<PartnerTopic>,
    /// The items that became official.
    pub official: Vec<ItemNo>,
    /// The items whose association ended.
    pub ended: Vec<ItemNo>,
    /// The items that can be claimed again, since what had replaced them was not to last.
    pub free: Vec<ItemNo>,
}

/// What a mail of a day tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DigestEntries {
    /// Those that were read, by claim and version.
    pub read: Vec<DigestEntry>,
    /// How many there are beside them.
    pub more: usize,
}

/// For whom a mail of a day was handed over. No address is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DigestSent(BTreeSet<String>);

impl DigestSent {
    /// Whether it was handed over for that address.
    pub fn contains(&self, to: &Email) -> bool {
        self.0.contains(&address_mark(to))
    }

    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        match item.get(SENT) {
            None => Ok(Self::default()),
            Some(AttributeValue::Ss(marks)) => Ok(Self(marks.iter().cloned().collect())),
            Some(_) => Err(StoreError::unreadable_attribute("digest", SENT)),
        }
    }
}

/// What tells an address from the other contacts of its partner.
fn address_mark(to: &Email) -> String {
    let digest = Sha256Hash::of(to.as_str().to_ascii_lowercase().as_bytes()).to_string();
    digest.chars().take(16).collect()
}

impl Store {
    /// Adds to the mail of the day that is due next after `now`. The same entry twice is one.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn add_to_digest(
        &self,
        partner: &Partner,
        entry: &DigestEntry,
        now: Instant,
    ) -> Result<(), StoreError> {
        let due_at = partner.digest_due_after(now);
        let digest = Digest { partner: partner.id.clone(), due_at };
        if self.get_item(digest.item_key()).await?.is_none() {
            self.put_item_if(digest.item_key(), Condition::absent()).await?;
        }
        let mut item = item_key(
            keys::digest_entries_pk(&partner.id),
            keys::digest_entry_sk(due_at, &entry.claim, entry.version, !entry.free.is_empty()),
        );
        let topics: Vec<_> = entry.topics.iter().map(|topic| topic.as_str()).collect();
        put_value(&mut item, TOPICS, Some(text_value(topics.join(","))));
        for (name, items) in
            [(OFFICIAL, &entry.official), (ENDED, &entry.ended), (FREE, &entry.free)]
        {
            let numbers: Vec<u8> = items.iter().map(|no| no.0).collect();
            put_value(&mut item, name, (!numbers.is_empty()).then(|| bytes_value(numbers)));
        }
        put_value(
            &mut item,
            "expires",
            Some(number_value((self.system_time() + KEPT).timestamp())),
        );
        self.put_item(item).await
    }

    /// The mails of days that may be sent at `now`, those that are due longest first.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn due_digests(&self, now: Instant) -> Result<Vec<Digest>, StoreError> {
        let behind = keys::sortable_instant(now - DELAY + Duration::milliseconds(1));
        let (mut due, mut from) = (Vec::new(), None);
        loop {
            let call = self.client.query().table_name(self.table_name()).consistent_read(true);
            let answer = call
                .key_condition_expression("pk = :pk AND sk < :behind")
                .expression_attribute_values(":pk", text_value(keys::DIGESTS))
                .expression_attribute_values(":behind", text_value(&behind))
                .set_exclusive_start_key(from)
                .limit(PAGE)
                .send()
                .await?;
            for item in answer.items.unwrap_or_default() {
                due.push(Digest::from_item(&item)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(due);
            }
        }
    }

    /// Keeps others from sending a mail for a while, and says to whom it was handed over already. `None`: somebody
    /// sends it, or has sent it.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn lease_digest(
        &self,
        digest: &Digest,
        now: Instant,
    ) -> Result<Option<DigestSent>, StoreError> {
        let free = format!("attribute_not_exists({LEASED_UNTIL}) OR {LEASED_UNTIL} <= :now");
        let call = self.client.update_item().table_name(self.table_name());
        let leased = call
            .set_key(Some(digest.item_key()))
            .update_expression(format!("SET {LEASED_UNTIL} = :until"))
            .condition_expression(format!("attribute_exists(pk) AND ({free})"))
            .expression_attribute_values(":until", instant_value(now + LEASE))
            .expression_attribute_values(":now", instant_value(now))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match leased {
            Ok(answer) => DigestSent::from_item(&answer.attributes.unwrap_or_default()).map(Some),
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(StoreError::from(error)),
        }
    }

    /// Notes that a mail was handed over for an address.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn note_digest_sent(&self, digest: &Digest, to: &Email) -> Result<(), StoreError> {
        let call = self.client.update_item().table_name(self.table_name());
        let noted = call
            .set_key(Some(digest.item_key()))
            .update_expression(format!("ADD {SENT} :to"))
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":to", AttributeValue::Ss(vec![address_mark(to)]))
            .send()
            .await;
        match noted {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Ok(()),
            Err(error) => Err(StoreError::from(error)),
        }
    }

    /// What a mail tells.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn digest_entries(&self, digest: &Digest) -> Result<DigestEntries, StoreError> {
        let mut found = DigestEntries::default();
        let mut from = None;
        loop {
            let call = self.client.query().table_name(self.table_name()).consistent_read(true);
            let answer = call
                .key_condition_expression("pk = :pk AND begins_with(sk, :due)")
                .expression_attribute_values(
                    ":pk",
                    text_value(keys::digest_entries_pk(&digest.partner)),
                )
                .expression_attribute_values(
                    ":due",
                    text_value(format!("{}#", keys::sortable_instant(digest.due_at))),
                )
                .set_exclusive_start_key(from)
                .send()
                .await?;
            for item in answer.items.unwrap_or_default() {
                if found.read.len() < MOST_READ {
                    found.read.push(DigestEntry::from_item(&item)?);
                } else {
                    found.more += 1;
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// Lets go of a mail that is sent. What it told expires.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn delete_digest(&self, digest: &Digest) -> Result<(), StoreError> {
        self.delete_items(vec![digest.item_key()]).await
    }

    /// Counts one more mail about a single claim for the partner's day; `false`, with nothing counted, where the
    /// day's are used up.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_partner_mail(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let sort = keys::partner_mails_sk(partner.time_zone.local_date(at));
        let most = Counter { name: "n".to_owned(), step: 1, most: Some(MOST_A_DAY) };
        self.count_up(item_key(keys::quotas_pk(&partner.id), sort), &[most]).await
    }
}

impl Digest {
    fn item_key(&self) -> Attributes {
        item_key(keys::DIGESTS, keys::digest_sk(self.due_at, &self.partner))
    }

    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let reader = Reader::new("digest", item);
        let (due_at, partner) =
            reader.read_parsed("sk", |sk| keys::parse_digest_sk(sk).ok_or(()))?;
        Ok(Self { partner, due_at })
    }
}

impl DigestEntry {
    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let reader = Reader::new("digest entry", item);
        let (claim, version) =
            reader.read_parsed("sk", |sk| keys::parse_digest_entry_sk(sk).ok_or(()))?;
        let topics = reader.read_text(TOPICS)?.split(',').map(PartnerTopic::parse);
        let topics: Option<BTreeSet<_>> = topics.collect();
        let topics = topics.ok_or_else(|| reader.attribute_error(TOPICS))?;
        let items = |name| -> Result<Vec<ItemNo>, StoreError> {
            let numbers = reader.opt_bytes(name)?.unwrap_or_default();
            Ok(numbers.iter().copied().map(ItemNo).collect())
        };
        let (official, ended, free) = (items(OFFICIAL)?, items(ENDED)?, items(FREE)?);
        Ok(Self { claim, version, topics, official, ended, free })
    }
}
