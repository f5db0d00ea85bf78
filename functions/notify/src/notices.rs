//! The notice itself: to each recipient its own mail, with its own link and codes.

use chrono::{DateTime, Utc};
use domain::calendar::Window;
use domain::event::EventType;
use domain::ids::NoticeNo;
use domain::recipient::{Authority, Recipient, RecipientNo, RecipientStanding};
use notice::{AnswerDeadline, Link, Links, Notice, mail};
use runtime::fields::{self, metric};
use runtime::telemetry;
use store::{MailSubject, NoticeOfCode, NoticeText, PROOFS_KNOWN_AFTER, TextKey};
use tracing::{info, warn};

use crate::App;
use crate::audience::{Addressee, Audience};
use crate::event::ClaimEvent;
use crate::mailer::MailTracking;
use crate::stop::Stop;

/// Sends the notice, if it is still the one that the claim waits to see delivered or answered.
pub(crate) async fn send_notice(
    app: &App,
    audience: &Audience,
    told: &ClaimEvent,
) -> Result<(), Stop> {
    if audience.recipients.is_none() || !audience.awaits_notice(told) {
        info!({ fields::CLAIM_ID } = %told.claim, "A notice is not due any more");
        return Ok(());
    }
    let deadline = audience.promised_deadline(told.at);
    let due = audience.unsent_recipients(RecipientStanding::Asked);
    // `validate` has counted its notice already, within the month's quota.
    if told.event_type != EventType::Validated && !due.is_empty() {
        let counted = format!("counted.{}", told.notice.0);
        app.count_once(&audience.claim.id, &counted, "notice", async || {
            app.store.count_further_notice(&audience.claim, told.at).await.map(|()| true)
        })
        .await?;
    }
    let is_late = told.at + PROOFS_KNOWN_AFTER <= audience.now;
    let due_to_all = DueNotice { app, audience, no: told.notice, deadline, at: told.at, is_late };
    if due.iter().any(|own| own.has_link()) {
        due_to_all.keep_text(None).await?;
    }
    due_to_all.send_to(&due).await
}

/// Sends the current notice once more to whoever has it and of whom no report has come. It is the mail that was sent: of
/// the same moment, with the link and the codes that the present key makes. A mark of its own keeps a message that comes
/// again from mailing anybody twice.
pub(crate) async fn resend_notice(
    app: &App,
    audience: &Audience,
    told: &ClaimEvent,
) -> Result<(), Stop> {
    let due = audience.unreported_recipients();
    if !audience.awaits_notice(told) || due.is_empty() {
        info!({ fields::CLAIM_ID } = %told.claim, "Nobody waits for a notice to be sent again");
        return Ok(());
    }
    let (claim, purpose) = (MailSubject::Claim(&told.claim), format!("resent.{}", told.version));
    let marks = app.store.mail_marks(claim, &purpose).await?;
    let mut result = Ok(());
    for own in due {
        let mark = own.no.0.to_string();
        if marks.contains(&mark) {
            continue;
        }
        match resend_to(app, audience, told.notice, own).await {
            Err(Stop::Wait) => return Err(Stop::Wait),
            Ok(()) => app.store.mark_mail(claim, &purpose, &mark).await?,
            failed @ Err(_) => result = result.and(failed),
        }
    }
    result
}

/// The mail of a notice to a recipient once more: what it promises is what was promised, as far as that is kept.
async fn resend_to(
    app: &App,
    audience: &Audience,
    no: NoticeNo,
    own: &Recipient,
) -> Result<(), Stop> {
    let (claim, language) = (&audience.claim.id, audience.customer_language().tag());
    let key = |recipient| TextKey { notice: no, recipient, language };
    let late = app.store.notice_text(claim, key(Some(own.no))).await?;
    let was_asked_late = late.is_some();
    let kept = match late {
        Some(text) => Some(text),
        None => app.store.notice_text(claim, key(None)).await?,
    };
    // In a language that the notice was not sent in, no text is kept.
    let at = kept.map(|text| text.sent_at).or(own.asked_at).unwrap_or(audience.now);
    let promised = audience.promised_deadline(at);
    let deadline = match audience.running_window() {
        // Whoever was asked late was told the exact end. And no mail promises a later one than there is, by a calendar that
        // has changed since.
        Some(window) if was_asked_late || promised.ends_after(window.closes_at) => {
            AnswerDeadline::Exact(window.clone())
        }
        _ => promised,
    };
    let again = DueNotice { app, audience, no, deadline, at, is_late: true };
    let notice = audience.build_notice(&app.operator, no, again.deadline.clone());
    again.send_to_recipient(&notice, own).await
}

