//! The table's keys. Ids have no `#` in them, so no part of a key can pass for another part.
//!
//! | Item | pk | sk | Codec | Kept |
//! |---|---|---|---|---|
//! | claim | `C#<claim>` | `A` | `table/codec/claim_item.rs` | for good |
//! | details | `C#<claim>` | `D` | `table/codec/details_item.rs` | for good |
//! | history | `C#<claim>` | `H#<version, 6 digits>` | `history/entries.rs` | for good |
//! | assignee | `C#<claim>` | `Y` | `claims/assignee.rs` | until it is taken back |
//! | upload request | `C#<claim>` | `I#<sha256 of the idempotency key>` | `evidence/documents.rs` | 1 day |
//! | tries | `C#<claim>` | `K#<notice>#<recipient>` | `notices/tries.rs` | 90 days after the last |
//! | reminder mark | `C#<claim>` | `M#<notice>#<reminder>#<closes at, ms>` | `timers/reminders.rs` | 90 days after the window's end |
//! | recipients | `C#<claim>` | `P#<notice>` | `notices/recipients.rs` | for good |
//! | readings | `C#<claim>` | `R` | `usage/readings.rs` | for good |
//! | reports | `C#<claim>` | `R#<notice>` | `notices/reports.rs` | for good |
//! | annotation | `C#<claim>` | `W#<version, 6 digits>#<write id>` | `history/annotations.rs` | for good |
//! | notice text | `C#<claim>` | `X#<notice>#<language>` | `notices/text.rs` | for good |
//! | timer | `T#<quarter, UTC>#<shard>` | `<claim>`, `<claim>#<reminder>`, `<claim>#erase`, `<claim>#proofs-<notice>` or `<claim>#proofs-<notice>-<recipient>` | `timers/timer.rs` | 90 days after the bucket |
//! | checkpoint | `S` | `<shard, 2 digits>` | `timers/checkpoint.rs` | for good |
//! | test clock | `S` | `clock` | `table/clock.rs` | for good |
//! | dead letter | `X#<day>` | as the timer | `timers/dead_letter.rs` | 366 days |
//! | lock | `L#<tenant>#<family>#<kind>#<item>` | `L` | `exclusivity/lock.rs` | for good |
//! | block | `B#<tenant>` | `<partner>#<family>#<kind>#<item>` | `exclusivity/block.rs` | until its end |
//! | notice code | `N#<code>` | `A` | `notices/notice_code.rs` | 366 days |
//! | mails | `C#<claim>` | `O` | `notices/mails.rs` | for good |
//! | claims of a day | `Q#<partner>` | `C#<date>` | `claims/quota.rs` | 90 days |
//! | mails of a day | `Q#<partner>` | `P#<date>` | `notices/digests.rs` | 90 days |
//! | digest entry | `G#<partner>` | `<due at, ms>#<claim>#<version>` | `notices/digests.rs` | 90 days |
//! | digest | `G` | `<due at, ms>#<partner>` | `notices/digests.rs` | until it is sent |
//! | mails outside | `Q#<partner>` | `O#<date>` | `notices/mails.rs` | 90 days |
//! | checks of a day | `Q#<partner>` | `K#<date>` | `claims/checks.rs` | 90 days |
//! | check | `Q#<tenant>` | `K#<partner>#<date>` | `claims/checks.rs` | 400 days |
//! | uploads | `Q#<partner>` | `U#<date>` | `evidence/uploads.rs` | 90 days |
//! | notices of a month | `Q#<tenant>` | `N#<program>#<month>` | `notices/quota.rs` | 90 days |
//! | revision of an entry | as the entry | `H#<revision, 6 digits>` | `directory/history.rs` | for good |
//! | partner | `PA#<partner>` | `A` | `directory/partners.rs` | for good |
//! | tenant | `TN#<tenant>` | `A` | `directory/tenants.rs` | for good |
//! | domain | `DM#<A-label>` | `A` | `directory/domains.rs` | while a tenant has it |
//! | mailbox | `MB#<HMAC of the mailbox>` | `T#<tenant>` | `directory/mailboxes.rs` | while it is a verified contact's |
//! | links of a day | `MB#<HMAC of the mailbox>` | `D#<date>` | `directory/mailboxes.rs` | 90 days |
//! | links of an hour | `MB#links` | `H#<hour>` | `directory/mailboxes.rs` | 90 days |
//! | act of an overview | `Q#<tenant>` | `V#<end of the link, ms>#<contact>#<act>#<partner>` | `notices/overviews.rs` | 400 days |
//! | forms of a link | `Q#<tenant>` | `F#<digest of the token>` | `notices/overviews.rs` | 90 days |
//! | customer's rules | `RU#<tenant>` | `A` | `directory/tenants.rs` | for good |
//! | program | `PR#<program>` | `A` | `directory/programs.rs` | for good |
//! | policy | `PR#<program>` | `V#<policy version>` | `directory/programs.rs` | for good |
//! | calendar | `CA#<country>` | `A` | `directory/calendars.rs` | for good |
//! | calendar revision | `CA#<country>` | `V#<revision>` | `directory/calendars.rs` | for good |
//! | country file | `CF#<country>` | `<version of the data>#<SHA-256 of the file>` | `directory/country_files.rs` | for good |
//! | list of revisions | `CA#revisions` | `<country>` | `directory/calendars.rs` | for good |
//! | list of outages | `CA#revisions` | `outages` | `directory/outages.rs` | for good |
//! | outages | `CA#outages` | `A` | `directory/outages.rs` | for good |
//! | recount | `CA#recounts` | `<country>`, `outage-<number>` or `data` | `directory/recounts.rs` | until it is done; `data` for good |
//! | document | `E#<sha256>` | `<tenant>` | `evidence/documents.rs` | for good |
//! | feed item | `F#P#<partner>`, `F#T#<tenant>` or `F#S#<part>` | `<written at, ms>#<claim>#<version, 6 digits>` | `history/feed.rs` | 90 days |
//! | webhook | `W#<part>` | `P#<partner>#<id>`, `T#<tenant>#<id>` or `S#staff#<id>` | `webhooks/item.rs` | until it is deleted |
//! | webhooks of a party | `W#<part>` | `P#<partner>`, `T#<tenant>` or `S#staff` | `webhooks/entries.rs` | for good |
//! | webhook secrets | `WS#P#<partner>`, `WS#T#<tenant>` or `WS#S#staff` | `<id>` | `webhooks/secrets.rs` | with the webhook |
//! | delivery | `WD#` and the webhook's sort key | `<at, ms>#<random>` | `webhooks/deliveries.rs` | 7 days |
//! | mail | `C#<claim>` | `O#<mail>` | `notices/marks.rs` | 90 days |
//! | erasure | `Z#erased` | `<claim>` | `erasure/list.rs` | for good |
//! | usage row | `U#<tenant>#<kind>#<item>` | `<date>` | `usage/rows.rs` | for good |
//!
//! A claim and what belongs to it are one partition. `A` to `D` is the claim itself, which one query reads;
//! the history and the rest sort behind it.
//!
//! | Index | Partition key | Sort key |
//! |---|---|---|
//! | `partner` | `ip`: partner | `ik`: `<submitted at, ms>#<claim>`; of a draft `D#<created at, ms>#<claim>`, of a discarded one `A#<created at, ms>#<claim>` |
//! | `tenant` | `it`: tenant | `iu`: `<partner>#<created at, ms>#<claim>`; sparse: no draft, no discarded one |
//! | `queue` | `iq`: a state that waits for the operator | `iw`: `<waiting since, ms>#<claim>` |
//! | `day` | `iy`: `claims#<day of submission, UTC>`, on the details | `iz`: `<submitted at, ms>#<claim>` |
//! | `day` | `iy`: `partners`, `tenants` or `programs` | `iz`: `<name in lower case>#<id>` |
//! | `turn` | `ip`: partner | `ib`: `<end of the turn, ms>#<claim>`, while it is the partner's turn |
//! | `reference` | `ir`: partner, on the details | `ih`: `<first half of the SHA-256 of the reference>#<claim>` |
//!
//! Who writes an item, what it holds and how large it may become: `docs/architecture.md §2`.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::CountryCode;
use domain::claim::{Claim, Instant};
use domain::ids::{
    ClaimId, FamilyId, ItemId, NoticeNo, PartnerId, PersonId, ProgramId, Sha256Hash, TenantId,
    Version, WebhookId,
};
use domain::program::{ItemKind, ItemRef};
use domain::recipient::RecipientNo;
use domain::reminder::Reminder;
use domain::text::{Domain, Name};
use domain::webhook::WebhookOwner;

