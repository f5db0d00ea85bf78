//! What a reader needs to check a claim's history without the server: the archived entries, and what they were counted by.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use domain::calendar::{CountryCode, CountryFile, DATA_VERSION, Tz};
use domain::claim::{Claim, Instant};
use domain::context::LocalCalendar;
use domain::directory::{CountryCalendar, Partner};
use domain::history::{Audience, ReadableEntry};
use domain::ids::{ClaimId, NoticeNo, PartnerId, ProgramId};
use domain::program::Policy;
use domain::recipient::{RecipientNo, Reports};

use super::entries::HistoryEntry;
use crate::directory::history::EntryRevision;
use crate::notices::reports;
use crate::notices::text::{NoticeText, read_text};
use crate::table::attributes::{Reader, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

/// How many entries a bundle has at the most.
const MOST_ENTRIES: usize = 500;
/// How many bytes of texts and values its entries have at the most, the last one above it.
const MOST_BYTES: usize = 1_500_000;
/// How many texts of notices it has at the most.
const MOST_TEXTS: usize = 64;
/// How many pages of the history of an entry of the directory are read at the most.
const MOST_PAGES: u8 = 5;
/// How many entries are read at once.
const PAGE: u16 = 100;

/// What a bundle is made of.
#[derive(Debug, Clone)]
pub struct BundleSources {
    /// The archived entries, oldest first.
    pub entries: Vec<HistoryEntry>,
    /// Whether nothing was left out, and every version of the claim is archived.
    pub is_complete: bool,
    /// The policies that the claim was pinned to, with program and version.
    pub policies: Vec<(ProgramId, u32, Policy)>,
    /// What the operator had added to the calendars of the parties' countries while the claim lived.
    pub calendars: Vec<EntrySince<CountryCalendar>>,
    /// The holidays of the parties' countries, in each version of the data by which a window was counted and in this
    /// program's own.
    pub files: Vec<CountryFile>,
    /// Where the operator counts its days.
    pub operator: LocalCalendar,
    /// Where the partner counted its days while the claim lived.
    pub partner: Vec<EntrySince<PartnerPlace>>,
    /// The texts that were sent; none where they are not asked for.
    pub texts: Vec<BundledText>,
    /// What was reported of the notices; nothing where it is not asked for.
    pub reports: Vec<(NoticeNo, Reports)>,
}

/// An entry of the directory, and since when it was so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntrySince<T> {
    /// The moment of the write; `None`: it was written before that was kept.
    pub since: Option<Instant>,
    /// The entry as it was written then.
    pub entry: T,
}

/// Where a partner counts its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartnerPlace {
    /// By the holidays of which country.
    pub country: CountryCode,
    /// By the clocks of which zone.
    pub time_zone: Tz,
}

/// A text of a notice as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledText {
    /// The number of the notice.
    pub notice: NoticeNo,
    /// To whom alone it was sent; `None`: to all who were asked by the notice at first.
    pub recipient: Option<RecipientNo>,
    /// In which language, by its tag.
    pub language: String,
    /// The text, and when it was sent.
    pub sent: NoticeText,
}

