//! What can be done with a claim, by the names that the API has for it, and the routes of the partner's commands.

use std::fmt;

use domain::actor::{Actor, Role};
use domain::claim::{Claim, Instant};
use domain::command::{Command, CommandKind};
use domain::possible::possible_commands;
use serde_json::Value;

use crate::bodies;
use crate::caller::{ADMIN, PARTNER, RESENDERS};
use crate::failure::RequestError;
use crate::openapi::shape::{BodyShape, Endpoint, command_endpoint};
use crate::problem_code::ProblemCode;

macro_rules! actions {
    ($($(#[doc = $meaning:literal])* $kind:ident => $name:literal;)*) => {
        /// Something that a caller of the API can do with a claim.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Action(CommandKind);

        impl Action {
            /// Every action, in the order in which the contract lists them.
            pub const ALL: &'static [Self] = &[$(Self(CommandKind::$kind)),*];

            /// The one that gives this command; `None`: no caller of the API gives it to a claim.
            pub fn of(kind: CommandKind) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.0 == kind)
            }

            /// The one of that name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.as_str() == name)
            }

            /// The command that it gives.
            pub fn command_kind(self) -> CommandKind {
                self.0
            }

            /// The name on the wire: the route's last part with underscores, or the action of a review.
            pub fn as_str(self) -> &'static str {
                [$((CommandKind::$kind, $name)),*]
                    .into_iter()
                    .find(|(kind, _)| *kind == self.0)
                    .map_or("", |(_, name)| name)
            }

            /// What it does, in a sentence.
            pub fn meaning(self) -> &'static str {
                [$((CommandKind::$kind, concat!($($meaning),*)),)*]
                    .into_iter()
                    .find(|(kind, _)| *kind == self.0)
                    .map_or("", |(_, meaning)| meaning.trim_ascii())
            }
        }
    };
}

actions! {
    /// Erase the personal data of a claim that is over.
    Erase => "erase";
    /// Edit a draft, or a claim that is asked about; of others the own label and reference: `PATCH /v1/claims/{id}`.
    Edit => "edit";
    /// Submit a draft as it stands.
    Submit => "submit";
    /// Take a submitted claim back.
    Recall => "recall";
    /// Drop a draft for good.
    Discard => "discard";
    /// Answer a request for information.
    Respond => "respond";
    /// Take back what is undecided.
    Withdraw => "withdraw";
    /// Object to a rejection, once in the life of a claim.
    Dispute => "dispute";
    /// Name another contact at the customer: the partner's route, or an action of the review.
    CorrectContact => "correct_contact";
    /// Send the notice again to whoever has no receipt of it.
    Resend => "resend";
    /// Add evidence: `POST /v1/claims/{id}/evidence`.
    AddEvidence => "add_evidence";
    /// Begin the review of a submitted claim.
    BeginReview => "begin";
    /// Ask the partner for information.
    RequestInformation => "request_information";
    /// Reject the undecided items, with at least one reason.
    Reject => "reject";
    /// Find the claim right, so that the customer is notified.
    Validate => "validate";
    /// Hold the claim: a window that runs is void.
    Hold => "hold";
    /// Go on with a claim on hold.
    Resume => "resume";
    /// Make the window longer: the operator by an action of the review, the customer once by its route.
    Extend => "extend";
    /// Vouch for the contact.
    Vouch => "vouch";
    /// Refuse the contact that the partner proposes.
    RefuseContact => "refuse_contact";
    /// Retire the link of a recipient: an action of the review, or the customer's route.
    RetireLink => "retire_link";
    /// Let a disputed rejection stand.
    Uphold => "uphold";
    /// Overturn a disputed rejection.
    Overturn => "overturn";
    /// Say yes as the customer.
    Accept => "accept";
    /// Say no as the customer.
    Decline => "decline";
    /// Take a no back as the customer.
    Undo => "undo";
    /// End an association: `POST /v1/associations/{id}/end`.
    End => "end";
}

/// A command that a partner gives to a claim: its route, and what is said of it.
pub struct PartnerCommand {
    /// What is asked of the domain.
    pub kind: CommandKind,
    /// The method of its route.
    pub method: &'static str,
    /// The path of its route.
    pub path: &'static str,
    /// The name of its route in the OpenAPI document.
    pub operation: &'static str,
    /// The roles that may give it.
    pub roles: &'static [Role],
    /// Reads the command out of the body of a request about this claim; [`RequestError`] with every field that is wrong.
    pub read: fn(&Claim, &Value) -> Result<Command, RequestError>,
    /// What the contract says of the route.
    pub(crate) endpoint: Endpoint,
}

