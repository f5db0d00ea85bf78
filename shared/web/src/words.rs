//! The words of the contract: enums of the domain, by the names that they have in the OpenAPI document. A list of words
//! exists once, where its enum stands; here is what the enum is called.

use std::borrow::Cow;

use domain::actor::{ActorKind, Role};
use domain::calendar::{SkipReason, UnknownSubdivision};
use domain::claim::{Basis, ExtensionCause, HoldReason, ItemStatusCode, Scan, Status};
use domain::directory::{PartnerStatus, TenantItemState, TenantStatus};
use domain::document::DocumentKind;
use domain::eligibility::Claimability;
use domain::event::{EventType, FailureCause};
use domain::history::{Audience, WithheldEntry};
use domain::motive::Motive;
use domain::overview::OverviewAct;
use domain::partner_news::PartnerTopic;
use domain::program::{Consent, EvidencePolicy, ItemKind, ProgramStatus, UsageHistory, Vouching};
use domain::queue::Queue;
use domain::reason::{EndReason, ReasonCode};
use domain::recipient::Authority;
use domain::rejection::FieldCode;
use domain::remark::RemarkKind;
use domain::turn::{OnSilence, Who};
use domain::webhook::{DeliveryError, DisableCause, WebhookStatus};
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::action::Action;
use crate::problem_code::ProblemCode;
use crate::views::CheckWarning;

/// An enum whose cases have names on the wire.
pub trait Vocabulary: Copy + 'static {
    /// What the list is called in the contract.
    const NAME: &'static str;
    /// What the list is about.
    const MEANING: &'static str;

    /// Every case, in the order in which the contract lists them.
    fn all_cases() -> Vec<Self>;

    /// The name on the wire.
    fn wire_name(self) -> &'static str;

    /// What the case means, in a sentence.
    fn meaning(self) -> &'static str;
}

/// A value of an enum of the domain as it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.wire_name())
    }
}

impl<T: Vocabulary> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        word_list_schema(
            T::MEANING,
            T::all_cases().into_iter().map(|case| (case.wire_name(), case.meaning())),
        )
    }
}

impl<T: Vocabulary> ToSchema for Word<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

/// The schema of a list of words, with what each means.
fn word_list_schema(
    meaning: &str,
    words: impl Iterator<Item = (&'static str, &'static str)>,
) -> RefOr<Schema> {
    let words: Vec<_> = words.collect();
    let lines = words.iter().map(|(word, meaning)| format!("\n- `{word}`: {meaning}"));
    let description = format!("{meaning}\n{}", lines.collect::<String>());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words.iter().map(|(word, _)| *word)))
        .into()
}

macro_rules! words {
    ($($alias:ident = $name:literal of $case:ty: $meaning:literal;)*) => {$(
        impl Vocabulary for $case {
            const NAME: &'static str = $name;
            const MEANING: &'static str = $meaning;

            fn all_cases() -> Vec<Self> {
                Self::ALL.to_vec()
            }

            fn wire_name(self) -> &'static str {
                self.as_str()
            }

            fn meaning(self) -> &'static str {
                <$case>::meaning(self)
            }
        }

        #[doc = $meaning]
        pub type $alias = Word<$case>;
    )*};
}

