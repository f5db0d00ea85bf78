//! What became of the mails of a notice, by recipient. Each report is one write of its own attribute, so that
//! reports of one notice never wait for each other.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::claim::{Claim, Instant};
use domain::event::FailureCause;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::{DeliveryFailure, MAX_RECIPIENTS, RecipientNo, Reports};

use crate::table::attributes::{Attributes, Reader, instant_from_millis, item_key, number_value};
use crate::table::codec::codes::StoredCode;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction};

/// The recipients whose mail the provider took.
const SENT: &str = "s";
/// The recipients of whom a machine said that nobody is there now.
const UNATTENDED: &str = "u";
/// When a "no" that stood already was last said again.
const NO_REPEATED_AT: &str = "n";
/// What the cause of a failure takes in the number that has its instant, too.
const CAUSES: i64 = 8;

/// What is to be noted of a notice at a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryReport {
    /// The provider took the mail.
    Sent,
    /// The recipient's server took it.
    Delivered {
        /// The provider's stamp of the delivery.
        at: Instant,
    },
    /// It came back, or the recipient complained about it.
    Failed {
        /// The provider's stamp of the failure.
        at: Instant,
        /// Why the mail counts as not delivered.
        cause: FailureCause,
    },
    /// A machine answered that nobody is there now.
    Unattended,
}

/// How something is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReportUpdate {
    /// Numbers of recipients are added to a set.
    Add(&'static str, Vec<RecipientNo>),
    /// An attribute gets a number, unless it has one that is not greater.
    Lower(String, i64),
    /// An attribute gets a number, unless it has one that is not smaller.
    Raise(&'static str, i64),
}

impl ReportUpdate {
    fn of(recipient: RecipientNo, noted: DeliveryReport) -> Self {
        match noted {
            DeliveryReport::Sent => Self::Add(SENT, vec![recipient]),
            DeliveryReport::Unattended => Self::Add(UNATTENDED, vec![recipient]),
            DeliveryReport::Delivered { at } => {
                Self::Lower(delivered_attribute(recipient), at.timestamp_millis())
            }
            DeliveryReport::Failed { at, cause } => {
                let value = at.timestamp_millis() * CAUSES + i64::from(cause.stored_code());
                Self::Lower(failed_attribute(recipient), value)
            }
        }
    }

    fn apply_to(self, call: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
        match self {
            Self::Add(set, recipients) => {
                let numbers = recipients.iter().map(|no| no.0.to_string()).collect();
                call.update_expression("ADD #what :value")
                    .expression_attribute_names("#what", set)
                    .expression_attribute_values(":value", AttributeValue::Ns(numbers))
            }
            Self::Lower(name, value) => call
                .update_expression("SET #what = :value")
                .condition_expression("attribute_not_exists(#what) OR #what > :value")
                .expression_attribute_names("#what", name)
                .expression_attribute_values(":value", number_value(value)),
            Self::Raise(name, value) => call
                .update_expression("SET #what = :value")
                .condition_expression("attribute_not_exists(#what) OR #what < :value")
                .expression_attribute_names("#what", name)
                .expression_attribute_values(":value", number_value(value)),
        }
    }
}

impl Store {
    /// Notes a report of a notice at a recipient, and tells all that is known of the notice then. The same twice
    /// is noted once; of deliveries the earliest stays, and of failures.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn note_report(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: RecipientNo,
        noted: DeliveryReport,
    ) -> Result<Reports, StoreError> {
        self.update_reports(claim, notice, ReportUpdate::of(recipient, noted)).await
    }

    /// Notes that the provider took the mails to these recipients: one write for all of them.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn note_sent(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        recipients: &[RecipientNo],
    ) -> Result<(), StoreError> {
        // The table takes no number twice in a set.
        let distinct: BTreeSet<_> = recipients.iter().copied().collect();
        if distinct.is_empty() {
            return Ok(());
        }
        let note = ReportUpdate::Add(SENT, distinct.into_iter().collect());
        self.update_reports(claim, notice, note).await.map(|_| ())
    }

    /// Notes that a "no" that stands was said again: of several the latest stays.
    pub(crate) async fn note_repeated_no(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        at: Instant,
    ) -> Result<(), StoreError> {
        let note = ReportUpdate::Raise(NO_REPEATED_AT, at.timestamp_millis());
        self.update_reports(claim, notice, note).await.map(|_| ())
    }

    async fn update_reports(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        note: ReportUpdate,
    ) -> Result<Reports, StoreError> {
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::claim_pk(claim), keys::reports_sk(notice))))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match note.apply_to(call).send().await {
            Ok(answer) => read_reports(&answer.attributes.unwrap_or_default()),
            Err(error) => match error.as_service_error() {
                // What stands already is not changed by this one.
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    read_reports(failed.item().unwrap_or(&Attributes::new()))
                }
                Some(_) | None => Err(StoreError::from(error)),
            },
        }
    }
}

