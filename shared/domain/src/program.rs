//! Incentive programs and their policy: versioned data, since programs change every fiscal year
//! (`docs/domain.md §1`, `§7`).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::calendar::UnknownSubdivision;
use crate::codes::codes;
use crate::ids::{Activity, FamilyId, ItemId, ProductId, ProgramId};
use crate::locale::Locale;
use crate::text::Name;

codes! {
    /// What a program's items are.
    ItemKind {
        /// A workload of the tenant, such as a mail service.
        Workload => "workload",
        /// A subscription the tenant has bought.
        Subscription => "subscription",
    }
}

/// An item, as a claim names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemRef {
    /// Whether it is a workload or a subscription.
    pub kind: ItemKind,
    /// Its id at the tenant.
    pub id: ItemId,
}

codes! {
    /// Whether a program takes new claims.
    ProgramStatus {
        /// New claims are taken.
        Open => "open",
        /// No new claims; those that were submitted go on under the policy that they are pinned to.
        Closed => "closed",
    }
}

/// A program at one version of its policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its id, such as `osu-m365`.
    pub id: ProgramId,
    /// Its name, as customers read it.
    pub name: Name,
    /// Whether it takes new claims.
    pub status: ProgramStatus,
    /// The family within which an item has one partner of record.
    pub family: FamilyId,
    /// What its items are.
    pub item_kind: ItemKind,
    /// The activities a claim may name.
    pub activities: Vec<Activity>,
    /// Workload ids, or the products of subscriptions.
    pub catalogue: Vec<ProductId>,
    /// Its name in other languages.
    #[serde(default, skip_serializing_if = "NamesByLanguage::is_empty")]
    pub names: NamesByLanguage,
    /// What customers call the things of the catalogue; what has no name is called by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub catalogue_names: BTreeMap<ProductId, NamesByLanguage>,
    /// Raised by every change of the policy; 1 to begin with.
    pub policy_version: u32,
    /// The rules new claims are pinned to.
    pub policy: Policy,
}

impl Program {
    /// What customers call a thing of the catalogue.
    pub fn names_of(&self, id: &str) -> &NamesByLanguage {
        static NONE: NamesByLanguage = NamesByLanguage(BTreeMap::new());
        let named = self.catalogue_names.iter().find(|(own, _)| own.as_str() == id);
        named.map_or(&NONE, |(_, names)| names)
    }
}

/// What a thing is called, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NamesByLanguage(pub BTreeMap<Locale, Name>);

impl NamesByLanguage {
    /// Whether it has no name in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name in a language, whatever region its tag or the name's has.
    ///
    /// ```
    /// use domain::program::NamesByLanguage;
    ///
    /// let names: NamesByLanguage = serde_json::from_str(r#"{"cs-CZ": "Pošta", "en": "Mail"}"#)?;
    /// let name = |language| names.exact_name(language).map(|name| name.as_str().to_owned());
    /// assert_eq!((name("cs").as_deref(), name("de")), (Some("Pošta"), None));
    /// assert_eq!(names.of("de").map(|name| name.as_str()), Some("Mail"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn exact_name(&self, language: &str) -> Option<&Name> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let wanted = primary(language);
        self.0.iter().find(|(tag, _)| primary(tag.as_str()) == wanted).map(|(_, name)| name)
    }

    /// The name in a language, else in English, else the first that there is.
    pub fn of(&self, language: &str) -> Option<&Name> {
        let other = || self.exact_name("en").or_else(|| self.0.values().next());
        self.exact_name(language).or_else(other)
    }
}

codes! {
    /// What silence in the window means (`docs/domain.md §3`, *close*).
    Consent {
        /// Undecided items become active.
        OptOut => "opt_out",
        /// Undecided items become declined.
        OptIn => "opt_in",
    }
}

codes! {
    /// What a partner must bring as evidence.
    EvidencePolicy {
        /// A declared list; no document is asked for.
        Declared => "declared",
        /// Uploaded and scanned documents.
        Uploaded => "uploaded",
    }
}