impl Store {
    /// What a bundle of the claim is made of, for who reads these parts. Texts and reports are the customer's and the
    /// staff's. At most 500 entries with 1.5 MB of text, and 64 texts of notices: what comes later is left out, which is
    /// said.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn load_bundle_sources(
        &self,
        claim: &Claim,
        reads: &[Audience],
    ) -> Result<BundleSources, StoreError> {
        let entries = self.load_archived_entries(claim).await?;
        let told: Vec<_> = entries
            .iter()
            .filter_map(|own| own.sealed.with_readable_parts(reads).to_readable())
            .collect();
        let of_customer = reads.contains(&Audience::Customer);
        let (mut texts, mut reports) = (Vec::new(), Vec::new());
        if of_customer && !claim.erased {
            texts = self.load_sent_texts(&claim.id).await?;
            reports = self.load_all_reports(&claim.id).await?;
        }
        let lived = entries_span(&told);
        let mut partner = Vec::new();
        if reads.contains(&Audience::Partner) {
            partner = self.load_partner_places(&claim.subject.partner, lived).await?;
        }
        let mut countries: BTreeSet<CountryCode> = told.iter().filter_map(country_of).collect();
        countries.insert(self.config.operator.calendar.country());
        countries.extend(partner.iter().map(|own| own.entry.country));
        let versions: BTreeSet<&str> = told.iter().filter_map(data_version_of).collect();
        let (mut calendars, mut files) = (Vec::new(), Vec::new());
        for country in countries {
            calendars.extend(self.load_calendars(country, lived).await?);
            let known = self.load_country_files(country).await?.into_iter();
            let is_used = |file: &CountryFile| {
                file.version == DATA_VERSION || versions.contains(file.version.as_str())
            };
            files.extend(known.filter(is_used));
        }
        let archived = entries.last().map(|entry| entry.version);
        let is_whole = texts.len() <= MOST_TEXTS;
        texts.truncate(MOST_TEXTS);
        Ok(BundleSources {
            policies: self.load_named_policies(&told).await?,
            is_complete: archived == Some(claim.version) && is_whole,
            entries,
            calendars,
            files,
            operator: self.config.operator.clone(),
            partner,
            texts,
            reports,
        })
    }

    /// The archived entries, as many as a bundle has.
    async fn load_archived_entries(&self, claim: &Claim) -> Result<Vec<HistoryEntry>, StoreError> {
        let (mut entries, mut bytes): (Vec<HistoryEntry>, usize) = (Vec::new(), 0);
        let mut from = None;
        loop {
            let page = self.list_history(claim, from.as_ref(), PAGE).await?;
            for entry in page.items.into_iter().filter(|entry| entry.hash.is_some()) {
                if entries.len() >= MOST_ENTRIES || bytes >= MOST_BYTES {
                    return Ok(entries);
                }
                let values: usize = entry.sealed.parts.values().map(|part| part.value.len()).sum();
                bytes = bytes.saturating_add(entry.sealed.text.len()).saturating_add(values);
                entries.push(entry);
            }
            from = page.next;
            if from.is_none() {
                return Ok(entries);
            }
        }
    }

    /// The policies that the entries name, each once.
    async fn load_named_policies(
        &self,
        told: &[ReadableEntry],
    ) -> Result<Vec<(ProgramId, u32, Policy)>, StoreError> {
        let mut named: Vec<(ProgramId, u32)> = Vec::new();
        for told in told {
            let ReadableEntry::Event(entry) = told else { continue };
            let Some(subject) = &entry.members.subject else { continue };
            let pinned = (subject.program.clone(), subject.policy_version);
            if !named.contains(&pinned) {
                named.push(pinned);
            }
        }
        let mut policies = Vec::new();
        for (program, version) in named {
            let policy = self.load_pinned_policy((program.clone(), version)).await?;
            policies.push((program, version, policy));
        }
        Ok(policies)
    }

    /// What was added to the calendar of a country, in every revision that was in force meanwhile.
    async fn load_calendars(
        &self,
        country: CountryCode,
        lived: Option<(Instant, Instant)>,
    ) -> Result<Vec<EntrySince<CountryCalendar>>, StoreError> {
        let (mut all, mut from) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.calendar_history(country, from.as_ref(), PAGE).await?;
            all.extend(page.items.into_iter().map(entry_since));
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        Ok(in_force(all, lived))
    }

    /// Where the partner counted its days meanwhile.
    async fn load_partner_places(
        &self,
        id: &PartnerId,
        lived: Option<(Instant, Instant)>,
    ) -> Result<Vec<EntrySince<PartnerPlace>>, StoreError> {
        let (mut all, mut from): (Vec<EntrySince<PartnerPlace>>, _) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let Some(page) = self.partner_history(id, from.as_ref(), PAGE).await? else { break };
            for revision in page.items.into_iter().map(entry_since) {
                let Partner { country, time_zone, .. } = revision.entry;
                let entry = PartnerPlace { country, time_zone };
                if all.last().is_none_or(|last| last.entry != entry) {
                    all.push(EntrySince { since: revision.since, entry });
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        Ok(in_force(all, lived))
    }

    /// The texts of the claim's notices, as they were sent. A page that is cut has far more of them than a bundle: each takes
    /// four units at the most.
    async fn load_sent_texts(&self, id: &ClaimId) -> Result<Vec<BundledText>, StoreError> {
        let answer = self.query_beside(id, keys::NOTICE_TEXTS).await?;
        let mut texts = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let reader = Reader::new("notice text", &item);
            let sort = reader.read_text("sk")?;
            let (notice, recipient, language) =
                keys::parse_notice_text_sk(sort).ok_or_else(|| reader.attribute_error("sk"))?;
            let (sent, language) = (read_text(&item)?, language.to_owned());
            texts.push(BundledText { notice, recipient, language, sent });
        }
        texts.sort_by(|one, other| {
            let order = |own: &BundledText| (own.notice, own.recipient, own.language.clone());
            order(one).cmp(&order(other))
        });
        Ok(texts)
    }

    /// What was reported of the claim's notices.
    async fn load_all_reports(&self, id: &ClaimId) -> Result<Vec<(NoticeNo, Reports)>, StoreError> {
        let answer = self.query_beside(id, keys::REPORTS).await?;
        let mut found = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let reader = Reader::new("reports", &item);
            let notice = reader.read_parsed("sk", |sk| keys::parse_reports_sk(sk).ok_or(()))?;
            found.push((notice, reports::read_reports(&item)?));
        }
        found.sort_by_key(|(notice, _)| *notice);
        Ok(found)
    }

    /// The items beside a claim whose sort keys begin so; a page of them.
    async fn query_beside(&self, id: &ClaimId, prefix: &str) -> Result<QueryOutput, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :own)")
            .expression_attribute_values(":pk", text_value(keys::claim_pk(id)))
            .expression_attribute_values(":own", text_value(prefix))
            .send()
            .await?;
        Ok(answer)
    }
}

