//! The list of a notice: who is asked by it, and everybody who was asked before.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Authority, FailureCause, Recipient, RecipientNo, RecipientStanding, Reports};
use crate::ids::{NoticeNo, StaffId};
use crate::text::Email;
use crate::time::Instant;

/// The recipients of a claim as of one of its notices. It is made once, with the event that makes the notice
/// due; a refusal or a retirement changes the standing of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientList {
    /// Whose list it is.
    pub notice: NoticeNo,
    /// The latest end of a window that was told: no later window ends before it.
    pub told_until: Option<Instant>,
    /// When its partner last had a notice sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent_at: Option<Instant>,
    /// Everybody, in the order of their numbers.
    pub recipients: Vec<Recipient>,
    /// The staff who validated, vouched, held, resumed, extended or retired a link in this claim.
    pub acted: BTreeSet<StaffId>,
}

impl RecipientList {
    /// The recipient of that number.
    pub fn get(&self, no: RecipientNo) -> Option<&Recipient> {
        self.recipients.iter().find(|own| own.no == no)
    }

    /// The recipient with that address.
    pub fn find_recipient(&self, email: &Email) -> Option<&Recipient> {
        self.recipients.iter().find(|own| own.email.same_mailbox(email.as_str()))
    }

    /// The list with another standing of one recipient.
    pub(crate) fn with_standing(&self, no: RecipientNo, standing: RecipientStanding) -> Self {
        let mut list = self.clone();
        for own in list.recipients.iter_mut().filter(|own| own.no == no) {
            own.standing = standing;
        }
        list
    }

    /// The list after an act of that member of staff.
    pub(crate) fn with_actor(mut self, staff: Option<&StaffId>) -> Self {
        self.acted.extend(staff.cloned());
        self
    }
}

/// The list of the current notice with its reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients {
    /// The recipients of the current notice, with those of the notices before it.
    pub list: RecipientList,
    /// What became of the mails.
    pub reports: Reports,
}

impl Recipients {
    /// Whether the recipient's delivery stands: it may open a window, it was delivered, and it has not failed.
    pub fn delivery_stands(&self, no: RecipientNo) -> bool {
        self.standing_delivery(no).is_some()
    }

    /// When the notice was delivered to the recipient, where that stands.
    fn standing_delivery(&self, no: RecipientNo) -> Option<Instant> {
        let report = self.reports.of(no);
        let may_open = self.list.get(no).is_some_and(Recipient::may_open);
        report.delivered_at.filter(|_| may_open && report.failure.is_none())
    }

    /// The earliest delivery that stands, and whose it is.
    pub fn earliest_delivery(&self) -> Option<(RecipientNo, Instant)> {
        let standing = |own: &Recipient| Some((own.no, self.standing_delivery(own.no)?));
        self.list.recipients.iter().filter_map(standing).min_by_key(|(no, at)| (*at, *no))
    }

    /// The earliest delivery that stood before `until`: failures stamped from then on do not count.
    pub(crate) fn earliest_delivery_before(&self, until: Instant) -> Option<Instant> {
        let stood = |own: &Recipient| {
            let report = self.reports.of(own.no);
            let failed = report.failure.is_some_and(|failure| failure.at < until);
            report.delivered_at.filter(|_| own.may_open() && !failed)
        };
        self.list.recipients.iter().filter_map(stood).min()
    }

    /// Whether a recipient that may open the window has the notice, or may still get it.
    pub(crate) fn may_still_be_delivered(&self) -> bool {
        let may = |own: &&Recipient| {
            own.may_open()
                && own.standing == RecipientStanding::Asked
                && self.reports.of(own.no).failure.is_none()
        };
        self.list.recipients.iter().any(|own| may(&own))
    }

    /// Whether everything that failed at recipients who might have opened the window failed because the
    /// provider refuses to write to them: then the operator has to act, not the partner.
    pub(crate) fn only_suppressed(&self) -> bool {
        let mut failures = self.list.recipients.iter().filter_map(|own| {
            let failure = self.reports.of(own.no).failure?;
            (own.authority == Authority::Verified).then_some(failure.cause)
        });
        let first = failures.next();
        first == Some(FailureCause::Suppressed)
            && failures.all(|cause| cause == FailureCause::Suppressed)
    }

    /// Whether the notice goes to the recipient: at once, or from its reserve by now.
    pub fn gets_notice(&self, own: &Recipient) -> bool {
        own.standing == RecipientStanding::Asked
            || (own.standing == RecipientStanding::Reserve && self.reports.of(own.no).sent)
    }

