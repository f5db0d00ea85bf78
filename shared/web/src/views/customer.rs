//! A claim as the signed-in customer sees it: what the notice and the decision page say, what the customer has answered, and
//! nothing of what partner and operator said to each other.

use domain::claim::Claim;
use domain::directory::{Tenant, TenantItem};
use domain::program::{ItemKind, Policy, Program};
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::{
    ClaimItemView, ClaimView, LastEventView, NamedView, PartnerContactView, ReceiptView,
    RecipientView, RemarkView, ShownRemarks, TenantRefView, TurnView, WindowView,
};
use crate::words::{ActionWord, HoldReasonWord, StatusWord, UsageHistoryWord, Word};
use language::Language;

/// A claim on the customer's tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerClaimView {
    /// The claim's id: 26 characters of `a`–`z` and `2`–`7`.
    pub id: String,
    /// The claim's version, also its `ETag`; it grows by one with every event.
    pub version: u32,
    /// Where the claim stands.
    pub status: StatusWord,
    /// What the caller can do with the claim now.
    pub allowed_actions: Vec<ActionWord>,
    /// The program, by its id.
    pub program: String,
    /// What the program is called, in the language of the answer; of a claim that is read by its id alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Online Services Usage – Microsoft 365")]
    pub program_name: Option<String>,
    /// What the partner does, out of the program's list; `null` in a draft that does not say.
    #[schema(required)]
    pub activity: Option<String>,
    /// The partner, by id and by its name at the last submission.
    pub partner: NamedView,
    /// Whom at the partner the customer may ask, as the partner stated it; `null` where the data were erased.
    #[schema(required)]
    pub partner_contact: Option<PartnerContactView>,
    /// The customer, as the partner named it.
    pub tenant: TenantRefView,
    /// The items that are claimed.
    pub items: Vec<ClaimItemView>,
    /// What the claim renews: the id of a claim or of an association; absent where it renews none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "cbplyjelfz5a5xwmpnah5uzxk4")]
    pub renews: Option<String>,
    /// How many calendar months associations of this claim last; `null`: until somebody ends them.
    #[schema(required)]
    pub term_months: Option<u32>,
    /// When the term ends, of a claim that has ended when it would have ended. While items wait, it is counted from the
    /// end of their window, and moves with it. `null`: there is no term, or no window to count it from.
    #[schema(format = DateTime, required)]
    pub term_ends_at: Option<String>,
    /// Which days of usage the partner may read of an item while it is partner of record for it.
    pub usage_history: UsageHistoryWord,
    /// When the claim was last submitted; `null` before that.
    #[schema(format = DateTime, required)]
    pub submitted_at: Option<String>,
    /// Whether the operator vouched for the contact whom the notice names.
    pub vouched: bool,
    /// Whether its personal data were erased.
    pub erased: bool,
    /// Who is asked, and what became of it; of a claim that is answered alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<RecipientView>>,
    /// Of a claim on hold: why the system holds it; left out where the operator does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_reason: Option<HoldReasonWord>,
    /// Whose turn it is, until when, and what silence does then; `null` in final states.
    #[schema(required)]
    pub turn: Option<TurnView>,
    /// The window that is open, or that led to the present status; `null` where there is none.
    #[schema(required)]
    pub window: Option<WindowView>,
    /// What happened to the claim last.
    pub last_event: LastEventView,
    /// What the customer has answered, oldest first, a short while after the answer; of a claim that is read by its id
    /// alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipts: Option<Vec<ReceiptView>>,
    /// What was said and the customer may read, newest first, 50 at most; of a claim that is read by its id alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Vec<RemarkView>>,
    /// Where there are older remarks: what to give as `remarks_before` to read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks_next: Option<u32>,
}

