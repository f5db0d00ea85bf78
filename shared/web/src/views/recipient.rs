//! Who is asked, as the operator's staff and the customer's administrator see it.

use std::collections::BTreeMap;

use domain::claim::Instant;
use domain::recipient::{
    Authority, Recipient, RecipientList, RecipientNo, RecipientStanding, Report, Reports,
};
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Viewer;
use crate::words::{AuthorityWord, CauseWord, Word};

/// The recipients that a claim is shown with.
#[derive(Debug, Clone, Copy)]
pub struct ShownRecipients<'a> {
    /// Who is asked, or would be.
    pub list: &'a RecipientList,
    /// What became of the mails; `None` before the first notice.
    pub reports: Option<&'a Reports>,
    /// Since when the directory has an address as verified, where it tells that; shown to operator staff alone.
    pub verified_since: &'a BTreeMap<RecipientNo, Instant>,
}

/// A recipient of a claim's notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecipientView {
    /// Its number, the same through all notices of the claim.
    #[schema(minimum = 1, maximum = 23)]
    pub no: u8,
    /// The name of the person or desk.
    pub name: String,
    /// The address the notice goes to; its domain as A-labels.
    pub email: String,
    /// The same with the domain in its own script, where that is another spelling and of one script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_unicode: Option<String>,
    /// What the address may do, as of the notice.
    pub authority: AuthorityWord,
    /// When it was asked first; `null`: not yet.
    #[schema(format = DateTime, required)]
    pub asked_at: Option<String>,
    /// Where the recipient stands with the notice.
    pub state: RecipientStateView,
    /// Of one at which the present notice failed: why; else `null`.
    #[schema(required)]
    pub cause: Option<CauseWord>,
    /// Since when the directory has the address as verified; for operator staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub verified_since: Option<String>,
}

/// Where a recipient stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecipientStateView {
    /// There was no notice yet: it would be asked by the first.
    NotAsked,
    /// The notice goes to it, and nothing was reported yet.
    Asked,
    /// The notice was delivered to it.
    Delivered,
    /// The notice went to it, and a machine answered that nobody is there now.
    Unattended,
    /// The notice, or an earlier one, failed at it.
    Failed,
    /// It gets the notice at half time.
    Reserve,
    /// It said that it is not the right person.
    Refused,
    /// Its link was retired.
    Retired,
    /// No report of an earlier notice came in time.
    Unreported,
    /// An earlier notice went to it, and the present one does not.
    Past,
    /// It gets one plain mail without a link.
    Informed,
}

impl ShownRecipients<'_> {
    /// The recipients as `viewer` may see them: the partner none, the customer those of a notice.
    pub(super) fn recipient_views(&self, viewer: Viewer) -> Option<Vec<RecipientView>> {
        let may_see = match viewer {
            Viewer::Partner => false,
            Viewer::Staff => true,
            Viewer::Customer => self.reports.is_some(),
        };
        let is_staff = viewer == Viewer::Staff;
        let view = |own: &Recipient| {
            let since = self.verified_since.get(&own.no).copied().filter(|_| is_staff);
            RecipientView::of(own, self.reports.map(|reports| reports.of(own.no)), since)
        };
        may_see.then(|| self.list.recipients.iter().map(view).collect())
    }
}

impl RecipientView {
    /// The view of a recipient; without a report there was no notice yet.
    fn of(own: &Recipient, report: Option<Report>, since: Option<Instant>) -> Self {
        let state = RecipientStateView::of(own, report);
        let has_failed = state == RecipientStateView::Failed;
        let failure = report.and_then(|report| report.failure).filter(|_| has_failed);
        Self {
            no: own.no.0,
            name: own.name.as_str().to_owned(),
            email: own.email.as_str().to_owned(),
            email_unicode: own.email.unicode_form(),
            authority: Word(own.authority),
            asked_at: own.asked_at.filter(|_| report.is_some()).map(format_rfc3339),
            state,
            cause: failure.map(|failure| Word(failure.cause)),
            verified_since: since.map(format_rfc3339),
        }
    }
}

impl RecipientStateView {
    fn of(own: &Recipient, report: Option<Report>) -> Self {
        let Some(report) = report else {
            let waits = own.standing == RecipientStanding::Reserve;
            return if waits { Self::Reserve } else { Self::NotAsked };
        };
        match own.standing {
            RecipientStanding::Asked if own.authority == Authority::Outside => Self::Informed,
            RecipientStanding::Asked => Self::from_report(report),
            RecipientStanding::Reserve if report.sent => Self::from_report(report),
            RecipientStanding::Reserve => Self::Reserve,
            RecipientStanding::Refused => Self::Refused,
            RecipientStanding::Retired => Self::Retired,
            RecipientStanding::Failed => Self::Failed,
            RecipientStanding::Unreported => Self::Unreported,
            RecipientStanding::Past => Self::Past,
        }
    }