words! {
    StatusWord = "ClaimStatus" of Status: "Where a claim stands.";
    ItemStatusWord = "ItemStatus" of ItemStatusCode: "Where an item of a claim stands.";
    ItemKindWord = "ItemKind" of ItemKind: "What an item is.";
    RoleWord = "Role" of Role: "The role of a signed-in caller, out of the token's claim `custom:role`.";
    ActorWord = "Party" of ActorKind: "Whose doing something was.";
    RemarkKindWord = "RemarkKind" of RemarkKind: "For whom a remark is.";
    WhoWord = "TurnHolder" of Who: "Whose turn it is.";
    SilenceWord = "OnSilence" of OnSilence: "What silence does when the time has passed.";
    ReasonWord = "ReasonCode" of ReasonCode: "Why information is asked for, or why a claim is rejected.";
    MotiveWord = "ActReasonCode" of Motive: "Why a party said no, took a claim back, or ended an association. Each side has its own.";
    EndReasonWord = "EndReason" of EndReason: "Why an association ended.";
    HoldReasonWord = "HoldReason" of HoldReason: "Why the system holds a claim.";
    BasisWord = "Basis" of Basis: "Why an item is active.";
    ScanWord = "ScanState" of Scan: "What is known of the document of a piece of evidence.";
    AuthorityWord = "Authority" of Authority: "What an address may do for a tenant.";
    AudienceWord = "Audience" of Audience: "Who may read a part of an entry of the history.";
    CauseWord = "FailureCause" of FailureCause: "Why a notice counts as not delivered.";
    ExtensionWord = "ExtensionCause" of ExtensionCause: "Why a window became longer.";
    QueueWord = "ReviewQueue" of Queue: "A queue of the operator's.";
    SkipWord = "SkipReason" of SkipReason: "Why a day is not counted.";
    PartnerStatusWord = "PartnerStatus" of PartnerStatus: "Whether a partner may claim.";
    PartnerTopicWord = "PartnerTopic" of PartnerTopic: "What a partner can be told by mail.";
    TenantStatusWord = "TenantStatus" of TenantStatus: "Whether a tenant exists.";
    TenantItemWord = "TenantItemState" of TenantItemState: "The state of an item at its tenant.";
    ProgramStatusWord = "ProgramStatus" of ProgramStatus: "Whether a program takes new claims.";
    ConsentWord = "Consent" of Consent: "What silence in the window means.";
    EvidenceWord = "EvidencePolicy" of EvidencePolicy: "What a partner must bring as evidence.";
    SubdivisionWord = "UnknownSubdivision" of UnknownSubdivision: "What counts where a tenant's subdivision is not known.";
    UsageHistoryWord = "UsageHistory" of UsageHistory: "Which days of usage the partner of an association may read.";
    VouchingWord = "Vouching" of Vouching: "Whether the operator may vouch for a contact of the tenant's domain.";
    FieldCodeWord = "FieldCode" of FieldCode: "What is wrong with one field of a request.";
    ProblemCodeWord = "ProblemCode" of ProblemCode: "What kind of problem it is. What can be done about it is in `detail`, and in `docs/api.md` §1.7.";
    ClaimabilityWord = "Claimability" of Claimability: "Whether a partner can claim an item of a tenant.";
    WarningWord = "CheckWarning" of CheckWarning: "What is worth knowing before a submit, and hinders none.";
    OverviewActWord = "OverviewAct" of OverviewAct: "What a contact did to the standing rules by the overview.";
    WebhookStatusWord = "WebhookStatus" of WebhookStatus: "What a webhook does.";
    DisableCauseWord = "DisableCause" of DisableCause: "Why a webhook was disabled.";
    DeliveryErrorWord = "DeliveryError" of DeliveryError: "Why an attempt to deliver failed.";
    ActionWord = "ClaimAction" of Action: "What can be done with a claim: an action of `POST /v1/claims/{id}/review`, or the route of that name.";
}

/// Why a customer says no or ends an association.
#[derive(Debug, Clone, Copy)]
pub struct CustomerMotiveWord;

impl PartialSchema for CustomerMotiveWord {
    fn schema() -> RefOr<Schema> {
        motives_schema("Why the customer says no.", Motive::OF_CUSTOMER)
    }
}

impl ToSchema for CustomerMotiveWord {
    fn name() -> Cow<'static, str> {
        "CustomerReasonCode".into()
    }
}

/// Why a partner takes a claim back.
#[derive(Debug, Clone, Copy)]
pub struct PartnerMotiveWord;

impl PartialSchema for PartnerMotiveWord {
    fn schema() -> RefOr<Schema> {
        motives_schema("Why the partner takes the claim back.", Motive::OF_PARTNER)
    }
}

impl ToSchema for PartnerMotiveWord {
    fn name() -> Cow<'static, str> {
        "PartnerReasonCode".into()
    }
}

/// The motives that a side has.
fn motives_schema(meaning: &str, motives: &[Motive]) -> RefOr<Schema> {
    let words = motives.iter().map(|motive| (motive.as_str(), motive.meaning()));
    word_list_schema(meaning, words)
}

/// What kind of event an entry of a claim's history tells of: the event's type, or what stands for it towards a
/// reader who may not know it.
#[derive(Debug, Clone, Copy)]
pub struct ToldEventWord;