/// Sends the notice of an open window to the contact in reserve: its end is exact.
pub(crate) async fn notify_reserve_contact(
    app: &App,
    audience: &Audience,
    window: &Window,
    at: DateTime<Utc>,
) -> Result<(), Stop> {
    let (no, deadline) = (audience.claim.notice, AnswerDeadline::Exact(window.clone()));
    let due = audience.unsent_recipients(RecipientStanding::Reserve);
    let due_to_reserve = DueNotice { app, audience, no, deadline, at, is_late: true };
    for own in due.iter().filter(|own| own.has_link()) {
        due_to_reserve.keep_text(Some(own.no)).await?;
    }
    due_to_reserve.send_to(&due).await
}

/// A notice that is due.
struct DueNotice<'a> {
    app: &'a App,
    audience: &'a Audience,
    no: NoticeNo,
    deadline: AnswerDeadline,
    at: DateTime<Utc>,
    /// Whether it goes out too late for the notice's own look at its proofs.
    is_late: bool,
}

impl DueNotice<'_> {
    /// Sends it to these recipients. That it was handed over is noted before the next one's, so that a retry leaves that
    /// recipient alone.
    async fn send_to(&self, recipients: &[&Recipient]) -> Result<(), Stop> {
        let notice = self.audience.build_notice(&self.app.operator, self.no, self.deadline.clone());
        let mut result = Ok(());
        for own in recipients {
            match self.send_and_note(&notice, own).await {
                Err(Stop::Wait) => return Err(Stop::Wait),
                outcome => result = result.and(outcome),
            }
        }
        result
    }

    async fn send_and_note(&self, notice: &Notice, own: &Recipient) -> Result<(), Stop> {
        if self.send_one(notice, own).await? {
            self.app.store.note_sent(&self.audience.claim.id, self.no, &[own.no]).await?;
        }
        Ok(())
    }

    /// What an authenticity code shows is there before anyone has one: of all recipients, or of one that is asked later.
    async fn keep_text(&self, recipient: Option<RecipientNo>) -> Result<(), Stop> {
        let notice = self.audience.build_notice(&self.app.operator, self.no, self.deadline.clone());
        let language = self.audience.customer_language();
        let text =
            NoticeText { text: mail::write_notice_text(&notice, language), sent_at: self.at };
        let key = TextKey { notice: self.no, recipient, language: language.tag() };
        Ok(self.app.store.put_notice_text(&self.audience.claim.id, key, &text).await?)
    }

    /// Whether the mail was handed over.
    async fn send_one(&self, notice: &Notice, own: &Recipient) -> Result<bool, Stop> {
        match own.authority {
            Authority::Verified | Authority::Domain => {
                self.send_to_recipient(notice, own).await.map(|()| true)
            }
            Authority::Outside => self.send_to_outside_address(notice, own).await,
        }
    }

    /// The authenticity code can be looked up before anyone reads it, and what the mail promises is kept there.
    async fn send_to_recipient(&self, notice: &Notice, own: &Recipient) -> Result<(), Stop> {
        let (app, claim) = (self.app, &self.audience.claim.id);
        let keys = app.links.current();
        let link = Link::of(&keys, claim, self.no, own.no)?;
        let links = Links::of(&link, &keys, &app.operator);
        let of = NoticeOfCode {
            claim: claim.clone(),
            notice: self.no,
            recipient: Some(own.no),
            promised: self.deadline.window().map(|window| window.closes_at),
        };
        app.store.put_notice_code(&links.notice_code, &of).await?;
        if self.is_late {
            app.store.schedule_proof(claim, self.no, own.no, self.audience.now).await?;
        }
        let mail = mail::write_notice(
            notice,
            &links,
            &self.audience.mail_envelope(app, Addressee::from_recipient(own), self.at),
        );
        app.post.send_mail(&mail, claim, MailTracking::Notice(self.no, own.no)).await
    }

    /// One plain mail a claim, and so many a partner and day: whoever names addresses must not write to them
    /// through the operator. `false` where it is not sent.
    async fn send_to_outside_address(
        &self,
        notice: &Notice,
        own: &Recipient,
    ) -> Result<bool, Stop> {
        let (app, claim) = (self.app, &self.audience.claim);
        if own.asked_at != Some(self.at) {
            return Ok(false);
        }
        let (counted, addressee) = (format!("counted.{}", self.no.0), own.no.0.to_string());
        let is_counted = app.count_once(&claim.id, &counted, &addressee, async || {
            app.store.count_outside_mail(&claim.subject.partner, self.at).await
        });
        if !is_counted.await? {
            telemetry::add_to_metric(metric::OUTSIDE_UNSENT, 1);
            warn!({ fields::CLAIM_ID } = %claim.id, "A contact outside the tenant is not written to");
            return Ok(false);
        }
        let envelope = self.audience.mail_envelope(app, Addressee::from_recipient(own), self.at);
        let mail = mail::write_outside_contact(notice, &envelope);
        app.post.send_mail(&mail, &claim.id, MailTracking::No).await?;
        Ok(true)
    }
}