impl FetchedItems {
    /// What is known of a notice, if the key was fetched.
    pub(crate) fn reports(&self, claim: &ClaimId, notice: NoticeNo) -> Result<Reports, StoreError> {
        self.get(&reports_key(claim, notice))?.map_or(Ok(Reports::default()), read_reports)
    }

    /// When a "no" to the claim's last notice was said again, if [`super::recipients::recipients_keys`] were
    /// fetched.
    pub(crate) fn no_repeated_at(&self, claim: &Claim) -> Result<Option<Instant>, StoreError> {
        if !has_recipients(claim) {
            return Ok(None);
        }
        let found = self.get(&reports_key(&claim.id, claim.notice))?;
        found.map_or(Ok(None), |item| Reader::new("reports", item).opt_instant(NO_REPEATED_AT))
    }
}

/// What must be so in the reports of a notice for an event that was decided on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ExpectedReports {
    /// No failure is noted of this recipient.
    pub(crate) not_failed: Option<RecipientNo>,
    /// No "no" was said again at this moment or later.
    pub(crate) no_repeated_since: Option<Instant>,
}

impl ExpectedReports {
    /// The question, as a part of the event's transaction; `None`: there is none.
    pub(crate) fn condition_check(
        self,
        claim: &ClaimId,
        notice: NoticeNo,
    ) -> Option<TransactionAction> {
        let not_failed =
            |no| Condition::new(format!("attribute_not_exists({})", failed_attribute(no)));
        let condition = match (self.not_failed.map(not_failed), self.no_repeated_since) {
            (None, None) => return None,
            (Some(condition), None) => condition,
            (None, Some(at)) => not_repeated(Condition::new(NOT_REPEATED), at),
            (Some(condition), Some(at)) => not_repeated(condition.and(NOT_REPEATED), at),
        };
        Some(TransactionAction::Check(
            item_key(keys::claim_pk(claim), keys::reports_sk(notice)),
            condition,
        ))
    }
}

/// That no "no" was said again at `:undone` or later.
const NOT_REPEATED: &str = "(attribute_not_exists(n) OR n < :undone)";

fn not_repeated(condition: Condition, at: Instant) -> Condition {
    condition.with_value(":undone", number_value(at.timestamp_millis()))
}

/// Whether there is anybody whom a notice of the claim went to: nobody before the first, and nobody of an erased
/// claim, even where what was kept of them is still being removed.
pub(super) fn has_recipients(claim: &Claim) -> bool {
    claim.notice != NoticeNo::default() && !claim.erased
}

/// Where the reports of a notice stand.
pub(crate) fn reports_key(claim: &ClaimId, notice: NoticeNo) -> ItemKey {
    (keys::claim_pk(claim), keys::reports_sk(notice))
}

fn delivered_attribute(recipient: RecipientNo) -> String {
    format!("d{}", recipient.0)
}

fn failed_attribute(recipient: RecipientNo) -> String {
    format!("f{}", recipient.0)
}

/// What is known of a notice, out of its item.
pub(crate) fn read_reports(item: &Attributes) -> Result<Reports, StoreError> {
    let (sent, unattended) = (read_members(item, SENT)?, read_members(item, UNATTENDED)?);
    let item = Reader::new("reports", item);
    let mut reports = Reports::default();
    for no in (1..=MAX_RECIPIENTS).filter_map(RecipientNo::new) {
        let delivered_at = item.opt_instant(&delivered_attribute(no))?;
        let failure = read_failure(item, &failed_attribute(no))?;
        let known = (sent.contains(&no), delivered_at, failure, unattended.contains(&no));
        if known != (false, None, None, false) {
            let report = reports.report_mut(no);
            (report.sent, report.delivered_at, report.failure, report.unattended) = known;
        }
    }
    Ok(reports)
}

fn read_failure(item: Reader<'_>, name: &str) -> Result<Option<DeliveryFailure>, StoreError> {
    let Some(value) = item.opt_number::<i64>(name)? else { return Ok(None) };
    let at = instant_from_millis(value.div_euclid(CAUSES));
    let code = u8::try_from(value.rem_euclid(CAUSES)).ok();
    let cause = code.and_then(FailureCause::of_code);
    let failure = at.zip(cause).map(|(at, cause)| DeliveryFailure { at, cause });
    failure.map(Some).ok_or_else(|| item.attribute_error(name))
}