use super::error::StoreError;
use super::write_id::WriteId;

/// The sort key of a claim's hot record, a notice code, and a directory entry.
pub(crate) const RECORD: &str = "A";
/// The sort key of a claim's details.
pub(crate) const DETAILS: &str = "D";
/// The sort key of the readings of a claim's associations.
pub(crate) const READINGS: &str = "R";
/// The sort key of what is remembered of a claim's mails.
pub(crate) const MAILS: &str = "O";
/// What the sort keys of reports of notices begin with.
pub(crate) const REPORTS: &str = "R#";
/// What the sort keys of texts of notices begin with.
pub(crate) const NOTICE_TEXTS: &str = "X#";
/// The sort key of who works on a claim.
pub(crate) const ASSIGNEE: &str = "Y";
/// The sort key of a lock.
pub(crate) const LOCK: &str = "L";
/// The partition of checkpoints and the test clock.
pub(crate) const SYSTEM: &str = "S";
/// The partition of the revisions of all calendars.
pub(crate) const REVISIONS: &str = "CA#revisions";
/// The sort key of the list of outages, in that partition.
pub(crate) const LISTED_OUTAGES: &str = "outages";
/// The partition of the outages that were announced.
pub(crate) const OUTAGES: &str = "CA#outages";
/// The partition of what asks for open windows to be counted again.
pub(crate) const RECOUNTS: &str = "CA#recounts";
/// The partition of the claims whose personal data were erased.
pub(crate) const ERASED: &str = "Z#erased";
/// The sort key of the test clock.
pub(crate) const CLOCK: &str = "clock";