fn entry_since<T>(revision: EntryRevision<T>) -> EntrySince<T> {
    EntrySince { since: revision.author.map(|author| author.at), entry: revision.entry }
}

/// From the first to the last of the events.
fn entries_span(told: &[ReadableEntry]) -> Option<(Instant, Instant)> {
    let moments = told.iter().map(|told| match told {
        ReadableEntry::Event(entry) => entry.at,
        ReadableEntry::Withheld(withheld) => withheld.at,
    });
    moments.clone().min().zip(moments.max())
}

/// Those that were in force at some moment of the span.
fn in_force<T>(all: Vec<EntrySince<T>>, span: Option<(Instant, Instant)>) -> Vec<EntrySince<T>> {
    let Some((first, last)) = span else { return all };
    let ends: Vec<_> = all.iter().skip(1).map(|next| next.since).chain([None]).collect();
    let is_within = |(own, end): &(EntrySince<T>, Option<Instant>)| {
        own.since.is_none_or(|since| since <= last) && end.is_none_or(|end| end >= first)
    };
    all.into_iter().zip(ends).filter(is_within).map(|(own, _)| own).collect()
}

/// The version of the data by which the entry's window was counted.
fn data_version_of(told: &ReadableEntry) -> Option<&str> {
    let ReadableEntry::Event(entry) = told else { return None };
    Some(entry.members.window.as_ref()?.calendar.data_version())
}

fn country_of(told: &ReadableEntry) -> Option<CountryCode> {
    let ReadableEntry::Event(entry) = told else { return None };
    entry.members.window.as_ref()?.calendar.country()
}