fn read_members(item: &Attributes, name: &str) -> Result<BTreeSet<RecipientNo>, StoreError> {
    let bad = || StoreError::unreadable_attribute("reports", name);
    let member = |no: &String| no.parse().ok().and_then(RecipientNo::new).ok_or_else(bad);
    match item.get(name) {
        None => Ok(BTreeSet::new()),
        Some(AttributeValue::Ns(numbers)) => numbers.iter().map(member).collect(),
        Some(_) => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::table::codec::claim_item::tests::size;

    const CAUSES_OF_FAILURE: [FailureCause; 4] = [
        FailureCause::Bounce,
        FailureCause::Complaint,
        FailureCause::NoProof,
        FailureCause::Suppressed,
    ];

    fn at(millis: i64) -> Instant {
        DateTime::from_timestamp_millis(1_790_000_000_000 + millis).unwrap()
    }

    /// The item after a note, as the table writes it.
    fn noted(mut item: Attributes, note: ReportUpdate) -> Attributes {
        match note {
            ReportUpdate::Add(set, added) => {
                let mut all = read_members(&item, set).unwrap();
                all.extend(added);
                let numbers = all.iter().map(|no| no.0.to_string()).collect();
                item.insert(set.to_owned(), AttributeValue::Ns(numbers));
            }
            ReportUpdate::Lower(name, value) => {
                let stands = Reader::new("reports", &item).opt_number::<i64>(&name).unwrap();
                if stands.is_none_or(|stands| stands > value) {
                    item.insert(name, number_value(value));
                }
            }
            ReportUpdate::Raise(name, value) => {
                item.insert(name.to_owned(), number_value(value));
            }
        }
        item
    }

    fn everything_of_everybody() -> Attributes {
        let mut item = item_key("C#mmmmmmmmmmmmmmmmmmmmmmmmmm", keys::reports_sk(NoticeNo(123)));
        for no in (1..=MAX_RECIPIENTS).map(RecipientNo) {
            let failed = DeliveryReport::Failed { at: at(7), cause: FailureCause::Suppressed };
            let reports = [
                DeliveryReport::Sent,
                DeliveryReport::Delivered { at: at(3) },
                failed,
                DeliveryReport::Unattended,
            ];
            for report in reports {
                item = noted(item, ReportUpdate::of(no, report));
            }
        }
        noted(item, ReportUpdate::Raise(NO_REPEATED_AT, at(9).timestamp_millis()))
    }

    #[test]
    fn all_reports_of_23_recipients_fit_in_a_kilobyte_and_come_back() {
        let item = everything_of_everybody();
        let size = size(&item);
        assert!(size <= 1024, "{size} bytes");
        let reports = read_reports(&item).unwrap();
        for no in (1..=MAX_RECIPIENTS).map(RecipientNo) {
            let report = reports.of(no);
            assert!(report.sent && report.unattended);
            assert_eq!(report.delivered_at, Some(at(3)));
            let failure = DeliveryFailure { at: at(7), cause: FailureCause::Suppressed };
            assert_eq!(report.failure, Some(failure));
        }
        assert_eq!(reports.unattended_count(), usize::from(MAX_RECIPIENTS));
    }

    #[test]
    fn each_failure_comes_back_with_its_instant_and_cause() {
        for cause in CAUSES_OF_FAILURE {
            for millis in [0, 1, 7, 8, 999] {
                let failed = DeliveryReport::Failed { at: at(millis), cause };
                let item = noted(Attributes::new(), ReportUpdate::of(RecipientNo(3), failed));
                let failure = read_reports(&item).unwrap().of(RecipientNo(3)).failure;
                assert_eq!(failure, Some(DeliveryFailure { at: at(millis), cause }));
            }
        }
    }

    #[test]
    fn of_deliveries_and_of_failures_the_earliest_stays_whatever_comes_first() {
        let no = RecipientNo(2);
        for order in [[5, 9], [9, 5]] {
            let mut item = Attributes::new();
            for millis in order {
                let failed = DeliveryReport::Failed { at: at(millis), cause: FailureCause::Bounce };
                item =
                    noted(item, ReportUpdate::of(no, DeliveryReport::Delivered { at: at(millis) }));
                item = noted(item, ReportUpdate::of(no, failed));
            }
            let report = read_reports(&item).unwrap().of(no);
            assert_eq!(report.delivered_at, Some(at(5)));
            assert_eq!(report.failure.map(|failure| failure.at), Some(at(5)));
        }
    }

    #[test]
    fn what_is_noted_of_one_recipient_is_of_no_other() {
        let note = ReportUpdate::of(RecipientNo(1), DeliveryReport::Delivered { at: at(1) });
        let reports = read_reports(&noted(Attributes::new(), note)).unwrap();
        assert_eq!(reports.of(RecipientNo(1)).delivered_at, Some(at(1)));
        assert_eq!(reports.of(RecipientNo(11)).delivered_at, None);
        assert_eq!(read_reports(&Attributes::new()).unwrap(), Reports::default());
    }

    #[test]
    fn a_recipient_or_a_cause_that_there_is_not_is_an_error() {
        let numbers = |no: &str| AttributeValue::Ns(vec![no.to_owned()]);
        let unknown = [
            (SENT, numbers("24")),
            (UNATTENDED, numbers("0")),
            ("f1", number_value(CAUSES * 1_000 + 7)),
            ("d1", AttributeValue::Bool(true)),
        ];
        for (name, value) in unknown {
            let item = Attributes::from([(name.to_owned(), value)]);
            assert!(matches!(read_reports(&item), Err(StoreError::Corrupt(_))), "{name}");
        }
    }
}