pub(crate) fn claim_pk(id: &ClaimId) -> String {
    format!("C#{id}")
}

/// The claim whose partition this is.
pub(crate) fn parse_claim_pk(pk: &str) -> Result<ClaimId, StoreError> {
    let id = pk.strip_prefix("C#").and_then(|id| ClaimId::parse(id).ok());
    id.ok_or_else(|| StoreError::unreadable_attribute("claim", "pk"))
}

pub(crate) fn history_sk(version: Version) -> String {
    format!("H#{:06}", version.0)
}

/// What every sort key of a claim's partition that stands behind its history is greater than.
pub(crate) const BEHIND_HISTORY: &str = "H$";

/// Whether an item behind the history of a claim goes when its personal data are erased: all but the readings, which
/// are the customer's, and the marks of reminders, which hold nothing.
pub(crate) fn is_erased_with_claim(sort: &str) -> bool {
    sort != READINGS && !sort.starts_with("M#")
}

/// What the sort keys of annotations begin with.
pub(crate) const ANNOTATIONS: &str = "W#";

/// What is kept beside the version that this write was to write.
pub(crate) fn annotation_sk(version: Version, write: WriteId) -> String {
    format!("{ANNOTATIONS}{:06}#{}", version.0, write.client_token())
}

/// What an annotation's sort key names.
pub(crate) fn parse_annotation_sk(sort: &str) -> Option<(Version, WriteId)> {
    let (version, write) = sort.strip_prefix(ANNOTATIONS)?.split_once('#')?;
    Some((Version(version.parse().ok()?), WriteId::of_token(write)?))
}

/// What the sort keys of the revisions of an entry of the directory begin with.
pub(crate) const REVISIONS_OF_ENTRY: &str = "H#";

