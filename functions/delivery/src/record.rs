//! What a report does to its claim. It is noted first, and then acted on: what is done depends on everything
//! that is noted, and not on which report came last (`docs/domain.md §5.3`).

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::claim::{Claim, State};
use domain::command::Command;
use domain::ids::NoticeNo;
use domain::recipient::{Authority, Recipient, RecipientNo, RecipientStanding, Recipients};
use domain::rejection::Rejection;
use runtime::fields::{self, metric};
use runtime::telemetry;
use store::{DeliveryReport, RequestTime, Store, StoreError};
use tracing::error;

use crate::report::{MailKind, MailOutcome, MailReport};

/// Notes a report at the moment the mail provider gives for it, and does what follows now.
pub(crate) async fn record_report(store: &Store, report: &MailReport) -> Result<(), StoreError> {
    match report.mail {
        MailKind::Notice(notice) => Box::pin(record_notice(store, report, notice)).await,
        MailKind::Activation => Box::pin(record_activation(store, report)).await,
    }
}

async fn record_notice(
    store: &Store,
    report: &MailReport,
    notice: NoticeNo,
) -> Result<(), StoreError> {
    let moment = store.present_time().await?;
    let at = RequestTime::new(report.at, moment.offset).at;
    let (noted, counted) = match report.outcome {
        MailOutcome::Delivered => (DeliveryReport::Delivered { at }, metric::DELIVERED),
        MailOutcome::Failed(cause) => (DeliveryReport::Failed { at, cause }, metric::FAILED),
        MailOutcome::Unattended => (DeliveryReport::Unattended, metric::UNATTENDED),
        MailOutcome::Other => {
            telemetry::add_to_metric(metric::OTHER_REPORTS, 1);
            return Ok(());
        }
    };
    store.note_report(&report.claim, notice, report.recipient, noted).await?;
    telemetry::add_to_metric(counted, 1);
    let command = Command::ApplyReports { notice };
    let acted = store.execute_command(&report.claim, &Actor::System, &command, moment, None);
    let claim = Box::pin(acted).await?.claim;
    if let DeliveryReport::Failed { .. } = noted {
        note_earlier_failure(store, &claim, notice, report.recipient, noted).await?;
    }
    ask_reserve_contact(store, &claim, notice, moment).await
}

/// A failure of an earlier notice counts for the claim: it is noted with the present notice too, where that does not
/// ask the recipient and so gets no report of its own.
async fn note_earlier_failure(
    store: &Store,
    claim: &Claim,
    notice: NoticeNo,
    recipient: RecipientNo,
    failed: DeliveryReport,
) -> Result<(), StoreError> {
    if claim.notice == notice {
        return Ok(());
    }
    let Some(recipients) = store.load_recipients(claim).await? else { return Ok(()) };
    match recipients.list.get(recipient) {
        Some(own) if !recipients.gets_notice(own) => {
            store.note_report(&claim.id, claim.notice, recipient, failed).await.map(|_| ())
        }
        Some(_) | None => Ok(()),
    }
}

/// Where every verified recipient whose delivery stands answered automatically, the contact in reserve is asked
/// before half time.
async fn ask_reserve_contact(
    store: &Store,
    claim: &Claim,
    notice: NoticeNo,
    moment: RequestTime,
) -> Result<(), StoreError> {
    let open = matches!(claim.state, State::AwaitingCustomer { .. }) && claim.notice == notice;
    if !open {
        return Ok(());
    }
    let Some(recipients) = store.load_recipients(claim).await? else { return Ok(()) };
    if is_unattended(&recipients) {
        store.ask_reserve(claim, moment.at).await?;
    }
    Ok(())
}

/// Whether a contact is left in reserve, and nobody who has the notice answers in person.
fn is_unattended(recipients: &Recipients) -> bool {
    let all = &recipients.list.recipients;
    let in_reserve = |own: &Recipient| {
        own.standing == RecipientStanding::Reserve && !recipients.reports.of(own.no).sent
    };
    let mut standing = all.iter().filter(|own| recipients.delivery_stands(own.no)).peekable();
    all.iter().any(in_reserve)
        && standing.peek().is_some()
        && standing.all(|own| recipients.reports.of(own.no).unattended)
}

