//! Mails to partners (`docs/domain.md §5.9`): at once that a claim waits for its partner and how it was decided; once a
//! day what became official and what ended. A partner without contacts is told nothing, and one that is suspended what has
//! ended alone.
//!
//! No report about these mails says anything of a claim: they bear no tag by which one could be found.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use domain::claim::{Claim, Instant, ItemStatus};
use domain::directory::{Partner, Tenant};
use domain::event::EventType;
use domain::ids::{ClaimId, ItemNo, PartnerId, ProgramId, TenantId, Version};
use domain::partner_news::{OpenTask, PartnerTask, PartnerTopic};
use domain::program::Program;
use domain::text::Email;
use notice::mail::{Envelope, Mail};
use notice::partner_mail::{
    DigestLine, PartnerClaim, write_partner_decision, write_partner_digest, write_partner_task,
};
use notice::{Directory, Language};
use runtime::{Invocation, fields};
use serde::Deserialize;
use serde_json::Value;
use store::{Digest, DigestEntry, MailSubject, RequestTime, StoreError};
use tracing::{error, info};

use crate::App;
use crate::mailer::MailTracking;
use crate::stop::{Stop, continue_after_fault};

/// The most lines of claims in one mail of a day.
const MOST_LISTED: usize = 50;
/// How long a mail of a day is tried that some contact does not get.
const TRIED_FOR: Duration = Duration::days(3);
/// How long before the platform stops the function no further mail of a day is begun.
const MARGIN: Duration = Duration::seconds(10);

/// That a partner is to be told of a claim, as the bus told it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PartnerEvent {
    claim: ClaimId,
    version: Version,
    partner: PartnerId,
    event: EventType,
    at: Instant,
    topics: BTreeSet<PartnerTopic>,
    #[serde(flatten)]
    task: Option<OpenTask>,
    official: Vec<ItemNo>,
    ended: Vec<ItemNo>,
}

/// The mail to a partner in a message of the bus; `None` where it is none.
pub(crate) fn parse_event(event: &Value) -> Option<PartnerEvent> {
    let detail = event.get("detail")?;
    let is_one = detail.get("type")? == "partner_mail_due";
    is_one.then(|| serde_json::from_value(detail.clone()).ok())?
}

/// Whether a message is the schedule's: mails of a day may be due.
pub(crate) fn is_scheduled(event: &Value) -> bool {
    event.get("source").is_some_and(|source| source == "aws.events")
}

/// Tells a partner of a claim, as far as it wants to be told and the claim has not moved on.
pub(crate) async fn mail_partner(
    app: &App,
    due: &PartnerEvent,
    moment: RequestTime,
) -> Result<(), Stop> {
    let Some(partner) = app.store.load_partner(&due.partner).await? else { return Ok(()) };
    let wanted: BTreeSet<_> = partner.mail_topics().intersection(&due.topics).copied().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let (at_once, mut of_day): (BTreeSet<_>, BTreeSet<_>) =
        wanted.into_iter().partition(|topic| topic.is_told_at_once());
    let mut mails = if at_once.is_empty() {
        Vec::new()
    } else {
        Box::pin(mails_at_once(app, &partner, due, &at_once, moment)).await?
    };
    // Beyond the mails of a day, what would be told at once comes with those of the day.
    let counted = format!("counted.partner.{}", due.version.0);
    let count = async || app.store.count_partner_mail(&partner, moment.at).await;
    if !mails.is_empty() && !app.count_once(&due.claim, &counted, "mail", count).await? {
        mails.clear();
        of_day.extend(at_once);
    }
    if !of_day.is_empty() {
        let entry = DigestEntry {
            claim: due.claim.clone(),
            version: due.version,
            topics: of_day,
            official: due.official.clone(),
            ended: due.ended.clone(),
            free: Vec::new(),
        };
        app.store.add_to_digest(&partner, &entry, moment.at).await?;
    }
    let mails: Vec<_> = mails.into_iter().map(|mail| (mail, MailTracking::Nothing)).collect();
    app.send_once(MailSubject::Claim(&due.claim), &mails).await
}

/// Tells the partners whose associations these items of a claim had replaced that they can claim again: what had replaced
/// them has ended since it should not have begun.
pub(crate) async fn mail_superseded_partners(
    app: &App,
    claim: &Claim,
    items: &[ItemNo],
    at: Instant,
) -> Result<(), Stop> {
    for replaced in app.store.superseded_by(claim, items).await? {
        let Some(partner) = app.store.load_partner(&replaced.claim.subject.partner).await? else {
            continue;
        };
        if !partner.mail_topics().contains(&PartnerTopic::Ended) {
            continue;
        }
        let entry = DigestEntry {
            claim: replaced.claim.id,
            version: replaced.claim.version,
            topics: BTreeSet::from([PartnerTopic::Ended]),
            official: Vec::new(),
            ended: Vec::new(),
            free: replaced.items,
        };
        app.store.add_to_digest(&partner, &entry, at).await?;
    }
    Ok(())
}