/// A revision of an entry of the directory, in the entry's partition.
pub(crate) fn revision_sk(number: u32) -> String {
    format!("{REVISIONS_OF_ENTRY}{number:06}")
}

/// The revision that a sort key names.
pub(crate) fn parse_revision_sk(sort: &str) -> Option<u32> {
    sort.strip_prefix(REVISIONS_OF_ENTRY)?.parse().ok()
}

/// For whom a mail was handed over.
pub(crate) fn mail_marks_sk(mail: &str) -> String {
    format!("{MAILS}#{mail}")
}

/// The wrong codes of a recipient; a link of the form without recipients is of number 0, which nobody has.
pub(crate) fn tries_sk(notice: NoticeNo, recipient: Option<RecipientNo>) -> String {
    format!("K#{}#{}", notice.0, recipient.map_or(0, |no| no.0))
}

pub(crate) fn recipients_sk(notice: NoticeNo) -> String {
    format!("P#{}", notice.0)
}

pub(crate) fn reports_sk(notice: NoticeNo) -> String {
    format!("{REPORTS}{}", notice.0)
}

/// The notice that a sort key has the reports of.
pub(crate) fn parse_reports_sk(sort: &str) -> Option<NoticeNo> {
    sort.strip_prefix(REPORTS)?.parse().ok().map(NoticeNo)
}

pub(crate) fn notice_text_sk(
    notice: NoticeNo,
    recipient: Option<RecipientNo>,
    language: &str,
) -> String {
    let own = recipient.map(|own| format!("{}#", own.0)).unwrap_or_default();
    format!("{NOTICE_TEXTS}{}#{own}{language}", notice.0)
}

/// The notice, the one recipient and the language that a sort key has a text for.
pub(crate) fn parse_notice_text_sk(sort: &str) -> Option<(NoticeNo, Option<RecipientNo>, &str)> {
    let (notice, rest) = sort.strip_prefix(NOTICE_TEXTS)?.split_once('#')?;
    let notice = NoticeNo(notice.parse().ok()?);
    match rest.split_once('#') {
        Some((own, language)) => Some((notice, RecipientNo::new(own.parse().ok()?), language)),
        None => Some((notice, None, rest)),
    }
}

/// The mark of a reminder of the window that ends then: a longer one has reminders of its own.
pub(crate) fn reminder_sk(notice: NoticeNo, reminder: Reminder, closes_at: Instant) -> String {
    format!("M#{}#{}#{}", notice.0, reminder.as_str(), sortable_instant(closes_at))
}

/// What a mark's sort key names.
pub(crate) fn parse_reminder_sk(sort: &str) -> Option<(NoticeNo, Reminder)> {
    let (notice, rest) = sort.strip_prefix("M#")?.split_once('#')?;
    let (reminder, _) = rest.split_once('#')?;
    Some((NoticeNo(notice.parse().ok()?), Reminder::parse(reminder)?))
}

/// What happened to a partner's claims.
pub(crate) fn partner_feed_pk(partner: &PartnerId) -> String {
    format!("F#P#{partner}")
}

/// What happened to the claims on a tenant.
pub(crate) fn tenant_feed_pk(tenant: &TenantId) -> String {
    format!("F#T#{tenant}")
}

/// Into how many parts the feed of staff goes: all claims write to it.
pub(crate) const STAFF_FEED_PARTS: u8 = 16;

/// A part of what happened to all claims.
pub(crate) fn staff_feed_pk(part: u8) -> String {
    format!("F#S#{part}")
}

/// The part of staff's feed that tells of a claim.
pub(crate) fn staff_feed_part(claim: &ClaimId) -> u8 {
    let [head, ..] = Sha256Hash::of(claim.as_str().as_bytes()).0;
    head % STAFF_FEED_PARTS
}

/// An item of a feed: the moment of its writing comes first.
pub(crate) fn feed_sk(written_at: Instant, claim: &ClaimId, version: Version) -> String {
    format!("{}#{claim}#{:06}", sortable_instant(written_at), version.0)
}

