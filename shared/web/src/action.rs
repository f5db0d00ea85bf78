//! What can be done with a claim, by the names that the API has for it.

use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::command::CommandKind;
use domain::possible::possible_commands;

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
                .filter(|party| !matches!(party, Party::System | Party::CustomerLink))
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
