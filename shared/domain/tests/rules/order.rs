//! In which order a command is refused (`docs/api.md §1.3`): the role, whose claim it is, the state and the moment,
//! the fields, what stands in the way elsewhere, the quotas. Of every command a chain: what stands against it, each
//! with its answer. Whatever stands behind an obstacle is not answered.

use chrono::{Duration, NaiveDate};
use domain::actor::{Actor, StaffRole};
use domain::claim::{Claim, RejectionRecord, State, Status};
use domain::command::{ClaimInput, Command, CommandKind, DeclaredEvidence, GivenReason};
use domain::context::{Context, Rival, RivalStatus};
use domain::decide::is_allowed_in;
use domain::directory::PartnerStatus;
use domain::ids::{ClaimId, ItemNo, PartnerId, StaffId, TenantId};
use domain::program::Vouching;
use domain::reason::{Reason, ReasonCode};
use domain::recipient::RecipientNo;
use domain::rejection::{FieldError, Rejection};
use domain::{actor, decide};

use crate::given::*;
use crate::table::of_kind;

/// A command, and the world in which it is given.
#[derive(Debug, Clone)]
struct Case {
    given: Option<Given>,
    command: Command,
    context: Context,
}

/// What stands against a command, with the answer.
type Obstacle = (fn(&mut Case), &'static str);

impl Case {
    fn of(given: Given, command: Command, actor: Actor, at: Instant) -> Self {
        let context = given.context(actor, at);
        Self { given: Some(given), command, context }
    }

    fn creating(command: Command) -> Self {
        Self { given: None, command, context: context(alpine(), submitted_at()) }
    }

    /// In brief.
    fn answer(&self) -> String {
        let claim = self.given.as_ref().map(|given| &given.claim);
        match decide(claim, &self.command, &self.context) {
            Ok(Some(_)) => "event".to_owned(),
            Ok(None) => "nothing".to_owned(),
            Err(rejection) => in_brief(&rejection),
        }
    }

    fn claim(&mut self) -> &mut Claim {
        &mut self.given.as_mut().expect("a claim").claim
    }
}

fn in_brief(rejection: &Rejection) -> String {
    if let Rejection::Fields(errors) = rejection {
        let told = |error: &FieldError| format!("{} {}", error.pointer, error.code.as_str());
        return format!("422 {}", errors.iter().map(told).collect::<Vec<_>>().join(", "));
    }
    match rejection {
        Rejection::RoleNotAllowed => "403".to_owned(),
        Rejection::NotFound => "404".to_owned(),
        Rejection::InvalidState { .. } => "409".to_owned(),
        other @ (Rejection::Fields(_)
        | Rejection::DuplicateClaim { .. }
        | Rejection::ContactUnverified
        | Rejection::LinkRetired
        | Rejection::AnotherReviewerRequired
        | Rejection::ItemBusy { .. }
        | Rejection::BlockedByCustomer { .. }
        | Rejection::QuotaExceeded { .. }
        | Rejection::OutsideCalendar
        | Rejection::MissingFact(_)) => other.to_string(),
    }
}

/// Each obstacle is answered before those behind it, and without any the command does something.
fn is_answered_in_this_order(case: &Case, chain: &[Obstacle]) {
    let kind = case.command.kind().as_str();
    assert_eq!(case.answer(), "event", "{kind}: nothing stands against it");
    for (no, (_, expected)) in chain.iter().enumerate() {
        let alone = chain.get(no).map(|(raise, _)| {
            let mut alone = case.clone();
            raise(&mut alone);
            alone.answer()
        });
        assert_eq!(alone.as_deref(), Some(*expected), "{kind}: obstacle {no} alone");
        let mut all = case.clone();
        for (raise, _) in chain.iter().skip(no).rev() {
            raise(&mut all);
        }
        assert_eq!(all.answer(), *expected, "{kind}: obstacle {no} before those behind it");
    }
}

// Obstacles

fn by_the_system(case: &mut Case) {
    case.context.actor = Actor::System;
}

fn by_an_auditor(case: &mut Case) {
    case.context.actor =
        Actor::Staff { id: StaffId::parse("auditor").unwrap(), role: StaffRole::Auditor };
}

fn by_a_user(case: &mut Case) {
    case.context.actor = Actor::Partner { id: partner().id, admin: false, person: None };
}

fn by_another_partner(case: &mut Case) {
    case.context.actor =
        Actor::Partner { id: PartnerId::parse("p-other").unwrap(), admin: true, person: None };
}

fn by_another_tenant(case: &mut Case) {
    let tenant = TenantId::parse("6f3c0000-0000-4000-8000-000000000002").unwrap();
    case.context.actor = Actor::CustomerAdmin { tenant, person: None };
}

fn by_a_link_of_a_later_notice(case: &mut Case) {
    case.context.actor = link_of(9, FIRST);
}

fn by_a_reviewer(case: &mut Case) {
    case.context.actor = reviewer();
}

/// A state that takes nothing but a "no".
fn over(case: &mut Case) {
    case.claim().state = State::Withdrawn;
}

fn before_the_first_notice(case: &mut Case) {
    case.claim().notice = domain::ids::NoticeNo(0);
    case.claim().state = State::Submitted { due_at: None };
}

fn at_the_end_of_the_window(case: &mut Case) {
    case.context.at = closes_at();
}

/// The customer's calendar ends while a window delivered now would run.
fn where_the_calendar_ends(case: &mut Case) {
    case.context.at = at("2026-12-30T09:00:00Z");
    case.context.places.customer = Some(place("LK", "Asia/Colombo"));
}

fn suspended(case: &mut Case) {
    case.context.facts.partner.as_mut().expect("a partner").status = PartnerStatus::Suspended;
}

fn duplicate(case: &mut Case) {
    let item = item_refs().into_iter().next().expect("an item");
    case.context.facts.own_claims = vec![(item, ClaimId::of(&partner().id, "another"))];
}

fn blocked(case: &mut Case) {
    case.context.facts.blocked = item_refs();
}

fn over_quota(case: &mut Case) {
    case.context.facts.over_quota = Some(Some(60));
}

fn rival(standing: RivalStatus) -> Rival {
    Rival {
        item: ItemNo(2),
        claim: ClaimId::of(&partner().id, "rival"),
        rival_item: ItemNo(1),
        standing,
        defence: None,
        held_since: None,
        place: Some(place("SA", "Asia/Riyadh")),
    }
}

fn unheard(case: &mut Case) {
    case.context.facts.rivals.push(rival(RivalStatus::Active));
}

fn busy(case: &mut Case) {
    case.context.facts.rivals.push(rival(RivalStatus::Next));
}

/// Whoever acts has made the verified contact what it is, yesterday.
fn own_work(case: &mut Case) {
    let (by, at) = (case.context.actor.staff_id().cloned(), case.context.at);
    let tenant = case.context.facts.tenant.as_mut().expect("a tenant");
    for own in &mut tenant.contacts {
        own.verified_by = Some(by.clone().unwrap_or_else(|| StaffId::parse("operator").unwrap()));
        own.verified_since = Some(at - Duration::days(1));
    }
}

/// Nobody is verified any more.
fn unverified(case: &mut Case) {
    case.context.facts.tenant.as_mut().expect("a tenant").contacts.clear();
}

// Chains

#[test]
fn a_submit_is_refused_for_its_fields_then_a_duplicate_a_block_and_the_quota() {
    let fields: Obstacle = (suspended, "422  partner-suspended");
    let rest: [Obstacle; 3] = [
        (duplicate, "the partner claims an item already"),
        (blocked, "blocked by the customer"),
        (over_quota, "quota exceeded"),
    ];
    let role: Obstacle = (by_a_user, "403");
    let new = [vec![role, fields], rest.to_vec()].concat();
    is_answered_in_this_order(&Case::creating(submit(&input(), &[])), &new);
    let draft =
        Given::begun(created(&draft(&input()), &context(alpine(), submitted_at())).unwrap());
    let stored: [Obstacle; 4] = [role, (by_another_partner, "404"), (over, "409"), fields];
    let case = Case::of(draft, Command::Submit(None), alpine(), submitted_at());
    is_answered_in_this_order(&case, &[stored.to_vec(), rest.to_vec()].concat());
}

#[test]
fn a_draft_is_refused_for_its_role_then_for_all_its_fields_and_then_for_the_quota_of_drafts() {
    fn unknown(case: &mut Case) {
        case.context.facts.program = None;
        case.context.facts.tenant = None;
    }
    let case = Case::creating(draft(&input()));
    let chain: [Obstacle; 3] = [
        (by_an_auditor, "403"),
        (unknown, "422 /program program-unknown, /tenant tenant-unknown"),
        (over_quota, "quota exceeded"),
    ];
    is_answered_in_this_order(&case, &chain);
}

/// The claim with something changed that may be.
fn relabelled(given: &Given) -> ClaimInput {
    ClaimInput { label: Some(name("new")), ..ClaimInput::of(&given.claim) }
}

#[test]
fn an_edit_is_refused_for_its_state_and_then_for_all_its_fields() {
    fn as_it_may_not_be(case: &mut Case) {
        let Command::Edit(input) = &mut case.command else { panic!() };
        input.program = None;
        if let Some(Some((kind, _))) = input.items.get_mut(0) {
            *kind = domain::program::ItemKind::Subscription;
        }
    }
    fn with_what_is_not_the_partners(case: &mut Case) {
        let Command::Edit(input) = &mut case.command else { panic!() };
        input.activity = None;
        input.evidence.push(Some(in_the_future()));
    }
    let ends: [Obstacle; 3] = [(by_an_auditor, "403"), (by_another_partner, "404"), (over, "409")];
    let draft =
        Given::begun(created(&draft(&input()), &context(alpine(), submitted_at())).unwrap());
    let edit = Command::Edit(Box::new(relabelled(&draft)));
    let case = Case::of(draft, edit, alpine(), submitted_at());
    let fields: Obstacle =
        (as_it_may_not_be, "422 /items/0/kind item-kind-wrong, /program not-editable");
    is_answered_in_this_order(&case, &[ends.to_vec(), vec![fields]].concat());
    let asked = given_in(Status::ActionRequired);
    let edit = Command::Edit(Box::new(relabelled(&asked)));
    let case = Case::of(asked, edit, alpine(), delivered_at());
    let fields: Obstacle = (
        with_what_is_not_the_partners,
        "422 /activity not-editable, /evidence/1/acknowledged_on in-the-future",
    );
    is_answered_in_this_order(&case, &[ends.to_vec(), vec![fields]].concat());
}

fn in_the_future() -> DeclaredEvidence {
    let acknowledged_on = NaiveDate::from_ymd_opt(2030, 1, 1).unwrap();
    DeclaredEvidence {
        name: name("later.pdf"),
        sha256: domain::ids::Sha256Hash([9; 32]),
        acknowledged_on,
    }
}

#[test]
fn added_evidence_is_refused_for_its_state_and_then_for_its_date() {
    fn from_the_future(case: &mut Case) {
        case.command = Command::AddEvidence(Box::new(in_the_future()));
    }
    let (add, actor) = of_kind(CommandKind::AddEvidence).unwrap();
    let case = Case::of(given_in(Status::ActionRequired), add, actor, delivered_at());
    let chain: [Obstacle; 4] = [
        (by_an_auditor, "403"),
        (by_another_partner, "404"),
        (over, "409"),
        (from_the_future, "422 /acknowledged_on in-the-future"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn what_the_partner_does_by_itself_is_refused_for_role_claim_state_and_moment() {
    fn late(case: &mut Case) {
        case.context.at = closes_at();
    }
    let role: Obstacle = (by_an_auditor, "403");
    let owner: Obstacle = (by_another_partner, "404");
    let state: Obstacle = (over, "409");
    for (status, kind) in
        [(Status::Submitted, CommandKind::Recall), (Status::Draft, CommandKind::Discard)]
    {
        let (command, actor) = of_kind(kind).unwrap();
        let case = Case::of(given_in(status), command, actor, delivered_at());
        is_answered_in_this_order(&case, &[role, owner, state]);
    }
    for (status, kind) in [
        (Status::ActionRequired, CommandKind::Respond),
        (Status::AwaitingCustomer, CommandKind::Withdraw),
        (Status::AwaitingCustomer, CommandKind::Resend),
        (Status::Rejected, CommandKind::Dispute),
    ] {
        let (command, actor) = of_kind(kind).unwrap();
        let case = Case::of(given_in(status), command, actor, delivered_at());
        let user: Obstacle = (by_a_user, "403");
        is_answered_in_this_order(&case, &[user, owner, state, (late, "409")]);
    }
}

#[test]
fn reasons_are_judged_after_the_state() {
    fn of_a_foreign_item(case: &mut Case) {
        let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: Some(ItemNo(9)) };
        let reasons = vec![GivenReason { reason, comment: None }];
        case.command = if case.command.kind() == CommandKind::Reject {
            Command::Reject { reasons }
        } else {
            Command::RequestInformation { reasons }
        };
    }
    for kind in [CommandKind::Reject, CommandKind::RequestInformation] {
        let (command, actor) = of_kind(kind).unwrap();
        let case = Case::of(Given::in_review(), command, actor, submitted_at());
        let fields = "422 /reasons/0/item_no item-unknown";
        let chain: [Obstacle; 3] =
            [(by_an_auditor, "403"), (over, "409"), (of_a_foreign_item, fields)];
        is_answered_in_this_order(&case, &chain);
    }
}

#[test]
fn a_review_is_begun_by_its_role_and_in_its_state() {
    let (command, actor) = of_kind(CommandKind::BeginReview).unwrap();
    let case = Case::of(Given::submitted(), command, actor, submitted_at());
    is_answered_in_this_order(&case, &[(by_an_auditor, "403"), (over, "409")]);
}

#[test]
fn a_validation_is_refused_in_the_order_of_the_contract() {
    fn dropping_another(case: &mut Case) {
        let drop = vec![(ItemNo(9), ReasonCode::ItemNotClaimable)];
        case.command = Command::Validate { drop, comment: None };
    }
    let grounds = Command::Validate { drop: vec![], comment: Some(comment()) };
    let now = submitted_at() + Duration::hours(3);
    let mut case = Case::of(Given::in_review(), grounds, operator(), now);
    case.context.facts.rivals = vec![rival(RivalStatus::Open)];
    let chain: Vec<Obstacle> = vec![
        (by_an_auditor, "403"),
        (over, "409"),
        (by_a_reviewer, "403"),
        (unheard, "409"),
        (where_the_calendar_ends, "409"),
        (dropping_another, "422 /drop/0/item_no item-unknown, /comment required"),
        (duplicate, "the partner claims an item already"),
        (blocked, "blocked by the customer"),
        (busy, "items are busy"),
    ];
    let ends: [Obstacle; 2] =
        [(own_work, "another reviewer is required"), (unverified, "the contact is not verified")];
    for last in ends {
        let chain = [chain.clone(), vec![last, (over_quota, "quota exceeded")]].concat();
        is_answered_in_this_order(&case, &chain);
    }
}

#[test]
fn vouching_is_refused_for_state_and_policy_and_then_for_all_its_fields() {
    fn never(case: &mut Case) {
        case.context.policy.vouching = Vouching::Never;
    }
    fn for_an_outsider_and_without_a_word(case: &mut Case) {
        case.command = Command::Vouch { comment: None };
        case.claim().details.customer_contact = Some(contact("ceo@elsewhere.example"));
    }
    let (command, actor) = of_kind(CommandKind::Vouch).unwrap();
    let case = Case::of(Given::in_review(), command, actor, submitted_at());
    let chain: [Obstacle; 4] = [
        (by_a_reviewer, "403"),
        (over, "409"),
        (never, "409"),
        (
            for_an_outsider_and_without_a_word,
            "422 /comment required, /customer_contact/email customer-unreachable",
        ),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn a_proposed_contact_is_refused_in_its_state_only() {
    fn unproposed(case: &mut Case) {
        case.claim().details.proposed_contact = None;
    }
    let propose =
        Command::CorrectContact { contact: contact("ota@contoso.example"), comment: None };
    let given = given_in(Status::Unreachable).then(&propose, alpine(), delivered_at());
    let (command, actor) = of_kind(CommandKind::RefuseContact).unwrap();
    let case = Case::of(given, command, actor, delivered_at());
    is_answered_in_this_order(&case, &[(by_a_reviewer, "403"), (over, "409"), (unproposed, "409")]);
}

#[test]
fn a_corrected_contact_is_refused_in_the_order_of_the_contract() {
    fn of_nobody(case: &mut Case) {
        suspended(case);
        case.command =
            Command::CorrectContact { contact: contact("ceo@elsewhere.example"), comment: None };
    }
    fn unvouched(case: &mut Case) {
        case.command =
            Command::CorrectContact { contact: contact("ota@contoso.example"), comment: None };
    }
    let correct = Command::CorrectContact { contact: contact("it@contoso.example"), comment: None };
    let case = Case::of(given_in(Status::Unreachable), correct, operator(), delivered_at());
    let chain: Vec<Obstacle> = vec![
        (by_a_user, "403"),
        (by_another_partner, "404"),
        (over, "409"),
        (where_the_calendar_ends, "409"),
        (of_nobody, "422  partner-suspended, /customer_contact/email customer-unreachable"),
        (blocked, "blocked by the customer"),
    ];
    let ends: [Obstacle; 2] =
        [(own_work, "another reviewer is required"), (unvouched, "the contact is not verified")];
    for last in ends {
        is_answered_in_this_order(&case, &[chain.clone(), vec![last]].concat());
    }
    // Of the partner it is the wrong turn, before anything else of the contact.
    let suppressed = Given::notifying().failed_by(
        FIRST,
        delivered_at(),
        domain::event::FailureCause::Suppressed,
    );
    let mut case = Case::of(suppressed, case.command, alpine(), delivered_at());
    of_nobody(&mut case);
    assert_eq!(case.answer(), "409");
}

#[test]
fn a_resume_is_refused_in_the_order_of_the_contract() {
    let given = given_in(Status::OnHold);
    let case = Case::of(given, Command::Resume, operator(), delivered_at());
    let chain: [Obstacle; 6] = [
        (by_a_reviewer, "403"),
        (over, "409"),
        (where_the_calendar_ends, "409"),
        (suspended, "422  partner-suspended"),
        (blocked, "blocked by the customer"),
        (vouched_by_who_acts, "another reviewer is required"),
    ];
    is_answered_in_this_order(&case, &chain);
}

/// Whoever acts has vouched for the claim's contact.
fn vouched_by_who_acts(case: &mut Case) {
    let staff = case.context.actor.staff_id().cloned();
    let details = &mut case.claim().details;
    details.vouched_for = details.customer_contact.as_ref().map(|own| own.email.clone());
    details.vouched_by = staff.into_iter().collect();
}

#[test]
fn a_hold_is_refused_for_role_state_and_moment() {
    let case = Case::of(Given::awaiting(), hold(), operator(), delivered_at());
    let chain: [Obstacle; 3] =
        [(by_a_reviewer, "403"), (over, "409"), (at_the_end_of_the_window, "409")];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn more_time_is_refused_for_role_claim_state_and_moment_and_then_for_its_date() {
    fn to_an_earlier_day(case: &mut Case) {
        case.command = Command::Extend { closes_on: Some("2026-12-30".parse().unwrap()) };
    }
    fn used(case: &mut Case) {
        case.claim().extended = true;
    }
    let far = Command::Extend { closes_on: Some("2027-02-01".parse().unwrap()) };
    let case = Case::of(Given::awaiting(), far, operator(), delivered_at());
    let chain: [Obstacle; 4] = [
        (by_a_reviewer, "403"),
        (over, "409"),
        (at_the_end_of_the_window, "409"),
        (to_an_earlier_day, "422 /closes_on not-later"),
    ];
    is_answered_in_this_order(&case, &chain);
    let more = Command::Extend { closes_on: None };
    let case = Case::of(Given::awaiting(), more, administrator(), delivered_at());
    let chain: [Obstacle; 5] = [
        (by_an_auditor, "403"),
        (by_another_tenant, "404"),
        (over, "409"),
        (at_the_end_of_the_window, "409"),
        (used, "409"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn a_dispute_is_judged_in_its_state_and_then_by_somebody_else() {
    fn by_who_rejected(case: &mut Case) {
        case.context.actor = reviewer();
        let State::Disputed { rejection, .. } = &mut case.claim().state else { return };
        *rejection = RejectionRecord {
            by: Some(StaffId::parse("reviewer").unwrap()),
            reasons: rejection.reasons.clone(),
        };
    }
    for kind in [CommandKind::Uphold, CommandKind::Overturn] {
        let (command, actor) = of_kind(kind).unwrap();
        let case = Case::of(given_in(Status::Disputed), command, actor, delivered_at());
        let chain: [Obstacle; 3] = [
            (by_an_auditor, "403"),
            (over, "409"),
            (by_who_rejected, "another reviewer is required"),
        ];
        is_answered_in_this_order(&case, &chain);
    }
}

#[test]
fn a_link_is_retired_after_the_first_notice_with_all_its_fields_and_by_somebody_else() {
    fn of_nobody_and_without_a_word(case: &mut Case) {
        case.command = Command::RetireLink { recipient: 23, comment: None };
    }
    let given = Given::awaiting_of(&["it@contoso.example", "ciso@contoso.example"]);
    let case = Case::of(given, retire(SECOND), operator(), delivered_at());
    let chain: [Obstacle; 5] = [
        (by_a_reviewer, "403"),
        (by_another_tenant, "404"),
        (before_the_first_notice, "409"),
        (of_nobody_and_without_a_word, "422 /comment required, /recipient recipient-unknown"),
        (own_work, "another reviewer is required"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn a_no_is_refused_for_role_claim_and_a_notice_that_never_was_and_then_for_its_items() {
    fn of_another_item(case: &mut Case) {
        case.command = decline(&[1, 9]);
    }
    let case = Case::of(Given::awaiting(), decline(&[1]), link(), delivered_at());
    let chain: [Obstacle; 5] = [
        (by_an_auditor, "403"),
        (by_a_link_of_a_later_notice, "404"),
        (by_another_tenant, "404"),
        (before_the_first_notice_for_the_administrator, "409"),
        (of_another_item, "422 /items/1 item-unknown"),
    ];
    is_answered_in_this_order(&case, &chain);
}

/// Nobody has a link before the first notice.
fn before_the_first_notice_for_the_administrator(case: &mut Case) {
    before_the_first_notice(case);
    case.context.actor = administrator();
}

#[test]
fn a_yes_is_refused_for_role_claim_state_and_moment_and_then_for_its_items_and_the_partner() {
    fn of_another_item(case: &mut Case) {
        case.command = Command::Accept { items: these(&[9]) };
    }
    let yes = Command::Accept { items: these(&[1]) };
    let case = Case::of(Given::awaiting(), yes, administrator(), delivered_at());
    let chain: [Obstacle; 6] = [
        (by_the_system, "403"),
        (by_another_tenant, "404"),
        (over, "409"),
        (at_the_end_of_the_window, "409"),
        (of_another_item, "422 /items/0 item-unknown"),
        (suspended, "409"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn an_undo_is_refused_for_role_claim_state_and_moment_and_then_for_its_items_and_the_partner() {
    fn by_a_link_that_nobody_verified(case: &mut Case) {
        case.context.actor = link_of(1, DOMAIN);
    }
    fn of_another_item(case: &mut Case) {
        case.command = undo(&[9]);
    }
    let given = Given::awaiting().then(&decline(&[1]), link(), delivered_at());
    let later = delivered_at() + Duration::hours(1);
    let case = Case::of(given, undo(&[1]), link(), later);
    let chain: [Obstacle; 7] = [
        (by_the_system, "403"),
        (by_a_link_of_a_later_notice, "404"),
        (over, "409"),
        (at_the_end_of_the_window, "409"),
        (by_a_link_that_nobody_verified, "409"),
        (of_another_item, "422 /items/0 item-unknown"),
        (suspended, "409"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn the_wrong_person_is_refused_for_role_claim_and_link_and_then_for_the_moment() {
    fn by_a_retired_link(case: &mut Case) {
        let recipients = case.context.facts.recipients.as_mut().expect("a notice");
        for own in recipients.list.recipients.iter_mut().filter(|own| own.no == FIRST) {
            own.standing = domain::recipient::RecipientStanding::Retired;
        }
    }
    let case = Case::of(Given::awaiting(), Command::WrongContact, link(), delivered_at());
    let chain: [Obstacle; 4] = [
        (by_an_auditor, "403"),
        (by_a_link_of_a_later_notice, "404"),
        (by_a_retired_link, "the link is retired"),
        (at_the_end_of_the_window, "409"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn an_end_is_refused_for_role_claim_and_item_and_then_for_its_comment() {
    fn of_another_item(case: &mut Case) {
        case.command = Command::End { item: ItemNo(9), comment: None, motive: None };
    }
    fn without_a_word(case: &mut Case) {
        case.command = Command::End { item: ItemNo(1), comment: None, motive: None };
    }
    let case = Case::of(Given::associated(), end(1), alpine(), after_grace());
    let chain: [Obstacle; 4] = [
        (by_a_user, "403"),
        (by_another_partner, "404"),
        (of_another_item, "404"),
        (without_a_word, "422 /comment required, /reason_code required"),
    ];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn an_erasure_is_refused_for_its_role_and_then_while_something_can_come() {
    fn that_waits(case: &mut Case) {
        case.claim().state = State::Submitted { due_at: None };
    }
    let case = Case::of(given_in(Status::Declined), Command::Erase, operator(), after_grace());
    let chain: [Obstacle; 3] =
        [(by_a_reviewer, "403"), (that_waits, "409"), (at_the_end_of_the_window, "409")];
    is_answered_in_this_order(&case, &chain);
}

#[test]
fn a_rule_of_the_customer_is_refused_for_role_and_claim_alone_and_changes_nothing_that_is_over() {
    let case = Case::of(Given::awaiting(), Command::ChangeConsent, administrator(), delivered_at());
    let chain: [Obstacle; 3] =
        [(by_an_auditor, "403"), (by_another_tenant, "404"), (over, "nothing")];
    is_answered_in_this_order(&case, &chain);
}

// Of every command

/// In which test the chain of a command stands; `None`: the system alone gives it, and nobody is answered. A new command
/// does not compile without.
fn chain_of(kind: CommandKind) -> Option<&'static str> {
    Some(match kind {
        CommandKind::Draft => {
            "a_draft_is_refused_for_its_role_then_for_all_its_fields_and_then_for_the_quota_of_drafts"
        }
        CommandKind::Submit => {
            "a_submit_is_refused_for_its_fields_then_a_duplicate_a_block_and_the_quota"
        }
        CommandKind::Edit => "an_edit_is_refused_for_its_state_and_then_for_all_its_fields",
        CommandKind::AddEvidence => "added_evidence_is_refused_for_its_state_and_then_for_its_date",
        CommandKind::Recall
        | CommandKind::Discard
        | CommandKind::Respond
        | CommandKind::Withdraw
        | CommandKind::Resend
        | CommandKind::Dispute => {
            "what_the_partner_does_by_itself_is_refused_for_role_claim_state_and_moment"
        }
        CommandKind::Reject | CommandKind::RequestInformation => {
            "reasons_are_judged_after_the_state"
        }
        CommandKind::BeginReview => "a_review_is_begun_by_its_role_and_in_its_state",
        CommandKind::Validate => "a_validation_is_refused_in_the_order_of_the_contract",
        CommandKind::Vouch => {
            "vouching_is_refused_for_state_and_policy_and_then_for_all_its_fields"
        }
        CommandKind::RefuseContact => "a_proposed_contact_is_refused_in_its_state_only",
        CommandKind::CorrectContact => {
            "a_corrected_contact_is_refused_in_the_order_of_the_contract"
        }
        CommandKind::Resume => "a_resume_is_refused_in_the_order_of_the_contract",
        CommandKind::Hold => "a_hold_is_refused_for_role_state_and_moment",
        CommandKind::Extend => {
            "more_time_is_refused_for_role_claim_state_and_moment_and_then_for_its_date"
        }
        CommandKind::Uphold | CommandKind::Overturn => {
            "a_dispute_is_judged_in_its_state_and_then_by_somebody_else"
        }
        CommandKind::RetireLink => {
            "a_link_is_retired_after_the_first_notice_with_all_its_fields_and_by_somebody_else"
        }
        CommandKind::Decline => {
            "a_no_is_refused_for_role_claim_and_a_notice_that_never_was_and_then_for_its_items"
        }
        CommandKind::Accept => {
            "a_yes_is_refused_for_role_claim_state_and_moment_and_then_for_its_items_and_the_partner"
        }
        CommandKind::Undo => {
            "an_undo_is_refused_for_role_claim_state_and_moment_and_then_for_its_items_and_the_partner"
        }
        CommandKind::WrongContact => {
            "the_wrong_person_is_refused_for_role_claim_and_link_and_then_for_the_moment"
        }
        CommandKind::End => "an_end_is_refused_for_role_claim_and_item_and_then_for_its_comment",
        CommandKind::Erase => {
            "an_erasure_is_refused_for_its_role_and_then_while_something_can_come"
        }
        CommandKind::ChangeConsent => {
            "a_rule_of_the_customer_is_refused_for_role_and_claim_alone_and_changes_nothing_that_is_over"
        }
        CommandKind::ApplyReports
        | CommandKind::RecordScan
        | CommandKind::Recount
        | CommandKind::RequestDefence
        | CommandKind::Supersede
        | CommandKind::Vanish
        | CommandKind::DeadlinePassed => return None,
    })
}

#[test]
fn every_command_that_anybody_but_the_system_gives_has_its_chain() {
    let source = include_str!("order.rs");
    for kind in CommandKind::ALL {
        let is_of_people = kind.table_row().who.iter().any(|party| *party != actor::Party::System);
        let chain = chain_of(*kind);
        assert_eq!(chain.is_some(), is_of_people, "{kind:?}");
        let Some(name) = chain else { continue };
        let test = source.split_once(&format!("#[test]\nfn {name}()"));
        let body = test.and_then(|(_, rest)| rest.split_once("\n}\n")).expect(name).0;
        assert!(body.contains("is_answered_in_this_order("), "{name}");
        let named = format!("{kind:?}").to_lowercase();
        assert!(body.to_lowercase().contains(&named), "{name} is of no {kind:?}");
    }
}

/// Somebody whom the table does not name for the command.
fn not_named(kind: CommandKind) -> Vec<Actor> {
    let user = Actor::Partner { id: partner().id, admin: false, person: None };
    let auditor = Actor::Staff { id: StaffId::parse("auditor").unwrap(), role: StaffRole::Auditor };
    let everybody = [
        user,
        alpine(),
        auditor,
        reviewer(),
        operator(),
        administrator(),
        link_of(9, RecipientNo(9)),
        Actor::System,
    ];
    let named = |actor: &Actor| {
        kind.table_row().who.iter().any(|party: &actor::Party| party.includes(actor))
    };
    everybody.into_iter().filter(|actor| !named(actor)).collect()
}

#[test]
fn whoever_the_table_does_not_name_is_refused_first_whatever_else_stands_against_the_command() {
    let (claims, world) = (in_every_status(), context(Actor::System, much_later()));
    for kind in CommandKind::ALL {
        let (command, _) = of_kind(*kind).unwrap();
        let others = not_named(*kind);
        assert!(!others.is_empty(), "{kind:?}");
        for actor in others {
            let context = Context { actor, ..world.clone() };
            for claim in claims.iter().map(Some).chain([None]) {
                let refused = decide(claim, &command, &context);
                assert_eq!(refused, Err(Rejection::RoleNotAllowed), "{kind:?}: {context:?}");
            }
        }
    }
}

fn in_every_status() -> Vec<Claim> {
    Status::ALL.iter().copied().map(in_status).collect()
}

fn much_later() -> Instant {
    at("2029-03-01T09:00:00Z")
}

#[test]
fn somebody_elses_claim_is_not_there_whatever_its_state() {
    let stranger = |actor: &Actor| match actor {
        Actor::Partner { .. } => Some(Actor::Partner {
            id: PartnerId::parse("p-other").unwrap(),
            admin: true,
            person: None,
        }),
        Actor::CustomerAdmin { .. } => Some(Actor::CustomerAdmin {
            tenant: TenantId::parse("6f3c0000-0000-4000-8000-000000000002").unwrap(),
            person: None,
        }),
        Actor::CustomerLink { .. } => Some(link_of(9, FIRST)),
        Actor::CustomerContact { contact, .. } => Some(Actor::CustomerContact {
            tenant: TenantId::parse("6f3c0000-0000-4000-8000-000000000002").unwrap(),
            contact: *contact,
        }),
        Actor::Staff { .. } | Actor::System => None,
    };
    let (claims, world) = (in_every_status(), context(Actor::System, much_later()));
    for kind in CommandKind::ALL {
        let (command, actor) = of_kind(*kind).unwrap();
        let Some(actor) = stranger(&actor) else { continue };
        let context = Context { actor, ..world.clone() };
        for claim in &claims {
            let refused = decide(Some(claim), &command, &context);
            assert_eq!(refused, Err(Rejection::NotFound), "{kind:?} in {:?}", claim.status());
        }
    }
}

#[test]
fn a_state_that_does_not_take_a_command_is_answered_before_its_arguments() {
    let claims = in_every_status();
    let mut world = context(Actor::System, delivered_at());
    world.facts.partner = None;
    world.facts.blocked = item_refs();
    for kind in CommandKind::ALL {
        let (command, actor) = of_kind(*kind).unwrap();
        let context = Context { actor, ..world.clone() };
        for claim in claims.iter().filter(|claim| !is_allowed_in(*kind, claim.status())) {
            let refused = decide(Some(claim), &command, &context);
            let status = claim.status();
            let expected = Rejection::InvalidState { status, command: *kind, possible: Vec::new() };
            assert_eq!(without_possible(refused), Err(expected), "{kind:?} in {status:?}");
        }
    }
}

#[test]
fn nothing_but_a_draft_and_a_submit_is_done_without_a_claim() {
    for kind in CommandKind::ALL {
        let (command, actor) = of_kind(*kind).unwrap();
        let decided = decide(None, &command, &context(actor, submitted_at()));
        if *kind == CommandKind::Draft {
            assert!(decided.unwrap().is_some());
        } else {
            assert_eq!(decided, Err(Rejection::NotFound), "{kind:?}");
        }
    }
}