/// The commands that a partner gives by a route of their own, in the order of the documentation.
pub const PARTNER_COMMANDS: &[PartnerCommand] = &[
    PartnerCommand {
        kind: CommandKind::Edit,
        method: "PATCH",
        path: "/v1/claims/{id}",
        operation: "editClaim",
        roles: PARTNER,
        read: |claim, body| {
            bodies::read_edit(claim, body).map(|input| Command::Edit(Box::new(input)))
        },
        endpoint: Endpoint {
            problems: &[ProblemCode::InvalidState, ProblemCode::QuotaExceeded],
            ..command_endpoint(
                "Edit, by a JSON merge patch",
                "What is named is changed, `null` takes away, lists are replaced whole. In a draft everything but program \
                 and tenant can be changed, and its idle time begins anew. In `action_required` contacts, label, external \
                 reference and evidence can be changed, and items be left out of the list; one undecided item must stay. \
                 Of other claims label and external reference alone, once a minute, as long as the customer is not asked \
                 and the claim is not over. `application/json` is taken as well.",
                BodyShape::MergePatch("EditClaimBody"),
            )
        },
    },
    PartnerCommand {
        kind: CommandKind::Submit,
        method: "POST",
        path: "/v1/claims/{id}/submit",
        operation: "submitClaim",
        roles: ADMIN,
        read: |_, body| bodies::read_empty(body).map(|()| Command::Submit(None)),
        endpoint: Endpoint {
            problems: &[
                ProblemCode::InvalidState,
                ProblemCode::DuplicateClaim,
                ProblemCode::BlockedByCustomer,
                ProblemCode::QuotaExceeded,
            ],
            ..command_endpoint(
                "Submit a draft",
                "Submits the draft as it stands, under the program's policy of this day. What is wrong with the draft is \
                 in `errors`, with `claim_pointer`. A claim that was recalled less than `recall_business_days` ago keeps \
                 its priority date.",
                BodyShape::JsonOrNone("NoFieldsBody"),
            )
        },
    },
    PartnerCommand {
        kind: CommandKind::Recall,
        method: "POST",
        path: "/v1/claims/{id}/recall",
        operation: "recallClaim",
        roles: PARTNER,
        read: |_, body| bodies::read_empty(body).map(|()| Command::Recall),
        endpoint: command_endpoint(
            "Take a claim back before its review",
            "The claim is a draft again. A new submit within `recall_business_days` keeps its priority date, unless the \
             draft was given an item that it did not have.",
            BodyShape::JsonOrNone("NoFieldsBody"),
        ),
    },
    PartnerCommand {
        kind: CommandKind::Discard,
        method: "POST",
        path: "/v1/claims/{id}/discard",
        operation: "discardClaim",
        roles: PARTNER,
        read: |_, body| bodies::read_empty(body).map(|()| Command::Discard),
        endpoint: command_endpoint(
            "Drop a draft",
            "The draft is over for good.",
            BodyShape::JsonOrNone("NoFieldsBody"),
        ),
    },
    PartnerCommand {
        kind: CommandKind::Respond,
        method: "POST",
        path: "/v1/claims/{id}/respond",
        operation: "respondToClaim",
        roles: ADMIN,
        read: |_, body| bodies::read_comment(body).map(|comment| Command::Respond { comment }),
        endpoint: command_endpoint(
            "Answer what the operator asked",
            "The claim is in review again. What was asked for is edited before, with `PATCH`. After the deadline silence \
             has rejected the claim.",
            BodyShape::JsonOrNone("CommentBody"),
        ),
    },
    PartnerCommand {
        kind: CommandKind::Withdraw,
        method: "POST",
        path: "/v1/claims/{id}/withdraw",
        operation: "withdrawClaim",
        roles: ADMIN,
        read: |_, body| bodies::read_withdrawal(body),
        endpoint: command_endpoint(
            "Take back what is undecided",
            "Undecided items are withdrawn; items that the customer has decided stay as they are. A customer who was \
             notified is told. From the end of the window on nothing can be withdrawn. It says why by a code, for the \
             operator's staff.",
            BodyShape::Json("WithdrawBody"),
        ),
    },
    PartnerCommand {
        kind: CommandKind::Dispute,
        method: "POST",
        path: "/v1/claims/{id}/dispute",
        operation: "disputeClaim",
        roles: ADMIN,
        read: |_, body| bodies::required_comment(body).map(|comment| Command::Dispute { comment }),
        endpoint: command_endpoint(
            "Dispute a rejection",
            "Another reviewer decides about the rejection. It can be disputed once in the life of a claim, until the first \
             instant after the 30th local day of the partner (the policy's `dispute_days`).",
            BodyShape::Json("RequiredCommentBody"),
        ),
    },
    PartnerCommand {
        kind: CommandKind::CorrectContact,
        method: "POST",
        path: "/v1/claims/{id}/correct-contact",
        operation: "correctContact",
        roles: ADMIN,
        read: |_, body| bodies::corrected_contact(body),
        endpoint: Endpoint {
            problems: &[ProblemCode::InvalidState, ProblemCode::BlockedByCustomer],
            ..command_endpoint(
                "Name another contact at the customer",
                "An address that the directory has as verified gets the next notice at once, unless it failed in this \
                 claim. Any other address of the tenant's domain is proposed to the operator, and nothing is mailed yet.",
                BodyShape::Json("CorrectContactBody"),
            )
        },
    },
    PartnerCommand {
        kind: CommandKind::Resend,
        method: "POST",
        path: "/v1/claims/{id}/resend",
        operation: "resendNotice",
        roles: RESENDERS,
        read: |_, body| bodies::read_empty(body).map(|()| Command::Resend),
        endpoint: Endpoint {
            problems: &[ProblemCode::InvalidState, ProblemCode::QuotaExceeded],
            ..command_endpoint(
                "Send the notice again",
                "The same mail, with the same link, goes once more to each recipient of the current notice whose mail was \
                 handed over and of which no report has come. It opens no window and moves no deadline; a delivery of the \
                 mail counts as one of that notice. The operator may at any time, the partner once a local day and claim. \
                 Whether anybody is written to is not told.",
                BodyShape::JsonOrNone("NoFieldsBody"),
            )
        },
    },
];