impl PartialSchema for ToldEventWord {
    fn schema() -> RefOr<Schema> {
        let told = [
            (
                WithheldEntry::NOTICE_CHANGED,
                "Towards the partner: something changed with the notice.",
            ),
            (
                WithheldEntry::CLAIM_CHANGED,
                "Towards the customer: something between partner and operator.",
            ),
        ];
        let events = EventType::ALL.iter().map(|event| (event.as_str(), event.meaning()));
        word_list_schema("What happened to a claim.", events.chain(told))
    }
}

impl ToSchema for ToldEventWord {
    fn name() -> Cow<'static, str> {
        "EventType".into()
    }
}

/// What did a step that no party took.
#[derive(Debug, Clone, Copy)]
pub struct StepCauseWord;

impl PartialSchema for StepCauseWord {
    fn schema() -> RefOr<Schema> {
        let silence = ("silence", "A deadline that passed unanswered.");
        word_list_schema("What did a step that no party took.", std::iter::once(silence))
    }
}

impl ToSchema for StepCauseWord {
    fn name() -> Cow<'static, str> {
        "StepCause".into()
    }
}

/// Whether a party is there and may act: of a partner its status, of a customer that of its tenant.
#[derive(Debug, Clone, Copy)]
pub struct PartyStatusWord;

impl PartialSchema for PartyStatusWord {
    fn schema() -> RefOr<Schema> {
        let active = (PartnerStatus::Active.as_str(), "The party is there and may act.");
        let others = [
            (PartnerStatus::Suspended.as_str(), PartnerStatus::Suspended.meaning()),
            (TenantStatus::Deleted.as_str(), TenantStatus::Deleted.meaning()),
        ];
        word_list_schema(
            "Whether a partner or customer may act.",
            std::iter::once(active).chain(others),
        )
    }
}

impl ToSchema for PartyStatusWord {
    fn name() -> Cow<'static, str> {
        "PartyStatus".into()
    }
}

/// Why an item is over: of an ended one why it ended, of a declined one whose answer that was.
#[derive(Debug, Clone, Copy)]
pub struct ItemReasonWord;

impl PartialSchema for ItemReasonWord {
    fn schema() -> RefOr<Schema> {
        let declined = [
            (ReasonCode::CustomerDeclined.as_str(), ReasonCode::CustomerDeclined.meaning()),
            ("no_answer", "Nobody answered where a yes was needed."),
        ];
        let ended = EndReason::ALL.iter().map(|reason| (reason.as_str(), reason.meaning()));
        word_list_schema("Why an item ended or is declined.", ended.chain(declined))
    }
}

impl ToSchema for ItemReasonWord {
    fn name() -> Cow<'static, str> {
        "ItemReason".into()
    }
}

/// What the document of a piece of evidence may be, by its media type.
#[derive(Debug, Clone, Copy)]
pub struct DocumentTypeWord;

impl PartialSchema for DocumentTypeWord {
    fn schema() -> RefOr<Schema> {
        let meanings = ["PDF.", "PNG.", "JPEG.", "DOCX without macros."];
        let types = DocumentKind::CONTENT_TYPES.iter().copied().zip(meanings);
        word_list_schema("The media type of a document of evidence.", types)
    }
}

impl ToSchema for DocumentTypeWord {
    fn name() -> Cow<'static, str> {
        "DocumentType".into()
    }
}

/// What a check finds: the code of a field, or of what stands in the way elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct CheckCodeWord;

impl PartialSchema for CheckCodeWord {
    fn schema() -> RefOr<Schema> {
        let elsewhere = [
            ProblemCode::DuplicateClaim,
            ProblemCode::BlockedByCustomer,
            ProblemCode::QuotaExceeded,
        ];
        let fields = FieldCode::ALL.iter().map(|code| (code.as_str(), code.meaning()));
        let all = fields.chain(elsewhere.map(|code| (code.as_str(), code.meaning())));
        word_list_schema("What stands against a submit.", all)
    }
}

impl ToSchema for CheckCodeWord {
    fn name() -> Cow<'static, str> {
        "CheckCode".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_answered_by_its_name_and_described_with_all_the_others() {
        assert_eq!(serde_json::to_value(Word(Status::InReview)).unwrap(), "in_review");
        let schema = serde_json::to_value(StatusWord::schema()).unwrap();
        let words = schema["enum"].as_array().unwrap();
        assert_eq!(words.len(), Status::ALL.len());
        for status in Status::ALL {
            let line = format!("- `{}`: {}", status.as_str(), status.meaning());
            assert!(schema["description"].as_str().unwrap().contains(&line), "{line}");
        }
    }
}