/// Has the partner of a claim told, by its mail of the day, that the term of its associations ends.
pub(crate) async fn enter_term_end(
    app: &App,
    claim: &Claim,
    at: Instant,
) -> Result<(), StoreError> {
    let Some(partner) = app.store.load_partner(&claim.subject.partner).await? else {
        return Ok(());
    };
    if !partner.mail_topics().contains(&PartnerTopic::Ending) {
        return Ok(());
    }
    let entry = DigestEntry {
        claim: claim.id.clone(),
        version: claim.version,
        topics: BTreeSet::from([PartnerTopic::Ending]),
        official: Vec::new(),
        ended: Vec::new(),
        free: Vec::new(),
    };
    app.store.add_to_digest(&partner, &entry, at).await
}

/// The mails about one claim, held against the claim as it is now; none where it has moved on.
async fn mails_at_once(
    app: &App,
    partner: &Partner,
    due: &PartnerEvent,
    topics: &BTreeSet<PartnerTopic>,
    moment: RequestTime,
) -> Result<Vec<Mail>, Stop> {
    let matter = DirectoryEntries::default().load_claim(app, partner, &due.claim, moment).await?;
    let Some(matter) = matter else {
        info!({ fields::CLAIM_ID } = %due.claim, "A mail to a partner is of a claim that nobody is told of");
        return Ok(Vec::new());
    };
    let claim = matter.claim();
    let is_open = |task: &OpenTask| claim.partner_tasks(moment.at).contains(task);
    let task = due.task.filter(is_open).filter(|open| {
        let is_rejection = open.task == PartnerTask::Dispute;
        topics.contains(&PartnerTopic::Turn)
            || (is_rejection && topics.contains(&PartnerTopic::Decided))
    });
    let is_decided = topics.contains(&PartnerTopic::Decided) && claim.is_decided_by(due.event);
    let version = due.version.0;
    let write = |envelope: &Envelope<'_>| match task {
        Some(open) => Some(write_partner_task(&matter, open, version, envelope)),
        None => is_decided.then(|| write_partner_decision(&matter, version, envelope)),
    };
    let to = partner.mail_contacts();
    Ok(to.filter_map(|own| write(&mail_envelope(app, partner, &own.email, due.at))).collect())
}

fn mail_envelope<'a>(app: &'a App, partner: &Partner, to: &'a Email, at: Instant) -> Envelope<'a> {
    let language = partner.locale.as_ref().map_or(Language::En, Language::of_locale);
    let (operator, sender) = (&app.operator, app.post.sender_address());
    Envelope { operator, sender, to, asked_at: None, language, at }
}

/// Sends the mails of days that are due, as far as the time goes; the next run goes on. One that fails keeps nobody
/// else from theirs.
///
/// # Errors
/// The first failure. What is not sent is due still.
pub(crate) async fn send_due(app: &App, invocation: &Invocation) -> Result<(), Stop> {
    let mut result = Ok(());
    let due = app.store.due_digests(app.store.present_time().await?.at).await?;
    for digest in due {
        let moment = app.store.present_time().await?;
        if moment.at - moment.offset > invocation.deadline_at - MARGIN {
            break;
        }
        match Box::pin(send_digest(app, &digest, moment)).await {
            // The next run goes on, as soon as the mail service takes some again.
            Err(Stop::Wait) => break,
            outcome => result = result.and(outcome),
        }
    }
    result
}

/// Sends a mail of a day to each contact to whom it was not handed over yet.
async fn send_digest(app: &App, digest: &Digest, moment: RequestTime) -> Result<(), Stop> {
    let Some(sent) = app.store.lease_digest(digest, moment.at).await? else { return Ok(()) };
    let mut result = Ok(());
    if let Some(partner) = app.store.load_partner(&digest.partner).await? {
        let (told, more) = digest_lines(app, &partner, digest, moment).await?;
        for contact in partner.mail_contacts().filter(|own| !sent.contains(&own.email)) {
            let envelope = mail_envelope(app, &partner, &contact.email, digest.due_at);
            let Some(mail) = write_partner_digest(&partner.id, &told, more, &envelope) else {
                break;
            };
            let handed_over = continue_after_fault(app.post.send_directory_mail(&mail).await)?;
            if handed_over.is_ok() {
                app.store.note_digest_sent(digest, &contact.email).await?;
            }
            result = result.and(handed_over);
        }
    }
    let is_given_up = result.is_err() && moment.at - digest.due_at > TRIED_FOR;
    if is_given_up {
        error!(partner_id = %digest.partner, "A mail of a day to a partner is given up after three days");
    }
    if result.is_ok() || is_given_up {
        app.store.delete_digest(digest).await?;
    }
    result
}