/// When an item of a feed was written.
pub(crate) fn parse_feed_stamp(sort: &str) -> Option<Instant> {
    DateTime::from_timestamp_millis(sort.split('#').next()?.parse().ok()?)
}

/// Of which version of which claim an item of a feed tells.
pub(crate) fn parse_feed_sk(sort: &str) -> Option<(ClaimId, Version)> {
    let mut parts = sort.splitn(3, '#').skip(1);
    let claim = ClaimId::parse(parts.next()?).ok()?;
    Some((claim, Version(parts.next()?.parse().ok()?)))
}

/// Into how many parts all webhooks go: each minute they are looked at together.
pub(crate) const WEBHOOK_PARTS: u8 = 8;

/// A part of all webhooks.
pub(crate) fn webhook_part_pk(part: u8) -> String {
    format!("W#{part}")
}

/// The part with the webhooks of a party.
pub(crate) fn webhooks_pk(owner: &WebhookOwner) -> String {
    let [head, ..] = Sha256Hash::of(webhook_owner_sk(owner).as_bytes()).0;
    webhook_part_pk(head % WEBHOOK_PARTS)
}

/// What counts the webhooks of a party, and what their own sort keys begin with.
pub(crate) fn webhook_owner_sk(owner: &WebhookOwner) -> String {
    match owner {
        WebhookOwner::Partner(partner) => format!("P#{partner}"),
        WebhookOwner::Tenant(tenant) => format!("T#{tenant}"),
        WebhookOwner::Staff => "S#staff".to_owned(),
    }
}

/// Whether a sort key is that of what counts a party's webhooks.
pub(crate) fn is_webhook_owner_sk(sort: &str) -> bool {
    sort.matches('#').count() == 1
}

pub(crate) fn webhook_sk(owner: &WebhookOwner, id: &WebhookId) -> String {
    format!("{}#{id}", webhook_owner_sk(owner))
}

/// Whose webhook a sort key names, and which.
pub(crate) fn parse_webhook_sk(sort: &str) -> Option<(WebhookOwner, WebhookId)> {
    let mut parts = sort.splitn(3, '#');
    let owner = match (parts.next()?, parts.next()?) {
        ("P", partner) => WebhookOwner::Partner(PartnerId::parse(partner).ok()?),
        ("T", tenant) => WebhookOwner::Tenant(TenantId::parse(tenant).ok()?),
        ("S", _) => WebhookOwner::Staff,
        _ => return None,
    };
    Some((owner, WebhookId::parse(parts.next()?).ok()?))
}

/// The secrets of a party's webhooks. A partition of their own: no other function may read it.
pub(crate) fn webhook_secrets_pk(owner: &WebhookOwner) -> String {
    format!("WS#{}", webhook_owner_sk(owner))
}

/// What became of the deliveries of a webhook.
pub(crate) fn webhook_deliveries_pk(owner: &WebhookOwner, id: &WebhookId) -> String {
    format!("WD#{}", webhook_sk(owner, id))
}

/// What a partner has used of its quotas. A partition of its own: who counts may not write the partner.
pub(crate) fn quotas_pk(partner: &PartnerId) -> String {
    format!("Q#{partner}")
}

/// What was used of a tenant's quotas.
pub(crate) fn tenant_quotas_pk(tenant: &TenantId) -> String {
    format!("Q#{tenant}")
}

/// Which claims of a partner may be open.
pub(crate) const OPEN_CLAIMS: &str = "O";

/// The claims and drafts of a partner on a day.
pub(crate) fn claims_of_day_sk(date: NaiveDate) -> String {
    format!("C#{date}")
}

/// How many tenants a partner has checked on a day.
pub(crate) fn checks_of_day_sk(date: NaiveDate) -> String {
    format!("{CHECKS}{date}")
}

/// What the sort keys of checks begin with.
pub(crate) const CHECKS: &str = "K#";

/// A partner's check of a tenant on a day, in the tenant's partition.
pub(crate) fn check_sk(partner: &PartnerId, date: NaiveDate) -> String {
    format!("{CHECKS}{partner}#{date}")
}