/// The policy of a program: `docs/domain.md §7`, where the defaults stand. Day counts are business days
/// of whoever's turn it is, unless the name says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// How many business days the customer has to answer, 1–30.
    pub window_business_days: u32,
    /// What silence in the window means.
    pub consent: Consent,
    /// Seconds between `closes_at` and the earliest close.
    pub grace_seconds: u32,
    /// Time for a delivery proof.
    pub delivery_business_days: u32,
    /// Time to correct an unreachable contact.
    pub contact_business_days: u32,
    /// Time to begin a review.
    pub review_start_business_days: u32,
    /// Time to finish a review or a dispute.
    pub review_business_days: u32,
    /// Time to answer a request for information.
    pub answer_business_days: u32,
    /// Time for a holder to defend.
    pub defence_business_days: u32,
    /// Calendar days after which an idle draft is discarded.
    pub draft_idle_days: u32,
    /// Calendar days in which a rejection can be disputed.
    pub dispute_days: u32,
    /// Time in which a recalled claim keeps its priority date.
    pub recall_business_days: u32,
    /// What the customer's one extension adds.
    pub extension_business_days: u32,
    /// Calendar days for which a customer's no blocks the same partner and item.
    pub block_days: u32,
    /// Declared or uploaded evidence.
    pub evidence: EvidencePolicy,
    /// How old an acknowledgement may be at submit, in calendar months.
    pub evidence_max_age_months: u32,
    /// Whose holidays count for a tenant whose subdivision is unknown.
    pub unknown_subdivision: UnknownSubdivision,
    /// Calendar months after `closes_at` at which associations end; `null`: never.
    pub term_months: Option<u32>,
    /// Whether a tenant without a verified contact can be claimed by vouching for the claim's contact.
    pub vouching: Vouching,
    /// Which days of usage an association's partner may read.
    pub usage_history: UsageHistory,
    /// How many open claims of one partner there may be at a tenant.
    pub open_claims_at_tenant: u32,
    /// How many notices to a tenant may be made due by `validate` in a calendar month (UTC).
    pub monthly_notice_quota: u32,
    /// How long the personal data of a claim that is over are kept; `null`: until somebody erases them.
    pub retention_days: Option<RetentionDays>,
}

/// The longest grace of a policy, in seconds.
pub const LONGEST_GRACE_SECONDS: u32 = 120;

/// For how many days of 24 hours the personal data of a claim that is over are kept, `null`: until somebody erases
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetentionDays {
    /// Of a draft that was discarded.
    pub discarded: Option<u32>,
    /// Of any other claim.
    #[serde(rename = "final")]
    pub after_end: Option<u32>,
}

impl Default for RetentionDays {
    fn default() -> Self {
        Self { discarded: Some(30), after_end: Some(400) }
    }
}

codes! {
    /// Which days of usage the partner of an association may read.
    UsageHistory {
        /// Those from the local date on which the association began.
        SinceAssociation => "since_association",
        /// Every day, those before the association too.
        All => "all",
    }
}

#[expect(clippy::derivable_impls, reason = "the cases of a list of codes take no attribute")]
impl Default for UsageHistory {
    fn default() -> Self {
        Self::SinceAssociation
    }
}

codes! {
    /// Whether the operator may vouch for a contact of the tenant's domain.
    Vouching {
        /// The operator may vouch for a contact of the tenant's domain.
        Allowed => "allowed",
        /// A tenant needs a verified contact.
        Never => "never",
    }
}

#[expect(clippy::derivable_impls, reason = "the cases of a list of codes take no attribute")]
impl Default for Vouching {
    fn default() -> Self {
        Self::Allowed
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            window_business_days: 5,
            consent: Consent::OptOut,
            grace_seconds: 120,
            delivery_business_days: 2,
            contact_business_days: 5,
            review_start_business_days: 5,
            review_business_days: 5,
            answer_business_days: 5,
            defence_business_days: 5,
            draft_idle_days: 90,
            dispute_days: 30,
            recall_business_days: 5,
            extension_business_days: 5,
            block_days: 90,
            evidence: EvidencePolicy::Declared,
            evidence_max_age_months: 12,
            unknown_subdivision: UnknownSubdivision::Any,
            term_months: None,
            vouching: Vouching::Allowed,
            usage_history: UsageHistory::SinceAssociation,
            open_claims_at_tenant: 10,
            monthly_notice_quota: 60,
            retention_days: Some(RetentionDays::default()),
        }
    }
}