/// What a mail of a day tells: what the partner wants to be told now, of claims that have not been erased.
async fn digest_lines(
    app: &App,
    partner: &Partner,
    digest: &Digest,
    moment: RequestTime,
) -> Result<(Vec<DigestLine>, usize), Stop> {
    let topics = partner.mail_topics();
    if topics.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let tells_ends = topics.contains(&PartnerTopic::Ended);
    let entries = app.store.digest_entries(digest).await?;
    let (mut known, mut lines, mut more) = (DirectoryEntries::default(), Vec::new(), entries.more);
    let mut wanted: Vec<_> = entries
        .read
        .into_iter()
        .filter_map(|entry| {
            let told: BTreeSet<_> = entry.topics.intersection(&topics).copied().collect();
            (!told.is_empty()).then_some((told, entry))
        })
        .collect();
    // What waits for the partner comes before what it can only know.
    wanted.sort_by_key(|(told, _)| !told.contains(&PartnerTopic::Turn));
    for (topics, entry) in wanted {
        if lines.len() >= MOST_LISTED {
            more += 1;
            continue;
        }
        let matter = Box::pin(known.load_claim(app, partner, &entry.claim, moment)).await?;
        let Some(claim) = matter else { continue };
        let task = claim.claim().partner_tasks(moment.at).into_iter().next();
        let (mut official, ended, free) = (entry.official, entry.ended, entry.free);
        // Who is not told of ends is told of no beginning that is over.
        official.retain(|no| tells_ends || is_active(claim.claim(), *no));
        lines.push(DigestLine { claim, topics, official, ended, free, task });
    }
    Ok((lines, more))
}

fn is_active(claim: &Claim, no: ItemNo) -> bool {
    let status = claim.find_item(no).map(|item| claim.item_status(item));
    matches!(status, Some(ItemStatus::Active { .. }))
}

/// What was read of the directory for one mail.
#[derive(Default)]
struct DirectoryEntries {
    tenants: BTreeMap<TenantId, Option<Tenant>>,
    programs: BTreeMap<ProgramId, Option<Program>>,
}

impl DirectoryEntries {
    /// The claim with the names of its things; `None` where there is nothing to write about: no such claim, or no
    /// directory of it, or its personal data were erased.
    async fn load_claim(
        &mut self,
        app: &App,
        partner: &Partner,
        id: &ClaimId,
        moment: RequestTime,
    ) -> Result<Option<PartnerClaim>, Stop> {
        let store = &app.store;
        let claim = Box::pin(store.load_up_to_date(id, moment)).await?;
        let of_partner = |claim: &Claim| claim.subject.partner == partner.id && !claim.erased;
        let Some(claim) = claim.filter(of_partner) else { return Ok(None) };
        let policy = store.policy_of(&claim).await?;
        let (tenant, program) = (&claim.subject.tenant, &claim.subject.program);
        if !self.tenants.contains_key(tenant) {
            self.tenants.insert(tenant.clone(), store.load_tenant(tenant).await?);
        }
        if !self.programs.contains_key(program) {
            self.programs.insert(program.clone(), store.load_program(program).await?);
        }
        let tenant = self.tenants.get(tenant).and_then(Option::as_ref);
        let program = self.programs.get(program).and_then(Option::as_ref);
        let (Some(tenant), Some(program)) = (tenant, program) else { return Ok(None) };
        let directory = Directory { tenant, program, policy: &policy };
        Ok(Some(PartnerClaim::of(claim, &directory, &app.operator, partner.time_zone)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mail_to_a_partner_is_read_with_its_task_and_without_one_and_anything_else_is_not() {
        let mut detail = json!({
            "id": "x-3-partner", "claim": "a".repeat(26), "version": 3, "type": "partner_mail_due",
            "event": "information_requested", "at": "2026-12-21T09:00:00Z", "partner": "p-alpine",
            "topics": ["turn"], "official": [], "ended": [],
            "task": "answer", "until": "2026-12-30T23:00:00Z",
        });
        let read = parse_event(&json!({"detail": detail})).unwrap();
        let until = "2026-12-30T23:00:00Z".parse().unwrap();
        assert_eq!(read.task, Some(OpenTask { task: PartnerTask::Answer, until }));
        for member in ["task", "until"] {
            detail.as_object_mut().unwrap().remove(member);
        }
        assert_eq!(parse_event(&json!({"detail": detail})).unwrap().task, None);
        detail["topics"] = json!(["weather"]);
        for event in
            [json!({}), json!({"detail": {"type": "validated"}}), json!({"detail": detail})]
        {
            assert_eq!(parse_event(&event), None, "{event}");
        }
        assert!(is_scheduled(&json!({"source": "aws.events"})));
        assert!(!is_scheduled(&json!({"source": "cpor"})));
    }
}