    /// Whether the recipient gets later mails of the claim: it has a link, and neither failed nor was retired.
    pub fn gets_later_mails(&self, own: &Recipient) -> bool {
        let standing = match own.standing {
            RecipientStanding::Asked
            | RecipientStanding::Refused
            | RecipientStanding::Unreported => true,
            RecipientStanding::Reserve => self.reports.of(own.no).sent,
            RecipientStanding::Retired | RecipientStanding::Failed => false,
            // Whoever was in reserve and never asked has no link.
            RecipientStanding::Past => own.asked_at.is_some(),
        };
        standing && own.has_link() && self.reports.of(own.no).failure.is_none()
    }

    /// The recipients with an address that may be asked again although mails to it failed: the operator says so.
    /// Who refused, or whose link was retired, stays so.
    pub(crate) fn forgive_failures(&self, email: &Email) -> Self {
        let mut recipients = self.clone();
        let same = |own: &&mut Recipient| own.email.same_mailbox(email.as_str());
        if let Some(own) = recipients.list.recipients.iter_mut().find(same) {
            if matches!(own.standing, RecipientStanding::Failed | RecipientStanding::Unreported) {
                own.standing = RecipientStanding::Past;
            }
            recipients.reports.report_mut(own.no).failure = None;
        }
        recipients
    }