/// Who has checked a tenant, and on which day of the partner's, by the sort key.
pub(crate) fn parse_check_sk(sort: &str) -> Option<(PartnerId, NaiveDate)> {
    let (partner, date) = sort.strip_prefix(CHECKS)?.split_once('#')?;
    Some((PartnerId::parse(partner).ok()?, date.parse().ok()?))
}

/// The notices of a program to a tenant in the month of that moment, in UTC.
pub(crate) fn notices_of_month_sk(program: &ProgramId, at: Instant) -> String {
    format!("N#{program}#{}", at.format("%Y-%m"))
}

/// What a partner has announced to upload on a day.
pub(crate) fn uploads_sk(date: NaiveDate) -> String {
    format!("U#{date}")
}

/// How many mails went outside on a day.
pub(crate) fn outside_mails_sk(date: NaiveDate) -> String {
    format!("O#{date}")
}

/// How many mails about single claims a partner got on a day.
pub(crate) fn partner_mails_sk(date: NaiveDate) -> String {
    format!("P#{date}")
}

/// The partition of the mails of a day that are still to be sent.
pub(crate) const DIGESTS: &str = "G";

/// The mail of a day to a partner.
pub(crate) fn digest_sk(due_at: Instant, partner: &PartnerId) -> String {
    format!("{}#{partner}", sortable_instant(due_at))
}

/// When a mail of a day is due, and whose it is.
pub(crate) fn parse_digest_sk(sort: &str) -> Option<(Instant, PartnerId)> {
    let (millis, partner) = sort.split_once('#')?;
    let due_at = DateTime::from_timestamp_millis(millis.parse().ok()?)?;
    Some((due_at, PartnerId::parse(partner).ok()?))
}

/// What the mails of days tell a partner.
pub(crate) fn digest_entries_pk(partner: &PartnerId) -> String {
    format!("G#{partner}")
}

/// What a mail of a day tells of a version of a claim, and apart from it that items are `free` again.
pub(crate) fn digest_entry_sk(
    due_at: Instant,
    claim: &ClaimId,
    version: Version,
    free: bool,
) -> String {
    let apart = if free { "#free" } else { "" };
    format!("{}#{claim}#{}{apart}", sortable_instant(due_at), version.0)
}

/// Of which version of which claim an entry of a mail of a day tells.
pub(crate) fn parse_digest_entry_sk(sort: &str) -> Option<(ClaimId, Version)> {
    let mut parts = sort.splitn(4, '#').skip(1);
    let claim = ClaimId::parse(parts.next()?).ok()?;
    Some((claim, Version(parts.next()?.parse().ok()?)))
}

pub(crate) fn notice_code_pk(code: &str) -> String {
    format!("N#{code}")
}

pub(crate) fn partner_pk(id: &PartnerId) -> String {
    format!("PA#{id}")
}

pub(crate) fn tenant_pk(id: &TenantId) -> String {
    format!("TN#{id}")
}

/// Whose a domain is.
pub(crate) fn domain_pk(domain: &Domain) -> String {
    format!("DM#{}", domain.as_str())
}

/// The tenants of a mailbox, which `digest` stands for, and how many links went to it.
pub(crate) fn mailbox_pk(digest: &str) -> String {
    format!("MB#{digest}")
}

/// What the sort keys of the tenants of a mailbox begin with.
pub(crate) const MAILBOX_TENANTS: &str = "T#";

pub(crate) fn mailbox_tenant_sk(tenant: &TenantId) -> String {
    format!("{MAILBOX_TENANTS}{tenant}")
}

/// The tenant of a mailbox that a sort key names.
pub(crate) fn parse_mailbox_tenant_sk(sort: &str) -> Option<TenantId> {
    TenantId::parse(sort.strip_prefix(MAILBOX_TENANTS)?).ok()
}

/// How many links went to a mailbox on the day of that moment, in UTC.
pub(crate) fn links_of_day_sk(at: Instant) -> String {
    format!("D#{}", at.date_naive())
}

