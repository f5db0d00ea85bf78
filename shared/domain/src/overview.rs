//! The customer's overview: who gets a link to it, and what it takes away (`docs/domain.md §5.10`).

use chrono::Duration;

use crate::claim::Instant;
use crate::codes::codes;
use crate::directory::{Tenant, TenantContact, TenantStatus};
use crate::ids::PartnerId;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rules::{ExplicitYes, MAX_RULE_ENTRIES, StandingRules};

/// How long a contact has to be verified before it gets a link.
const LEAST_VERIFIED: Duration = Duration::days(7);
/// How long a link is good.
pub const LINK_LIFE: Duration = Duration::minutes(30);
/// The most links that go to an address in a day, by UTC.
pub const MOST_LINKS_A_DAY: u32 = 3;
/// The most links that go to all addresses together in an hour.
pub const MOST_LINKS_AN_HOUR: u32 = 200;
/// The most forms with a code that are taken by a link, right or wrong.
pub const MOST_FORMS: u32 = 20;
/// The most associations that one form ends.
pub const MOST_ENDS: usize = 25;

codes! {
    /// What an overview does to the standing rules.
    OverviewAct {
        /// The partner may claim nothing of the customer's.
        BlockPartner => "block_partner",
        /// Silence is a no, in every program.
        AskForYes => "ask_for_yes",
    }
}

impl Tenant {
    /// The verified contacts, each mailbox once: nobody, where the tenant is deleted.
    pub fn verified_mailboxes(&self) -> Vec<String> {
        let mut all: Vec<_> = match self.status {
            TenantStatus::Active => {
                self.verified_contacts().map(|own| own.email.mailbox()).collect()
            }
            TenantStatus::Deleted => Vec::new(),
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The verified contacts that may look at the overview at `at`: those that have been verified for long enough. Where
    /// it was not kept since when, it was so at the tenant's first entry.
    pub fn overview_contacts(&self, at: Instant) -> impl Iterator<Item = &TenantContact> {
        let is_old = move |own: &&TenantContact| {
            own.verified_since.is_none_or(|since| since <= at - LEAST_VERIFIED)
        };
        let is_there = self.status == TenantStatus::Active;
        self.verified_contacts().filter(move |own| is_there && is_old(own))
    }
}

impl StandingRules {
    /// The same rules, and the partner may claim nothing. Whatever kept it from something before still does.
    ///
    /// # Errors
    /// `too-long` at `/block` where as many partners are blocked as there may be.
    pub fn with_blocked_partner(&self, partner: &PartnerId) -> Result<Self, Rejection> {
        let mut rules = self.clone();
        rules.blocked_partners.insert(partner.clone());
        if rules.blocked_partners.len() > MAX_RULE_ENTRIES.max(self.blocked_partners.len()) {
            return Err(Rejection::Fields(vec![FieldError::new("/block", FieldCode::TooLong)]));
        }
        Ok(rules)
    }

    /// The same rules, and silence is a no in every program.
    #[must_use]
    pub fn with_yes_asked(&self) -> Self {
        Self { explicit_yes: ExplicitYes::All, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn tenant(status: &str) -> Tenant {
        let contact = |name: &str, verified: bool, since: Option<&str>| {
            json!({"name": name, "email": format!("{name}@Contoso.example"), "verified": verified,
                "verified_since": since, "verified_by": since.map(|_| "olga")})
        };
        serde_json::from_value(json!({
            "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": status,
            "domains": ["contoso.example"], "country": "CZ", "subdivision": null, "time_zone": "Europe/Prague",
            "locale": "cs", "closures": [], "items": [],
            "contacts": [
                contact("it", true, None), contact("IT", true, None), contact("hr", false, None),
                contact("old", true, Some("2026-12-15T14:00:00Z")),
                contact("new", true, Some("2026-12-15T14:00:00.001Z")),
            ],
        }))
        .unwrap()
    }

    #[test]
    fn a_contact_is_shown_the_overview_when_it_has_been_verified_for_seven_days() {
        let names = |tenant: &Tenant| -> Vec<String> {
            let found = tenant.overview_contacts(at("2026-12-22T14:00:00Z"));
            found.map(|own| own.name.as_str().to_owned()).collect()
        };
        assert_eq!(names(&tenant("active")), ["it", "IT", "old"]);
        assert!(names(&tenant("deleted")).is_empty());
    }

    #[test]
    fn a_mailbox_is_one_however_its_address_is_written_and_a_deleted_tenant_has_none() {
        let expected = ["it@contoso.example", "new@contoso.example", "old@contoso.example"];
        assert_eq!(tenant("active").verified_mailboxes(), expected);
        assert!(tenant("deleted").verified_mailboxes().is_empty());
    }

    #[test]
    fn an_overview_adds_to_the_rules_and_takes_nothing_from_them() {
        let [alpine, borealis] = ["p-alpine", "p-borealis"].map(|id| PartnerId::parse(id).unwrap());
        let block = json!({"partner": "p-borealis", "kind": "workload", "id": "teams", "until": "2027-01-01T00:00:00Z"});
        let before: StandingRules = serde_json::from_value(json!({
            "blocked_partners": ["p-borealis"], "explicit_yes": {"programs": ["osu-m365"]},
            "closures": ["2026-12-31"], "locale": "cs",
            "contacts": [{"name": "CISO", "email": "ciso@contoso.example"}], "blocks": [block],
        }))
        .unwrap();
        let blocked = before.with_blocked_partner(&alpine).unwrap();
        assert_eq!(blocked.blocked_partners, [alpine, borealis].into());
        let asked = before.with_yes_asked();
        assert_eq!(asked.explicit_yes, ExplicitYes::All);
        for after in [&blocked, &asked] {
            assert!(after.blocked_partners.is_superset(&before.blocked_partners));
            let kept = |rules: &StandingRules| {
                (
                    rules.closures.clone(),
                    rules.locale.clone(),
                    rules.contacts.clone(),
                    rules.blocks.clone(),
                )
            };
            assert_eq!(kept(after), kept(&before));
        }
    }

    #[test]
    fn as_many_partners_are_blocked_as_there_may_be_and_one_of_them_once_more() {
        let partner = |no: usize| PartnerId::parse(&format!("p{no}")).unwrap();
        let full = StandingRules {
            blocked_partners: (0..MAX_RULE_ENTRIES).map(partner).collect(),
            ..StandingRules::default()
        };
        assert!(full.with_blocked_partner(&partner(1)).is_ok());
        assert!(full.with_blocked_partner(&partner(MAX_RULE_ENTRIES)).is_err());
    }
}