impl Policy {
    /// The fields that lie outside their bounds, each with the least and the greatest value that it may have. The grace
    /// must outlast the decision function and the clocks' skew (`docs/domain.md §4`, *The race*), so 60–120 s; every
    /// period is at least one day, and short enough to stay within the calendar data.
    pub fn out_of_bounds(&self) -> Vec<(&'static str, RangeInclusive<u32>)> {
        let business_days = [
            ("window_business_days", self.window_business_days),
            ("delivery_business_days", self.delivery_business_days),
            ("contact_business_days", self.contact_business_days),
            ("review_start_business_days", self.review_start_business_days),
            ("review_business_days", self.review_business_days),
            ("answer_business_days", self.answer_business_days),
            ("defence_business_days", self.defence_business_days),
            ("recall_business_days", self.recall_business_days),
            ("extension_business_days", self.extension_business_days),
        ];
        let longer = [
            ("draft_idle_days", self.draft_idle_days, 366),
            ("dispute_days", self.dispute_days, 366),
            ("block_days", self.block_days, 3660),
            ("evidence_max_age_months", self.evidence_max_age_months, 120),
            ("term_months", self.term_months.unwrap_or(1), 120),
            ("open_claims_at_tenant", self.open_claims_at_tenant, 1000),
            ("monthly_notice_quota", self.monthly_notice_quota, 1000),
        ];
        let mut names: Vec<_> = business_days
            .into_iter()
            .map(|(name, days)| (name, days, 30))
            .chain(longer)
            .filter(|(_, value, most)| !(1..=*most).contains(value))
            .map(|(name, _, most)| (name, 1..=most))
            .collect();
        let grace = 60..=LONGEST_GRACE_SECONDS;
        if !grace.contains(&self.grace_seconds) {
            names.push(("grace_seconds", grace));
        }
        let kept =
            self.retention_days.into_iter().flat_map(|days| [days.discarded, days.after_end]);
        let days_kept = 1..=3660;
        if kept.flatten().any(|days| !days_kept.contains(&days)) {
            names.push(("retention_days", days_kept));
        }
        names
    }

    /// How many of a month's notices to a tenant one partner may take: half of them, rounded up, so that nobody
    /// uses them up against a rival.
    pub fn monthly_notices_of_partner(&self) -> u32 {
        self.monthly_notice_quota.div_ceil(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_lie_within_their_bounds() {
        assert_eq!(Policy::default().out_of_bounds(), []);
    }

    #[test]
    fn the_defaults_are_ten_open_claims_sixty_notices_and_thirty_or_four_hundred_days() {
        let policy = Policy::default();
        assert_eq!((policy.open_claims_at_tenant, policy.monthly_notice_quota), (10, 60));
        let kept = policy.retention_days.map(|days| (days.discarded, days.after_end));
        assert_eq!(kept, Some((Some(30), Some(400))));
    }

    #[test]
    fn a_grace_shorter_than_the_decision_function_may_run_is_out_of_bounds() {
        let policy = Policy { grace_seconds: 59, window_business_days: 0, ..Policy::default() };
        let expected = [("window_business_days", 1..=30), ("grace_seconds", 60..=120)];
        assert_eq!(policy.out_of_bounds(), expected);
    }

    #[test]
    fn a_partner_takes_half_of_the_months_notices_rounded_up() {
        for (all, half) in [(1, 1), (2, 1), (3, 2), (60, 30), (1000, 500)] {
            let policy = Policy { monthly_notice_quota: all, ..Policy::default() };
            assert_eq!(policy.monthly_notices_of_partner(), half);
        }
    }

    #[test]
    fn keys_left_out_of_a_policy_take_their_defaults_and_those_of_a_later_version_are_not_read() {
        let policy: Policy = serde_json::from_str(r#"{"window_business_days":7}"#).unwrap();
        assert_eq!(policy, Policy { window_business_days: 7, ..Policy::default() });
        let of_later: Policy = serde_json::from_str(r#"{"window_days":7}"#).unwrap();
        assert_eq!(of_later, Policy::default());
    }
}
