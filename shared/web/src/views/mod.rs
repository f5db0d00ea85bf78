//! What is answered: the domain's values as the contract shows them (`docs/api.md`).

mod association;
mod bundle;
mod calendar;
mod check;
mod claim;
mod consequences;
mod counts;
mod customer;
mod directory;
mod entry;
mod evidence;
mod explain;
mod feed;
mod hidden_event;
mod history;
mod ledger;
mod me;
mod outage;
mod recipient;
mod remark;
mod rules;
mod usage;
mod webhook;
mod window;

pub use association::{AssociationStatusView, AssociationView};
pub use bundle::{
    BundleCalendarView, BundleDayView, BundleEntryView, BundleFileView, BundleInclusionView,
    BundlePartnerPlaceView, BundlePlaceView, BundlePolicyView, BundleReceiptView, BundleRootView,
    BundleSource, BundleTextView, BundleView,
};
pub use calendar::{AddedDayView, CalendarView};
pub use check::{CheckErrorView, CheckView, CheckWarning, CheckWarningView, ClaimableItemView};
#[cfg(test)]
pub(crate) use claim::tests::claim as sample_claim;
pub use claim::{
    ClaimContext, ClaimItemView, ClaimView, ContactView, DecidedItemView, DecisionView,
    DefenceView, LastEventView, NamedView, PartnerContactView, ReasonView, RivalView,
    TenantRefView, TurnView,
};
pub use consequences::{ClaimConsequenceView, ConsequenceCounts, ConsequencesView};
pub use counts::{ClaimCountsView, QueueTotalsView, QueueView, StatusCountView};
pub use customer::CustomerClaimView;
pub use directory::{
    ClockView, HealthView, ItemRefView, LocationView, PartnerEntryView, PartnerView,
    PolicyChangeView, PolicyVersionView, PolicyView, ProgramView, RetentionDaysView,
    TenantContactView, TenantEntryView, TenantItemView, TenantView,
};
pub use entry::EntryRevisionView;
pub use evidence::{EvidenceLinkView, EvidenceUploadView, EvidenceView, UploadFormView};
pub use explain::{ExplainView, FactView, RuleView};
pub use feed::{FeedEventView, FeedView};
pub use history::{
    FieldChangeView, GivenReasonView, HistoryDetailView, HistoryEntryView, HistoryPartView,
    ItemChangeView, NoesView, RecipientsDetailView, StatusChangeView, viewer_audiences,
};
pub use ledger::{
    AnsweredBy, CheckOfTenantView, LedgerAssociationView, LedgerView, OverviewActView, ReceiptView,
    TenantCheckView,
};
pub use me::{MeView, PartnerMailsView, PartyView, QuotasLeft, QuotasView};
pub use outage::OutageView;
pub use recipient::{RecipientStateView, RecipientView, ShownRecipients};
pub use remark::{RemarkView, ShownRemarks, viewer_audience as audience_of};
pub use rules::{BlockView, ExplicitYesView, RuleContactView, RulesView};
pub use usage::{
    AssociationUsageView, FedUsageDay, FedUsageView, UsageDay, UsageStatusView, UsageView,
};
pub use webhook::{DeliveriesView, DeliveryView, WebhookSecretView, WebhookView, WebhooksView};
pub use window::{CountedFromView, SkippedDayView, WindowView};

use serde::Serialize;

/// A page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct ListView<'a, T: Serialize> {
    /// The entries of this page, in the order of the list.
    pub items: &'a [T],
    /// How to get the next page; `null` on the last.
    pub next_cursor: Option<String>,
}