    /// How the recipients stand once the notice is over: who failed, and, where it reached nobody, who is without
    /// a report. Whose mail the mail service never took was not asked.
    pub(crate) fn closed_standings(&self, reached_nobody: bool, at: Instant) -> Vec<Recipient> {
        let closed = |own: &Recipient| {
            let report = self.reports.of(own.no);
            let asked = self.gets_notice(own);
            let standing = match own.standing {
                RecipientStanding::Asked
                | RecipientStanding::Reserve
                | RecipientStanding::Unreported
                | RecipientStanding::Past
                    if report.failure.is_some() =>
                {
                    RecipientStanding::Failed
                }
                RecipientStanding::Asked | RecipientStanding::Reserve
                    if asked && reached_nobody && report.sent && report.delivered_at.is_none() =>
                {
                    RecipientStanding::Unreported
                }
                RecipientStanding::Asked | RecipientStanding::Reserve => RecipientStanding::Past,
                other @ (RecipientStanding::Refused
                | RecipientStanding::Retired
                | RecipientStanding::Failed
                | RecipientStanding::Unreported
                | RecipientStanding::Past) => other,
            };
            let asked_at = own.asked_at.or(asked.then_some(at));
            Recipient { standing, asked_at, ..own.clone() }
        };
        self.list.recipients.iter().map(closed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipient::DeliveryFailure;
    use crate::text::Name;

    fn at(hours: i64) -> Instant {
        Instant::UNIX_EPOCH + chrono::Duration::hours(hours)
    }

    fn recipient(no: u8, authority: Authority, standing: RecipientStanding) -> Recipient {
        let email = format!("r{no}@contoso.example");
        let (name, email) = (Name::parse("IT").unwrap(), Email::parse(&email).unwrap());
        Recipient { no: RecipientNo(no), name, email, authority, standing, asked_at: Some(at(0)) }
    }

    /// Number 1 is of the domain, 2 and 3 are verified, 4 is verified and in reserve.
    fn recipients() -> Recipients {
        use RecipientStanding::{Asked, Reserve};
        let recipients = vec![
            recipient(1, Authority::Domain, Asked),
            recipient(2, Authority::Verified, Asked),
            recipient(3, Authority::Verified, Asked),
            Recipient { asked_at: None, ..recipient(4, Authority::Verified, Reserve) },
        ];
        let (told_until, acted) = (None, BTreeSet::new());
        let list =
            RecipientList { notice: NoticeNo(1), told_until, resent_at: None, recipients, acted };
        Recipients { list, reports: Reports::default() }
    }

    fn delivered(recipients: &mut Recipients, no: u8, hours: i64) {
        recipients.reports.report_mut(RecipientNo(no)).delivered_at = Some(at(hours));
    }

    fn failed(recipients: &mut Recipients, no: u8, hours: i64, cause: FailureCause) {
        let failure = DeliveryFailure { at: at(hours), cause };
        recipients.reports.report_mut(RecipientNo(no)).failure = Some(failure);
    }

    #[test]
    fn the_earliest_delivery_is_of_a_verified_recipient_that_has_not_failed() {
        let mut own = recipients();
        delivered(&mut own, 1, 1);
        assert_eq!(own.earliest_delivery(), None, "of the domain");
        delivered(&mut own, 3, 2);
        delivered(&mut own, 2, 2);
        assert_eq!(own.earliest_delivery(), Some((RecipientNo(2), at(2))), "the lower number");
        failed(&mut own, 2, 3, FailureCause::Bounce);
        assert_eq!(own.earliest_delivery(), Some((RecipientNo(3), at(2))));
        assert!(own.delivery_stands(RecipientNo(3)) && !own.delivery_stands(RecipientNo(2)));
    }

    #[test]
    fn whoever_refused_or_was_retired_carries_no_window() {
        use RecipientStanding::{Failed, Past, Refused, Retired, Unreported};
        let mut own = recipients();
        delivered(&mut own, 2, 1);
        for standing in [Refused, Retired, Failed, Unreported, Past] {
            let list = own.list.with_standing(RecipientNo(2), standing);
            let changed = Recipients { list, reports: own.reports.clone() };
            assert!(!changed.delivery_stands(RecipientNo(2)), "{standing:?}");
        }
    }

    #[test]
    fn a_failure_stamped_from_an_end_on_takes_no_delivery_away_that_stood_before_it() {
        let mut own = recipients();
        delivered(&mut own, 2, 1);
        failed(&mut own, 2, 10, FailureCause::Bounce);
        assert_eq!(own.earliest_delivery_before(at(10)), Some(at(1)));
        assert_eq!(own.earliest_delivery_before(at(11)), None);
    }

    #[test]
    fn a_notice_may_still_arrive_while_a_verified_recipient_that_was_asked_has_not_failed() {
        let mut own = recipients();
        failed(&mut own, 2, 1, FailureCause::Bounce);
        assert!(own.may_still_be_delivered());
        failed(&mut own, 3, 1, FailureCause::Bounce);
        assert!(!own.may_still_be_delivered(), "the one in reserve was not asked");
    }

    #[test]
    fn only_where_every_verified_failure_is_a_suppression_is_the_provider_to_blame() {
        let mut own = recipients();
        assert!(!own.only_suppressed(), "nothing failed");
        failed(&mut own, 1, 1, FailureCause::Bounce);
        failed(&mut own, 2, 1, FailureCause::Suppressed);
        assert!(own.only_suppressed(), "the domain's does not count");
        failed(&mut own, 3, 1, FailureCause::Complaint);
        assert!(!own.only_suppressed());
    }

    #[test]
    fn the_contact_in_reserve_is_told_once_its_mail_was_sent() {
        let mut own = recipients();
        let is_told = |own: &Recipients, no: u8| {
            own.list.get(RecipientNo(no)).is_some_and(|recipient| own.gets_later_mails(recipient))
        };
        assert!(is_told(&own, 1) && is_told(&own, 2) && !is_told(&own, 4));
        own.reports.report_mut(RecipientNo(4)).sent = true;
        assert!(is_told(&own, 4));
        failed(&mut own, 4, 1, FailureCause::Bounce);
        assert!(!is_told(&own, 4));
    }

    #[test]
    fn once_a_notice_is_over_each_recipient_stands_by_what_was_reported() {
        let mut own = recipients();
        failed(&mut own, 1, 1, FailureCause::Bounce);
        delivered(&mut own, 2, 1);
        let standings = |own: &Recipients, reached_nobody| {
            let closed = own.closed_standings(reached_nobody, at(9));
            closed.into_iter().map(|own| own.standing.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(standings(&own, false), ["failed", "past", "past", "past"]);
        assert_eq!(standings(&own, true), ["failed", "past", "past", "past"], "no mail was sent");
        own.reports.report_mut(RecipientNo(3)).sent = true;
        assert_eq!(standings(&own, true), ["failed", "past", "unreported", "past"]);
        own.reports.report_mut(RecipientNo(4)).sent = true;
        assert_eq!(standings(&own, true), ["failed", "past", "unreported", "unreported"]);
        let asked_at = own.closed_standings(false, at(9)).last().and_then(|own| own.asked_at);
        assert_eq!(asked_at, Some(at(9)), "it was asked, by its mail");
    }

    #[test]
    fn an_address_that_the_operator_names_again_may_be_asked_unless_it_refused() {
        use RecipientStanding::{Failed, Past, Refused, Retired};
        for (before, after) in [(Failed, Past), (Refused, Refused), (Retired, Retired)] {
            let mut own = recipients();
            own.list = own.list.with_standing(RecipientNo(2), before);
            failed(&mut own, 2, 1, FailureCause::Suppressed);
            let email = own.list.get(RecipientNo(2)).unwrap().email.clone();
            let forgiven = own.forgive_failures(&email);
            let standing = forgiven.list.get(RecipientNo(2)).map(|own| own.standing);
            assert_eq!(standing, Some(after));
            assert_eq!(forgiven.reports.of(RecipientNo(2)).failure, None);
        }
    }
}
