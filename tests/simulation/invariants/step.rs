//! The steps of a story: what anybody may try, and how time passes.

use proptest::prelude::*;

use crate::simulation::actions::Action;

/// One step of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// What comes next on the straight way, whatever the state.
    Advance,
    /// Somebody does something.
    Do(Action),
    /// The partner asks anew for an item that it holds, or with 0 for all of them.
    Renew(u8),
    /// The partner is suspended, or is not any more.
    Suspend(bool),
    /// The timers run.
    Finalize,
    /// Hours pass.
    Wait(i64),
    /// So many seconds more than the claim's deadline pass.
    ToDeadline(i64),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let item = 1..3_u8;
    let who = 1..4_u8;
    let straight = prop_oneof![
        12 => Just(Step::Advance),
        3 => prop_oneof![Just(-1_i64), Just(0), Just(60), Just(125), Just(7200)].prop_map(Step::ToDeadline),
        1 => (1..48_i64).prop_map(Step::Wait),
        1 => Just(Step::Do(Action::Read)),
        1 => Just(Step::Finalize),
    ];
    let operators = prop_oneof![
        Just(Action::Begin),
        who.clone().prop_map(Action::Ask),
        who.clone().prop_map(Action::Reject),
        Just(Action::Validate),
        Just(Action::Hold),
        Just(Action::Resume),
        Just(Action::Extend),
        Just(Action::CorrectContact),
        Just(Action::RefuseContact),
        Just(Action::Vouch),
        (1..4_u8).prop_map(Action::RetireLink),
        Just(Action::Resend),
        who.clone().prop_map(Action::Uphold),
        who.prop_map(Action::Overturn),
        Just(Action::AcceptForTheCustomer),
    ];
    let partners = prop_oneof![
        Just(Action::Submit),
        Just(Action::Recall),
        Just(Action::Discard),
        Just(Action::Respond),
        Just(Action::ProposeContact),
        Just(Action::Withdraw),
        Just(Action::Dispute),
        (1..4_u8).prop_map(Action::AddEvidence),
        item.clone().prop_map(Action::End),
    ];
    let customers = prop_oneof![
        3 => item.clone().prop_map(Action::Decline),
        1 => Just(Action::DeclineAll),
        1 => (1..3_u16).prop_map(Action::DeclineByLink),
        2 => Just(Action::Undo),
        2 => item.clone().prop_map(Action::Accept),
        1 => Just(Action::ExtendOnce),
        1 => Just(Action::PassOn),
        1 => item.prop_map(Action::Revoke),
    ];
    let system = prop_oneof![
        2 => Just(Action::Deliver),
        2 => Just(Action::DeliverOlder),
        2 => Just(Action::Bounce),
        1 => (1..3_u8).prop_map(Action::Vanish),
    ];
    let suspension = prop_oneof![1 => Just(true), 4 => Just(false)].prop_map(Step::Suspend);
    let renewal = (0..3_u8).prop_map(Step::Renew);
    // A suspension and a renewal are as frequent as each of the partners' nine actions.
    let partners = prop_oneof![9 => partners.prop_map(Step::Do), 1 => suspension, 1 => renewal];
    prop_oneof![
        20 => straight,
        3 => operators.prop_map(Step::Do),
        3 => partners,
        5 => customers.prop_map(Step::Do),
        1 => system.prop_map(Step::Do),
    ]
}