/// A mail about an activation that came back from every verified recipient was told to nobody.
async fn record_activation(store: &Store, report: &MailReport) -> Result<(), StoreError> {
    let MailOutcome::Failed(_) = report.outcome else { return Ok(()) };
    let moment = store.present_time().await?;
    let claim = store.load_up_to_date(&report.claim, moment).await?.ok_or(Rejection::NotFound)?;
    let Some(recipients) = store.load_recipients(&claim).await? else { return Ok(()) };
    // Last: what is noted already is not counted again.
    let failed = store.note_failed_activation(&claim.id, report.recipient).await?;
    let told = activation_recipients(&recipients);
    if told.is_subset(&failed.after) && !told.is_subset(&failed.before) {
        telemetry::add_to_metric(metric::ACTIVATION_UNTOLD, 1);
        error!({ fields::CLAIM_ID } = %claim.id, "Nobody could be told what became active");
    }
    Ok(())
}

/// The verified recipients to whom mails about an activation go.
fn activation_recipients(recipients: &Recipients) -> BTreeSet<RecipientNo> {
    let told = |own: &&Recipient| {
        let left = matches!(own.standing, RecipientStanding::Refused | RecipientStanding::Retired);
        own.authority == Authority::Verified && (left || recipients.gets_later_mails(own))
    };
    recipients.list.recipients.iter().filter(told).map(|own| own.no).collect()
}

#[cfg(test)]
mod tests {
    use domain::recipient::{RecipientList, Reports};
    use domain::text::{Email, Name};

    use super::*;

    fn recipients(standings: &[(Authority, RecipientStanding)]) -> Recipients {
        let recipient =
            |(no, (authority, standing)): (u8, &(Authority, RecipientStanding))| Recipient {
                no: RecipientNo(no),
                name: Name::parse("Jana Nováková").unwrap(),
                email: Email::parse(&format!("r{no}@contoso.example")).unwrap(),
                authority: *authority,
                standing: *standing,
                asked_at: None,
            };
        let recipients = (1..).zip(standings).map(recipient).collect();
        let list = RecipientList {
            notice: NoticeNo(1),
            told_until: None,
            resent_at: None,
            recipients,
            acted: BTreeSet::new(),
        };
        Recipients { list, reports: Reports::default() }
    }

    fn delivered(recipients: &mut Recipients, no: u8, unattended: bool) {
        let report = recipients.reports.report_mut(RecipientNo(no));
        report.delivered_at = Some("2026-12-22T14:00:00Z".parse().unwrap());
        report.unattended = unattended;
    }

    #[test]
    fn the_reserve_is_asked_when_every_delivery_that_stands_was_answered_by_a_machine() {
        let asked = (Authority::Verified, RecipientStanding::Asked);
        let reserve = (Authority::Verified, RecipientStanding::Reserve);
        let mut own = recipients(&[asked, asked, reserve]);
        assert!(!is_unattended(&own), "nothing is delivered");
        delivered(&mut own, 1, true);
        assert!(is_unattended(&own));
        delivered(&mut own, 2, false);
        assert!(!is_unattended(&own), "somebody has it");
        own.reports.report_mut(RecipientNo(2)).unattended = true;
        assert!(is_unattended(&own));
        own.reports.report_mut(RecipientNo(3)).sent = true;
        assert!(!is_unattended(&own), "the reserve is asked already");
    }

    #[test]
    fn a_domain_recipients_machine_does_not_keep_the_reserve_away_nor_call_it() {
        let mut own = recipients(&[
            (Authority::Domain, RecipientStanding::Asked),
            (Authority::Verified, RecipientStanding::Asked),
            (Authority::Verified, RecipientStanding::Reserve),
        ]);
        delivered(&mut own, 1, true);
        assert!(!is_unattended(&own));
        delivered(&mut own, 2, true);
        own.reports.report_mut(RecipientNo(1)).unattended = false;
        assert!(is_unattended(&own));
    }

    #[test]
    fn whoever_refused_or_is_retired_is_told_of_an_activation_and_whoever_failed_is_not() {
        let own = recipients(&[
            (Authority::Verified, RecipientStanding::Refused),
            (Authority::Verified, RecipientStanding::Retired),
            (Authority::Verified, RecipientStanding::Failed),
            (Authority::Domain, RecipientStanding::Asked),
            (Authority::Verified, RecipientStanding::Asked),
        ]);
        let numbers: Vec<_> = activation_recipients(&own).into_iter().map(|no| no.0).collect();
        assert_eq!(numbers, [1, 2, 5]);
    }
}