    /// What the reports say of somebody to whom the notice goes.
    fn from_report(report: Report) -> Self {
        if report.failure.is_some() {
            Self::Failed
        } else if report.unattended {
            Self::Unattended
        } else if report.delivered_at.is_some() {
            Self::Delivered
        } else {
            Self::Asked
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::event::FailureCause;
    use domain::ids::NoticeNo;
    use domain::recipient::DeliveryFailure;
    use domain::text::{Email, Name};
    use serde_json::{Value, json};

    use super::*;

    fn at(text: &str) -> Instant {
        crate::values::parse_instant(text).unwrap()
    }

    fn recipient(no: u8, authority: Authority, standing: RecipientStanding) -> Recipient {
        Recipient {
            no: RecipientNo(no),
            name: Name::parse("Jana").unwrap(),
            email: Email::parse(&format!("r{no}@contoso.example")).unwrap(),
            authority,
            standing,
            asked_at: Some(at("2026-12-22T13:58:00Z")),
        }
    }

    fn list(recipients: Vec<Recipient>) -> RecipientList {
        let acted = BTreeSet::new();
        RecipientList { notice: NoticeNo(1), told_until: None, resent_at: None, recipients, acted }
    }

    fn views(list: &RecipientList, reports: Option<&Reports>, viewer: Viewer) -> Value {
        let verified_since = BTreeMap::from([(RecipientNo(1), at("2026-11-03T09:00:00Z"))]);
        let shown = ShownRecipients { list, reports, verified_since: &verified_since };
        serde_json::to_value(shown.recipient_views(viewer)).unwrap()
    }

    #[test]
    fn a_recipient_is_shown_with_what_became_of_its_mail() {
        let list = list(vec![recipient(1, Authority::Verified, RecipientStanding::Asked)]);
        let mut reports = Reports::default();
        let failure =
            DeliveryFailure { at: at("2026-12-29T10:00:00Z"), cause: FailureCause::Bounce };
        reports.report_mut(RecipientNo(1)).failure = Some(failure);
        let expected = json!([{
            "no": 1, "name": "Jana", "email": "r1@contoso.example", "authority": "verified",
            "asked_at": "2026-12-22T13:58:00Z", "state": "failed", "cause": "bounce",
            "verified_since": "2026-11-03T09:00:00Z",
        }]);
        assert_eq!(views(&list, Some(&reports), Viewer::Staff), expected);
    }

    #[test]
    fn each_standing_and_each_report_has_a_word() {
        let sent = Report { sent: true, ..Report::default() };
        let delivered = Report { delivered_at: Some(at("2026-12-22T14:00:00Z")), ..sent };
        let unattended = Report { unattended: true, ..delivered };
        let failure =
            DeliveryFailure { at: at("2026-12-29T10:00:00Z"), cause: FailureCause::Complaint };
        let failed = Report { failure: Some(failure), ..unattended };
        let word = |standing, report| {
            let own = recipient(1, Authority::Verified, standing);
            serde_json::to_value(RecipientStateView::of(&own, Some(report))).unwrap()
        };
        for (standing, report, expected) in [
            (RecipientStanding::Asked, Report::default(), "asked"),
            (RecipientStanding::Asked, sent, "asked"),
            (RecipientStanding::Asked, delivered, "delivered"),
            (RecipientStanding::Asked, unattended, "unattended"),
            (RecipientStanding::Asked, failed, "failed"),
            (RecipientStanding::Reserve, Report::default(), "reserve"),
            (RecipientStanding::Reserve, delivered, "delivered"),
            (RecipientStanding::Refused, delivered, "refused"),
            (RecipientStanding::Retired, delivered, "retired"),
            (RecipientStanding::Failed, Report::default(), "failed"),
            (RecipientStanding::Unreported, Report::default(), "unreported"),
            (RecipientStanding::Past, Report::default(), "past"),
        ] {
            assert_eq!(word(standing, report), expected, "{standing:?} {report:?}");
        }
        let outside = recipient(1, Authority::Outside, RecipientStanding::Asked);
        let state = RecipientStateView::of(&outside, Some(sent));
        assert_eq!(state, RecipientStateView::Informed);
    }

    #[test]
    fn before_the_first_notice_staff_see_who_would_be_asked_and_the_customer_nobody() {
        let list = list(vec![
            recipient(1, Authority::Domain, RecipientStanding::Asked),
            recipient(2, Authority::Verified, RecipientStanding::Reserve),
        ]);
        let staff = views(&list, None, Viewer::Staff);
        assert_eq!(
            (&staff[0]["state"], &staff[1]["state"]),
            (&json!("not_asked"), &json!("reserve"))
        );
        assert_eq!(staff[0]["asked_at"], Value::Null);
        assert_eq!(views(&list, None, Viewer::Customer), Value::Null);
    }

    #[test]
    fn the_partner_sees_no_recipient_and_the_customer_no_date_of_verification() {
        let list = list(vec![recipient(1, Authority::Verified, RecipientStanding::Asked)]);
        let reports = Reports::default();
        assert_eq!(views(&list, Some(&reports), Viewer::Partner), Value::Null);
        let customer = views(&list, Some(&reports), Viewer::Customer);
        assert_eq!(customer[0]["state"], "asked");
        assert!(customer[0].get("verified_since").is_none());
    }
}