impl PartialEq for PartnerCommand {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for PartnerCommand {}

impl fmt::Debug for PartnerCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.operation)
    }
}

/// What `actor` can do with a claim at `at`, as far as the claim itself tells.
pub fn allowed_actions(claim: &Claim, actor: &Actor, at: Instant) -> Vec<Action> {
    actions_of(&possible_commands(claim, actor, at))
}

/// The actions that give these commands.
pub fn actions_of(kinds: &[CommandKind]) -> Vec<Action> {
    kinds.iter().filter_map(|kind| Action::of(*kind)).collect()
}

/// The name that callers know for a command.
pub fn action_name(kind: CommandKind) -> &'static str {
    Action::of(kind).map_or_else(|| kind.as_str(), Action::as_str)
}

#[cfg(test)]
mod tests {
    use domain::actor::Party;

    use super::*;

    #[test]
    fn every_command_of_a_caller_of_the_api_is_an_action_with_a_name_of_its_own() {
        for kind in CommandKind::ALL {
            let callers = kind.table_row().who.iter();
            let by_people = callers
                .filter(|party| {
                    !matches!(party, Party::System | Party::CustomerLink | Party::CustomerContact)
                })
                .count();
            // The rules say that silence is a no; a draft is created, and that is no action on a claim.
            let is_elsewhere = matches!(kind, CommandKind::ChangeConsent | CommandKind::Draft);
            assert_eq!(Action::of(*kind).is_some(), by_people > 0 && !is_elsewhere, "{kind:?}");
        }
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
            assert!(action.meaning().ends_with('.') || action.meaning().ends_with('`'));
        }
    }

    #[test]
    fn a_route_that_commands_a_claim_ends_in_the_name_of_its_action() {
        let commands = crate::routes::ROUTES.iter().filter(|route| {
            let own = ["/v1/claims/{id}/", "/v1/customer/claims/{id}/", "/v1/associations/{id}/"];
            route.method == "POST" && own.iter().any(|start| route.path.starts_with(start))
        });
        for route in commands {
            let name = route.path.rsplit('/').next().unwrap().replace('-', "_");
            let name = if name == "evidence" { "add_evidence".to_owned() } else { name };
            // Who works on a claim is no command on it: it moves no version.
            let is_no_action = ["review", "assign"].contains(&name.as_str());
            assert!(is_no_action || Action::parse(&name).is_some(), "{}", route.path);
        }
    }
}