impl CustomerClaimView {
    /// What of a claim's view is the customer's, and what the policy that the claim keeps would give to the partner.
    pub fn of(whole: ClaimView, claim: &Claim, policy: &Policy) -> Self {
        Self {
            id: whole.id,
            version: whole.version,
            status: whole.status,
            allowed_actions: whole.allowed_actions,
            program: whole.program,
            program_name: None,
            activity: whole.activity,
            partner: whole.partner,
            partner_contact: whole.partner_contact,
            tenant: whole.tenant,
            items: whole.items,
            renews: whole.renews,
            term_months: policy.term_months,
            term_ends_at: claim.term_ends_at(policy).map(format_rfc3339),
            usage_history: Word(policy.usage_history),
            submitted_at: whole.submitted_at,
            vouched: whole.vouched,
            erased: whole.erased,
            recipients: whole.recipients,
            hold_reason: whole.hold_reason,
            turn: whole.turn,
            window: whole.window,
            last_event: whole.last_event,
            receipts: None,
            remarks: None,
            remarks_next: None,
        }
    }

    /// The same with what program and items are called in that language, as far as the directory says. A subscription is
    /// called what its product is called, which the tenant knows.
    #[must_use]
    pub fn with_names(
        mut self,
        program: &Program,
        tenant: Option<&Tenant>,
        language: Language,
    ) -> Self {
        let name = program.names.exact_name(language.tag()).unwrap_or(&program.name);
        self.program_name = Some(name.as_str().to_owned());
        for item in &mut self.items {
            let product = match item.kind.0 {
                ItemKind::Workload => Some(item.id.as_str()),
                ItemKind::Subscription => tenant.and_then(|own| product_of(own, item)),
            };
            let name = product.and_then(|id| program.names_of(id).of(language.tag()));
            item.name = name.map(|name| name.as_str().to_owned());
        }
        self
    }

    /// The same with what the customer has answered.
    #[must_use]
    pub fn with_receipts(self, receipts: Vec<ReceiptView>) -> Self {
        Self { receipts: Some(receipts), ..self }
    }

    /// The same with what was said.
    #[must_use]
    pub fn with_remarks(self, shown: ShownRemarks) -> Self {
        Self { remarks: Some(shown.remarks), remarks_next: shown.next, ..self }
    }
}

/// What was bought with an item of a tenant, where the tenant has it still.
fn product_of<'t>(tenant: &'t Tenant, item: &ClaimItemView) -> Option<&'t str> {
    let is_it = |own: &&TenantItem| own.kind == item.kind.0 && own.id.as_str() == item.id;
    tenant.items.iter().find(is_it).map(|own| own.product.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::caller::Viewer;
    use crate::views::claim::tests::{claim, view};
    use crate::words::Word;

    #[test]
    fn a_subscription_is_called_what_its_product_is_called_where_the_tenant_has_it() {
        let program: Program = serde_json::from_value(json!({
            "id": "osu", "name": "OSU", "status": "open", "family": "osu", "item_kind": "subscription",
            "activities": ["usage"], "catalogue": ["crm"], "policy_version": 1, "policy": {},
            "catalogue_names": {"crm": {"cs": "Zákazníci", "en": "Customers"}},
        }))
        .unwrap();
        let tenant: Tenant = serde_json::from_value(json!({
            "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
            "domains": ["contoso.example"], "country": "CZ", "locale": "cs", "closures": [], "contacts": [],
            "items": [{"kind": "subscription", "id": "w-1", "product": "crm", "claimable": true, "state": "active"}],
        }))
        .unwrap();
        let mut view =
            CustomerClaimView::of(view(&claim(), Viewer::Customer), &claim(), &Policy::default());
        for item in &mut view.items {
            item.kind = Word(ItemKind::Subscription);
        }
        let named = |tenant| {
            let view = view.clone().with_names(&program, tenant, Language::Cs);
            let item = view.items.into_iter().find(|item| item.id == "w-1").unwrap();
            (view.program_name, item.name)
        };
        let (program_name, name) = named(Some(&tenant));
        assert_eq!((program_name.as_deref(), name.as_deref()), (Some("OSU"), Some("Zákazníci")));
        assert_eq!(named(None).1, None);
    }
}