/// The partition of how many links went out; no digest is a word.
pub(crate) const LINKS: &str = "MB#links";

/// How many links went out in the hour of that moment, in UTC.
pub(crate) fn links_of_hour_sk(at: Instant) -> String {
    format!("H#{}", at.format("%Y-%m-%dT%H"))
}

/// What the sort keys of the acts of a tenant's overviews begin with.
pub(crate) const OVERVIEW_ACTS: &str = "V#";

/// An act of an overview, by the link that it was done by: the same act by the same link is one.
pub(crate) fn overview_act_sk(link_ends_at: Instant, contact: &PersonId, act: &str) -> String {
    format!("{OVERVIEW_ACTS}{}#{contact}#{act}", sortable_instant(link_ends_at))
}

/// The forms of the link whose token has that digest.
pub(crate) fn overview_forms_sk(token: Sha256Hash) -> String {
    format!("F#{token}")
}

/// The tenant of the key of its customer's rules.
pub(crate) fn parse_rules_pk(partition: &str) -> Option<TenantId> {
    TenantId::parse(partition.strip_prefix("RU#")?).ok()
}

/// The standing rules of a tenant's customer.
pub(crate) fn rules_pk(tenant: &TenantId) -> String {
    format!("RU#{tenant}")
}

pub(crate) fn program_pk(id: &ProgramId) -> String {
    format!("PR#{id}")
}

/// The documents of that content.
pub(crate) fn document_pk(sha256: Sha256Hash) -> String {
    format!("E#{sha256}")
}

/// A request within a claim's partition, by its idempotency key.
pub(crate) fn request_sk(idempotency_key: &str) -> String {
    format!("I#{}", Sha256Hash::of(idempotency_key.as_bytes()))
}

/// The operator's additions to the calendar of a country.
pub(crate) fn calendar_pk(country: CountryCode) -> String {
    format!("CA#{country}")
}

/// The files of holidays of a country by which windows were counted.
pub(crate) fn country_files_pk(country: CountryCode) -> String {
    format!("CF#{country}")
}

/// A file of a version of the data, by what is in it.
pub(crate) fn country_file_sk(version: &str, digest: Sha256Hash) -> String {
    format!("{version}#{digest}")
}

/// The partner of an entry's key.
pub(crate) fn parse_partner_pk(partition: &str) -> Option<PartnerId> {
    PartnerId::parse(partition.strip_prefix("PA#")?).ok()
}

/// The tenant of an entry's key.
pub(crate) fn parse_tenant_pk(partition: &str) -> Option<TenantId> {
    TenantId::parse(partition.strip_prefix("TN#")?).ok()
}

/// What the sort keys of the versions of a policy begin with.
pub(crate) const POLICIES: &str = "V#";

pub(crate) fn policy_sk(version: u32) -> String {
    format!("{POLICIES}{version}")
}

/// The version that a sort key names.
pub(crate) fn parse_policy_sk(sort: &str) -> Option<u32> {
    sort.strip_prefix(POLICIES)?.parse().ok()
}

pub(crate) fn usage_pk(tenant: &TenantId, item: &ItemRef) -> String {
    format!("U#{tenant}#{}#{}", item.kind.as_str(), item.id)
}

pub(crate) fn lock_pk(
    tenant: &TenantId,
    family: &FamilyId,
    kind: ItemKind,
    item: &ItemId,
) -> String {
    format!("L#{tenant}#{family}#{}#{item}", kind.as_str())
}

/// The lock of one of a claim's items.
pub(crate) fn claim_lock_pk(claim: &Claim, item: &ItemId) -> String {
    let subject = &claim.subject;
    lock_pk(&subject.tenant, &subject.family, subject.kind, item)
}

/// Everything that a "no" of this tenant's customer keeps from partners for a while.
pub(crate) fn blocks_pk(tenant: &TenantId) -> String {
    format!("B#{tenant}")
}

/// A block within them.
pub(crate) fn block_sk(
    partner: &PartnerId,
    family: &FamilyId,
    kind: ItemKind,
    item: &ItemId,
) -> String {
    format!("{partner}#{family}#{}#{item}", kind.as_str())
}

/// Whom a block's sort key keeps from what.
pub(crate) fn parse_block_sk(sort: &str) -> Option<(PartnerId, ItemRef)> {
    let mut parts = sort.splitn(4, '#');
    let (partner, _family) = (PartnerId::parse(parts.next()?).ok()?, parts.next()?);
    let (kind, id) = (ItemKind::parse(parts.next()?)?, ItemId::parse(parts.next()?).ok()?);
    Some((partner, ItemRef { kind, id }))
}

/// The bucket of a quarter hour and shard; `quarter` is a whole one.
pub(crate) fn timers_pk(quarter: Instant, shard: u16) -> String {
    format!("T#{}#{shard}", quarter.format("%Y-%m-%dT%H:%M"))
}

pub(crate) fn checkpoint_sk(shard: u16) -> String {
    format!("{shard:02}")
}

pub(crate) fn dead_letter_pk(day: NaiveDate) -> String {
    format!("X#{day}")
}

/// An instant within a sort key: as many digits for every instant, so that they sort.
pub(crate) fn sortable_instant(at: Instant) -> String {
    format!("{:013}", at.timestamp_millis())
}

/// Sort key of the partner index.
pub(crate) fn by_time(at: Instant, claim: &ClaimId) -> String {
    format!("{}#{claim}", sortable_instant(at))
}

/// What the sort keys of drafts begin with in the partner index: they stand apart from the submitted claims.
pub(crate) const DRAFTS: &str = "D#";
/// The same of discarded drafts: newest first, they come after those that are left.
pub(crate) const DISCARDED: &str = "A#";
/// What stands between the submitted claims of the partner index, which begin with a digit, and the rest.
pub(crate) const UNSUBMITTED: &str = ":";

/// Sort key of the partner index for a claim that is not submitted.
pub(crate) fn unsubmitted_sk(prefix: &str, created_at: Instant, claim: &ClaimId) -> String {
    format!("{prefix}{}", by_time(created_at, claim))
}

/// Partition key of the index of days for what was submitted on that day.
pub(crate) fn claims_submitted_on(day: NaiveDate) -> String {
    format!("claims#{day}")
}

/// What stands for the end of a turn that has none: it sorts behind every instant.
const NO_END: &str = "9999999999999";

/// What every sort key of the index of turns is less than.
pub(crate) const BEHIND_TURNS: &str = ":";

/// Sort key of the index of turns.
pub(crate) fn by_end_of_turn(until: Option<Instant>, claim: &ClaimId) -> String {
    match until {
        Some(until) => by_time(until, claim),
        None => format!("{NO_END}#{claim}"),
    }
}

/// What the sort keys of the index of references begin with for that reference, which is in composed form (NFC) as
/// every name is. Half of the digest names it well enough: whoever finds a claim compares the reference itself.
pub(crate) fn reference_prefix(reference: &Name) -> String {
    let digest = Sha256Hash::of(reference.as_str().as_bytes()).to_string();
    format!("{}#", digest.get(..32).unwrap_or(&digest))
}

/// Sort key of the index of references.
pub(crate) fn by_reference(name: &Name, claim: &ClaimId) -> String {
    format!("{}{claim}", reference_prefix(name))
}

/// Sort key of the tenant index.
pub(crate) fn by_partner(partner: &PartnerId, at: Instant, claim: &ClaimId) -> String {
    format!("{partner}#{}", by_time(at, claim))
}

/// The instant in a sort key of an index: what stands before the claim's id.
pub(crate) fn parse_sort_time(sort: &str) -> Option<DateTime<Utc>> {
    let millis = sort.rsplit('#').nth(1)?.parse().ok()?;
    DateTime::from_timestamp_millis(millis)
}

/// The claim in a sort key of an index: what it ends in.
pub(crate) fn parse_sort_claim(sort: &str) -> Option<ClaimId> {
    ClaimId::parse(sort.rsplit('#').next()?).ok()
}
