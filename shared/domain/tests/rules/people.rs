//! Nobody slips through: partner, location and block are looked at again, two people bring a claim to a contact
//! that is new, and a contact that is not verified any more is off the list. Operator in Prague, partner in
//! Berlin, customer in Lisbon.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::actor::{Actor, StaffRole};
use domain::calendar::{BusinessCalendar, CountryCode, UnknownSubdivision, Zone};
use domain::claim::{Claim, CustomerContact, HoldReason, PartnerContact, State, Status};
use domain::command::{
    ClaimInput, Command, CommandKind, Creation, DeclaredEvidence, DirectoryLoss, ItemSelection,
};
use domain::context::{Context, Facts, LocalCalendar, LocalCalendars};
use domain::decide::{awaits_close, contacts_loss, enrolment_loss, is_lost_before};
use domain::directory::{Partner, PartnerStatus, Tenant, TenantContact};
use domain::effects::newly_blocked;
use domain::event::{Event, EventBody, FailureCause};
use domain::ids::{ClaimId, ItemId, ItemNo, PartnerId, ProgramId, Sha256Hash, StaffId};
use domain::program::{ItemKind, Policy, Program};
use domain::reason::EndReason;
use domain::recipient::{
    DeliveryFailure, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients, Reports,
};
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::rules::RuleContact;
use domain::text::{Comment, Domain, Email, Name};
use domain::{decide, evolve};
use serde_json::json;

use crate::given::without_possible;

type Instant = DateTime<Utc>;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Tuesday, when the claim is submitted.
fn submitted_at() -> Instant {
    at("2026-11-03T09:00:00Z")
}

fn validated_at() -> Instant {
    submitted_at() + Duration::hours(2)
}

fn delivered_at() -> Instant {
    submitted_at() + Duration::hours(3)
}

fn staff(name: &str) -> StaffId {
    StaffId::parse(name).unwrap()
}

fn operator(name: &str) -> Actor {
    Actor::Staff { id: staff(name), role: StaffRole::Operator }
}

fn reviewer(name: &str) -> Actor {
    Actor::Staff { id: staff(name), role: StaffRole::Reviewer }
}

fn partner_admin() -> Actor {
    Actor::Partner { id: PartnerId::parse("p-spree").unwrap(), admin: true, person: None }
}

fn administrator() -> Actor {
    Actor::CustomerAdmin { tenant: tenant(&["it@tejo.example"]).id, person: None }
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn comment() -> Comment {
    Comment::parse("Because.").unwrap()
}

fn contact(address: &str) -> CustomerContact {
    CustomerContact { name: name("Inês"), title: name("CIO"), email: email(address) }
}

fn place(country: &str, zone: &str) -> LocalCalendar {
    let country: CountryCode = country.parse().unwrap();
    LocalCalendar {
        calendar: BusinessCalendar::new(country, None, UnknownSubdivision::Any).unwrap(),
        zone: Zone::Known(zone.parse().unwrap()),
    }
}

fn program() -> Program {
    serde_json::from_value(json!({
        "id": "osu-m365", "name": "Online Services Usage", "status": "open", "family": "osu-m365",
        "item_kind": "workload", "activities": ["usage"], "policy_version": 1, "policy": {},
        "catalogue": ["exchange-online", "teams"],
    }))
    .unwrap()
}

fn partner() -> Partner {
    serde_json::from_value(json!({
        "id": "p-spree", "name": "Spree Cloud", "status": "active",
        "locations": [{"id": "4711", "programs": ["osu-m365"]}],
        "country": "DE", "time_zone": "Europe/Berlin",
        "daily_claim_quota": 100, "open_claim_quota": 100,
    }))
    .unwrap()
}

/// A tenant with these verified contacts, all from its first entry.
fn tenant(verified: &[&str]) -> Tenant {
    let item = |id: &str| json!({"kind": "workload", "id": id, "product": id, "claimable": true, "state": "active"});
    let contact = |email: &&str| json!({"name": "IT", "email": email, "verified": true});
    let contacts: Vec<_> = verified.iter().map(contact).collect();
    serde_json::from_value(json!({
        "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Tejo", "status": "active",
        "domains": ["tejo.example"], "country": "PT", "subdivision": null,
        "time_zone": "Europe/Lisbon", "locale": "pt", "closures": [],
        "contacts": contacts,
        "items": [item("exchange-online"), item("teams")],
    }))
    .unwrap()
}

/// The tenant after `by` made one more address verified.
fn with_contact(before: &Tenant, address: &str, by: &str, since: Instant) -> Tenant {
    let mut next = before.clone();
    next.contacts.retain(|own| own.email != email(address));
    next.contacts.push(TenantContact {
        name: name("New"),
        email: email(address),
        verified: true,
        verified_since: None,
        verified_by: None,
    });
    next.stamp_changes(Some(before), &staff(by), since)
}

/// The tenant with an address that nobody has verified any more.
fn without_contact(before: &Tenant, address: &str) -> Tenant {
    let mut next = before.clone();
    next.contacts.retain(|own| own.email != email(address));
    next.stamp_changes(Some(before), &staff("otto"), submitted_at())
}

/// The tenant after `by` gave it one more domain.
fn with_domain(before: &Tenant, domain: &str, by: &str, since: Instant) -> Tenant {
    let mut next = before.clone();
    next.domains.insert(Domain::parse(domain).unwrap());
    next.stamp_changes(Some(before), &staff(by), since)
}

fn suspended(since: Instant) -> Partner {
    let next = Partner { status: PartnerStatus::Suspended, ..partner() };
    next.stamp_changes(Some(&partner()), since)
}

fn not_enrolled(since: Instant) -> Partner {
    let mut next = partner();
    next.locations.iter_mut().for_each(|own| own.programs.clear());
    next.stamp_changes(Some(&partner()), since)
}

fn input(customer: &str) -> ClaimInput {
    let item = |id: &str| Some((ItemKind::Workload, ItemId::parse(id).unwrap()));
    ClaimInput {
        program: Some(program().id),
        activity: program().activities.first().cloned(),
        location: partner().locations.first().map(|location| location.id.clone()),
        tenant: Some(tenant(&[]).id),
        tenant_domain: Some(Domain::parse("tejo.example").unwrap()),
        items: vec![item("exchange-online"), item("teams")],
        customer_contact: Some(contact(customer)),
        technical_contact: None,
        partner_contact: Some(PartnerContact {
            name: name("Uwe"),
            email: email("uwe@spree.example"),
        }),
        label: None,
        external_ref: None,
        renews: None,
        evidence: vec![Some(DeclaredEvidence {
            name: name("sow.pdf"),
            sha256: Sha256Hash([7; 32]),
            acknowledged_on: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        })],
    }
}

/// A claim, and the world as it is for the next command.
#[derive(Debug, Clone)]
struct Story {
    claim: Option<Claim>,
    partner: Partner,
    tenant: Tenant,
    blocked: Vec<usize>,
    list: Option<RecipientList>,
    reports: Reports,
}

impl Story {
    /// A claim with that contact, submitted.
    fn submitted(tenant: Tenant, customer: &str) -> Self {
        let mut story = Self {
            claim: None,
            partner: partner(),
            tenant,
            blocked: vec![],
            list: None,
            reports: Reports::default(),
        };
        let id = ClaimId::of(&partner().id, "key");
        let creation = Creation { id, input: input(customer), malformed: vec![] };
        story.does(&Command::Submit(Some(Box::new(creation))), partner_admin(), submitted_at());
        story
    }

    fn in_review(tenant: Tenant, customer: &str) -> Self {
        let mut story = Self::submitted(tenant, customer);
        story.does(&Command::BeginReview, reviewer("rita"), submitted_at() + Duration::hours(1));
        story
    }

    /// Validated by rita.
    fn notifying(tenant: Tenant, customer: &str) -> Self {
        let mut story = Self::in_review(tenant, customer);
        story.does(&validate(), reviewer("rita"), validated_at());
        story
    }

    /// The window is open by a delivery to the first who may open it.
    fn awaiting(tenant: Tenant, customer: &str) -> Self {
        let mut story = Self::notifying(tenant, customer);
        let may_open =
            |list: &RecipientList| list.recipients.iter().find(|own| own.may_open()).cloned();
        let opener = story.list.as_ref().and_then(may_open).unwrap();
        story.delivered(opener.email.as_str(), delivered_at());
        story.does(&story.reported(), Actor::System, delivered_at());
        story
    }

    fn unreachable() -> Self {
        let mut story = Self::notifying(tenant(&["it@tejo.example"]), "it@tejo.example");
        story.failed("it@tejo.example", delivered_at());
        story.does(&story.reported(), Actor::System, delivered_at());
        assert_eq!(story.status(), Status::Unreachable);
        story
    }

    fn on_hold() -> Self {
        let mut story = Self::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example");
        story.does(&hold(), operator("olga"), delivered_at() + Duration::hours(1));
        story
    }

    fn claim(&self) -> &Claim {
        self.claim.as_ref().unwrap()
    }

    fn status(&self) -> Status {
        self.claim().status()
    }

    fn closes_at(&self) -> Instant {
        self.claim().state.window().unwrap().closes_at
    }

    fn reported(&self) -> Command {
        Command::ApplyReports { notice: self.claim().notice }
    }

    fn no(&self, address: &str) -> RecipientNo {
        self.list.as_ref().unwrap().find_recipient(&email(address)).unwrap().no
    }

    fn delivered(&mut self, address: &str, at: Instant) {
        let no = self.no(address);
        let report = self.reports.report_mut(no);
        (report.sent, report.delivered_at) = (true, Some(at));
    }

    fn failed(&mut self, address: &str, at: Instant) {
        let no = self.no(address);
        self.reports.report_mut(no).failure =
            Some(DeliveryFailure { at, cause: FailureCause::Bounce });
    }

    fn context(&self, actor: Actor, at: Instant) -> Context {
        let blocked = self.blocked.iter().map(|item| {
            let claim = self.claim();
            claim.item_ref(claim.items.get(*item).unwrap())
        });
        let recipients =
            self.list.clone().map(|list| Recipients { list, reports: self.reports.clone() });
        Context {
            at,
            actor,
            policy: Policy::default(),
            places: LocalCalendars {
                operator: place("CZ", "Europe/Prague"),
                partner: Some(place("DE", "Europe/Berlin")),
                customer: Some(place("PT", "Europe/Lisbon")),
                customer_at_end: None,
            },
            facts: Facts {
                partner: Some(self.partner.clone()),
                tenant: Some(self.tenant.clone()),
                program: Some(program()),
                blocked: blocked.collect(),
                recipients,
                ..Facts::default()
            },
        }
    }

    fn decides(
        &self,
        command: &Command,
        actor: Actor,
        at: Instant,
    ) -> Result<Option<Event>, Rejection> {
        let decision = decide(self.claim.as_ref(), command, &self.context(actor, at));
        if let Ok(Some(event)) = &decision {
            let made = event.body.event_type();
            assert!(command.kind().table_row().makes.contains(&made), "{command:?} made {made:?}");
        }
        decision
    }

    fn refused(&self, command: &Command, actor: Actor, at: Instant) -> Rejection {
        without_possible(self.decides(command, actor, at)).unwrap_err()
    }

    /// The claim after a command that must lead to an event.
    fn does(&mut self, command: &Command, actor: Actor, at: Instant) -> EventBody {
        let event = self.decides(command, actor, at).unwrap().expect("an event");
        self.claim = Some(evolve(self.claim.clone(), &event).unwrap());
        if let Some(list) = event.recipients {
            if self.list.as_ref().is_none_or(|own| own.notice != list.notice) {
                self.reports = Reports::default();
            }
            self.list = Some(*list);
        }
        event.body
    }

    /// Whom the notice of the list goes to, at once or at half time.
    fn reached(&self) -> Vec<String> {
        let goes_to = |own: &&Recipient| {
            matches!(own.standing, RecipientStanding::Asked | RecipientStanding::Reserve)
        };
        let recipients = self.list.iter().flat_map(|list| &list.recipients);
        recipients.filter(goes_to).map(|own| own.email.as_str().to_owned()).collect()
    }
}

fn validate() -> Command {
    Command::Validate { drop: vec![], comment: None }
}

fn vouch() -> Command {
    Command::Vouch { comment: Some(comment()) }
}

fn hold() -> Command {
    Command::Hold { comment: comment() }
}

fn correct(address: &str) -> Command {
    Command::CorrectContact { contact: contact(address), comment: None }
}

fn items(numbers: &[u8]) -> ItemSelection {
    ItemSelection::These(numbers.iter().map(|no| ItemNo(*no)).collect())
}

fn decline() -> Command {
    Command::Decline { items: ItemSelection::All, motive: None }
}

fn field(pointer: &str, code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new(pointer, code).of_claim()])
}

fn invalid(status: Status, command: CommandKind) -> Rejection {
    Rejection::InvalidState { status, command, possible: Vec::new() }
}

/// The worlds in which a partner may claim nothing, with what staff and partner are told.
fn objections(story: &Story, since: Instant) -> Vec<(Story, Rejection)> {
    let both = Partner { locations: not_enrolled(since).locations, ..suspended(since) };
    let both_codes = Rejection::Fields(vec![
        FieldError::new("", FieldCode::PartnerSuspended).of_claim(),
        FieldError::new("/location_id", FieldCode::LocationNotEnrolled).of_claim(),
    ]);
    let world = |partner| Story { partner, ..story.clone() };
    vec![
        (world(suspended(since)), field("", FieldCode::PartnerSuspended)),
        (world(not_enrolled(since)), field("/location_id", FieldCode::LocationNotEnrolled)),
        (world(both), both_codes),
        (
            Story { blocked: vec![1], ..story.clone() },
            Rejection::BlockedByCustomer { items: vec![ItemNo(2)] },
        ),
    ]
}

#[test]
fn nobody_corrects_the_contact_of_a_partner_that_may_not_claim_any_more() {
    let mut story = Story::unreachable();
    story.tenant =
        with_contact(&story.tenant, "rui@tejo.example", "otto", at("2026-10-01T09:00:00Z"));
    let (command, later) = (correct("rui@tejo.example"), delivered_at() + Duration::hours(1));
    for (world, refusal) in objections(&story, later) {
        assert_eq!(world.refused(&command, partner_admin(), later), refusal);
        assert_eq!(world.refused(&command, operator("olga"), later), refusal);
    }
    story.does(&command, partner_admin(), later);
    assert_eq!(story.status(), Status::Notifying);
}

#[test]
fn a_contact_is_not_even_proposed_for_a_partner_that_may_not_claim_any_more() {
    let story = Story::unreachable();
    let (command, later) = (correct("rui@tejo.example"), delivered_at() + Duration::hours(1));
    for (world, refusal) in objections(&story, later) {
        assert_eq!(world.refused(&command, partner_admin(), later), refusal);
    }
}

#[test]
fn nobody_resumes_a_claim_of_a_partner_that_may_not_claim_any_more() {
    let mut story = Story::on_hold();
    let later = delivered_at() + Duration::days(1);
    for (world, refusal) in objections(&story, later) {
        assert_eq!(world.refused(&Command::Resume, operator("olga"), later), refusal);
    }
    story.does(&Command::Resume, operator("olga"), later);
    assert_eq!(story.status(), Status::Notifying);
}

#[test]
fn a_customer_takes_back_no_no_to_a_partner_that_may_not_claim_any_more() {
    let mut story = Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example");
    let (said, later) = (delivered_at() + Duration::hours(1), delivered_at() + Duration::hours(2));
    story.does(&decline(), administrator(), said);
    let undo = Command::Undo { items: ItemSelection::All };
    for (world, _) in objections(&story, later) {
        let refusal = invalid(Status::Declined, CommandKind::Undo);
        assert_eq!(world.refused(&undo, administrator(), later), refusal);
    }
    // The block is on the second item.
    let blocked = Story { blocked: vec![1], ..story.clone() };
    let first = Command::Undo { items: items(&[1]) };
    assert!(blocked.decides(&first, administrator(), later).unwrap().is_some());
    story.does(&undo, administrator(), later);
    assert_eq!(story.status(), Status::AwaitingCustomer);
}

#[test]
fn a_customers_yes_does_not_help_a_partner_that_may_not_claim_any_more() {
    let mut story = Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example");
    let (accept, later) =
        (Command::Accept { items: ItemSelection::All }, delivered_at() + Duration::hours(1));
    for (world, _) in objections(&story, later) {
        let refusal = invalid(Status::AwaitingCustomer, CommandKind::Accept);
        assert_eq!(world.refused(&accept, administrator(), later), refusal);
    }
    let blocked = Story { blocked: vec![1], ..story.clone() };
    let first = Command::Accept { items: items(&[1]) };
    assert!(blocked.decides(&first, administrator(), later).unwrap().is_some());
    story.does(&accept, administrator(), later);
    assert_eq!(story.status(), Status::Associated);
}

#[test]
fn a_proof_of_delivery_opens_no_window_for_a_partner_that_may_not_claim_any_more() {
    let mut story = Story::notifying(tenant(&["it@tejo.example"]), "it@tejo.example");
    story.delivered("it@tejo.example", delivered_at());
    let worlds = objections(&story, delivered_at()).into_iter().map(|(world, _)| world);
    let reasons = [
        HoldReason::PartnerSuspended,
        HoldReason::NotEnrolled,
        HoldReason::PartnerSuspended,
        HoldReason::NotEnrolled,
    ];
    for (mut world, reason) in worlds.zip(reasons) {
        let body = world.does(&world.reported(), Actor::System, delivered_at());
        assert_eq!(body, EventBody::Held { reason: Some(reason) });
        // The customer's no still counts.
        world.does(&decline(), administrator(), delivered_at() + Duration::hours(1));
        assert_eq!(world.status(), Status::Declined);
    }
    story.does(&story.reported(), Actor::System, delivered_at());
    assert_eq!(story.status(), Status::AwaitingCustomer);
}

#[test]
fn a_block_on_an_item_that_is_declined_already_holds_nothing() {
    let mut story = Story::notifying(tenant(&["it@tejo.example"]), "it@tejo.example");
    story.does(
        &Command::Decline { items: items(&[2]), motive: None },
        administrator(),
        validated_at(),
    );
    story.delivered("it@tejo.example", delivered_at());
    story.blocked = vec![1];
    story.does(&story.reported(), Actor::System, delivered_at());
    assert_eq!(story.status(), Status::AwaitingCustomer);
}

#[test]
fn a_changed_partner_has_everything_held_that_waits_for_the_customer() {
    let since = delivered_at() + Duration::hours(1);
    let stories = [
        Story::notifying(tenant(&["it@tejo.example"]), "it@tejo.example"),
        Story::unreachable(),
        Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example"),
    ];
    let losses = [
        (suspended(since), DirectoryLoss::Partner, HoldReason::PartnerSuspended),
        (not_enrolled(since), DirectoryLoss::Enrolment, HoldReason::NotEnrolled),
    ];
    for story in &stories {
        assert_eq!(enrolment_loss(story.claim(), &partner()), None);
        for (partner, lost, reason) in &losses {
            let mut world = Story { partner: partner.clone(), ..story.clone() };
            assert_eq!(enrolment_loss(world.claim(), partner), Some(lost.clone()));
            world.does(&Command::Vanish(lost.clone()), Actor::System, since);
            assert_eq!(world.claim().state, State::OnHold { reason: Some(*reason) });
            assert_eq!(enrolment_loss(world.claim(), partner), None);
        }
    }
}

#[test]
fn a_window_that_has_ended_is_not_held_any_more() {
    let mut story = Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example");
    let vanish = Command::Vanish(DirectoryLoss::Partner);
    let end = story.closes_at();
    story.partner = suspended(end - Duration::hours(1));
    assert_eq!(story.decides(&vanish, Actor::System, end), Ok(None));
    // Silence makes it active first; a window that had ended before the loss is none of the sweep's.
    assert_eq!(enrolment_loss(story.claim(), &story.partner), Some(DirectoryLoss::Partner));
    assert_eq!(enrolment_loss(story.claim(), &suspended(end)), None);
    assert!(awaits_close(story.claim(), end));
    let last = end - Duration::milliseconds(1);
    assert!(!awaits_close(story.claim(), last));
    assert!(story.decides(&vanish, Actor::System, last).unwrap().is_some());
}

/// The claim after its window closed in silence.
fn closed(mut story: Story) -> Story {
    let grace = story.closes_at() + Duration::seconds(120);
    story.does(&Command::DeadlinePassed, Actor::System, grace);
    story
}

#[test]
fn what_silence_made_active_after_the_loss_ends_without_a_block() {
    let story = closed(Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example"));
    let end = story.closes_at();
    let (since, swept_at) = (end - Duration::milliseconds(1), end + Duration::hours(1));
    for (partner, lost) in [
        (suspended(since), DirectoryLoss::Partner),
        (not_enrolled(since), DirectoryLoss::Enrolment),
    ] {
        let mut world = Story { partner: partner.clone(), ..story.clone() };
        assert_eq!(enrolment_loss(world.claim(), &partner), Some(lost.clone()));
        let before = world.claim().clone();
        let body = world.does(&Command::Vanish(lost.clone()), Actor::System, swept_at);
        let EventBody::AssociationEnded { items, reason, at } = body else { panic!() };
        assert_eq!((items.len(), reason, at), (2, EndReason::NotEnrolled, swept_at));
        assert_eq!(world.status(), Status::Ended);
        assert_eq!(newly_blocked(Some(&before), world.claim()), []);
        assert_eq!(enrolment_loss(world.claim(), &partner), None);
        assert_eq!(world.decides(&Command::Vanish(lost), Actor::System, swept_at), Ok(None));
    }
}

#[test]
fn what_begins_at_the_moment_of_a_loss_or_before_it_begins_with_right() {
    let story = closed(Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example"));
    let since = story.closes_at();
    for partner in [suspended(since), not_enrolled(since)] {
        let lost = |at| is_lost_before(story.claim(), &partner, at);
        assert!(!lost(since) && lost(since + Duration::milliseconds(1)));
    }
    let back = partner().stamp_changes(Some(&not_enrolled(since)), since + Duration::hours(1));
    assert!(!is_lost_before(story.claim(), &back, since + Duration::hours(2)), "it has it again");
}

#[test]
fn what_silence_made_active_before_the_loss_stays() {
    let story = closed(Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example"));
    let end = story.closes_at();
    for since in [end, end + Duration::hours(1)] {
        let world = Story { partner: suspended(since), ..story.clone() };
        assert_eq!(enrolment_loss(world.claim(), &world.partner), None);
        let vanish = Command::Vanish(DirectoryLoss::Partner);
        assert_eq!(world.decides(&vanish, Actor::System, end + Duration::hours(2)), Ok(None));
    }
}

#[test]
fn what_silence_made_active_stays_with_a_partner_that_may_claim_again() {
    let mut story = closed(Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example"));
    let since = story.closes_at() - Duration::hours(1);
    let again = partner().stamp_changes(Some(&suspended(since)), story.closes_at());
    story.partner = again;
    let vanish = Command::Vanish(DirectoryLoss::Partner);
    let swept_at = story.closes_at() + Duration::hours(1);
    assert_eq!(story.decides(&vanish, Actor::System, swept_at), Ok(None));
}

#[test]
fn what_the_customer_said_yes_to_stays_when_the_partner_may_not_claim_any_more() {
    let mut story = Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example");
    let said = Command::Accept { items: items(&[1]) };
    story.does(&said, administrator(), delivered_at() + Duration::hours(1));
    let mut story = closed(story);
    let since = story.closes_at() - Duration::hours(1);
    story.partner = suspended(since);
    let vanish = Command::Vanish(DirectoryLoss::Partner);
    let body = story.does(&vanish, Actor::System, story.closes_at() + Duration::hours(1));
    let EventBody::AssociationEnded { items, .. } = body else { panic!() };
    assert_eq!(items, [ItemNo(2)]);
    assert_eq!(story.status(), Status::Associated);
}

#[test]
fn a_partners_loss_bears_the_moment_at_which_it_began() {
    let (first, second) = (at("2026-11-03T09:00:00Z"), at("2026-11-04T09:00:00Z"));
    let location = partner().locations.first().unwrap().id.clone();
    let osu = ProgramId::parse("osu-m365").unwrap();
    let since = |partner: &Partner| partner.excluded_since(&location, &osu);
    assert_eq!(since(&partner()), None);
    // Put again, it is as long ago as before.
    let again = suspended(first).stamp_changes(Some(&suspended(first)), second);
    assert_eq!(since(&again), Some(first));
    let again = not_enrolled(first).stamp_changes(Some(&not_enrolled(first)), second);
    assert_eq!(since(&again), Some(first));
    // Of two losses the earlier one counts.
    let both = Partner { status: PartnerStatus::Suspended, ..not_enrolled(first) };
    assert_eq!(since(&both.stamp_changes(Some(&not_enrolled(first)), second)), Some(first));
    // What is given back is lost no more, and a later loss is a new one.
    let back = partner().stamp_changes(Some(&suspended(first)), second);
    assert_eq!((since(&back), back.suspended_since), (None, None));
    let back = partner().stamp_changes(Some(&not_enrolled(first)), second);
    assert_eq!((since(&back), back.left_programs.len()), (None, 0));
    assert_eq!(since(&suspended(second).stamp_changes(Some(&back), second)), Some(second));
}

/// A claim with a contact of the tenant's domain that otto vouches for.
fn vouched_by_otto() -> Story {
    let mut story = Story::submitted(tenant(&[]), "rui@tejo.example");
    story.does(&vouch(), operator("otto"), submitted_at() + Duration::minutes(1));
    story.does(&Command::BeginReview, reviewer("rita"), submitted_at() + Duration::hours(1));
    story
}

#[test]
fn who_vouched_does_not_validate() {
    let mut story = vouched_by_otto();
    assert_eq!(story.claim().details.vouched_by, [staff("otto")]);
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(story.refused(&validate(), operator("otto"), validated_at()), refusal);
    // However long ago it was.
    let later = validated_at() + Duration::days(30);
    assert_eq!(story.refused(&validate(), operator("otto"), later), refusal);
    story.does(&validate(), operator("olga"), validated_at());
    assert_eq!(story.reached(), ["rui@tejo.example"]);
}

#[test]
fn who_made_a_contact_verified_does_not_validate_a_claim_that_reaches_it_for_seven_days() {
    let since = validated_at() - Duration::days(7);
    let recent = since + Duration::milliseconds(1);
    let old = tenant(&["it@tejo.example"]);
    let story = |since| {
        Story::in_review(with_contact(&old, "new@tejo.example", "otto", since), "it@tejo.example")
    };
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(story(recent).refused(&validate(), operator("otto"), validated_at()), refusal);
    for (mut story, who) in [(story(recent), "olga"), (story(since), "otto")] {
        story.does(&validate(), operator(who), validated_at());
        assert_eq!(story.reached(), ["it@tejo.example", "new@tejo.example"]);
    }
}

#[test]
fn the_contact_in_reserve_needs_two_people_too_and_one_that_is_not_reached_does_not() {
    let since = validated_at() - Duration::days(1);
    let three = tenant(&["a@tejo.example", "b@tejo.example"]);
    let story =
        Story::in_review(with_contact(&three, "new@tejo.example", "otto", since), "x@tejo.example");
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(story.refused(&validate(), operator("otto"), validated_at()), refusal);
    let four = tenant(&["a@tejo.example", "b@tejo.example", "c@tejo.example"]);
    let mut story =
        Story::in_review(with_contact(&four, "new@tejo.example", "otto", since), "x@tejo.example");
    story.does(&validate(), operator("otto"), validated_at());
    assert!(!story.reached().contains(&"new@tejo.example".to_owned()));
}

#[test]
fn who_gave_the_tenant_a_domain_does_not_validate_a_claim_that_reaches_an_address_of_it() {
    let old = tenant(&["it@tejo.example"]);
    let since = validated_at() - Duration::days(7);
    let story =
        |since| Story::in_review(with_domain(&old, "tejo.test", "otto", since), "rui@tejo.test");
    let recent = story(since + Duration::milliseconds(1));
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(recent.refused(&validate(), operator("otto"), validated_at()), refusal);
    for (mut story, who) in [(recent, "olga"), (story(since), "otto")] {
        story.does(&validate(), operator(who), validated_at());
        assert_eq!(story.reached(), ["rui@tejo.test", "it@tejo.example"]);
    }
}

#[test]
fn a_contact_of_the_customers_own_rules_needs_no_second_person() {
    let since = validated_at() - Duration::days(1);
    let mut tenant = with_contact(&tenant(&["it@tejo.example"]), "new@tejo.example", "otto", since);
    let own = RuleContact { name: name("New"), email: email("NEW@tejo.example") };
    tenant.rules.contacts.push(own);
    let mut story = Story::in_review(tenant, "it@tejo.example");
    story.does(&validate(), operator("otto"), validated_at());
    assert_eq!(story.status(), Status::Notifying);
}

#[test]
fn who_made_a_contact_verified_does_not_correct_a_claims_contact_to_it() {
    let mut story = Story::unreachable();
    let later = delivered_at() + Duration::hours(2);
    story.tenant = with_contact(&story.tenant, "new@tejo.example", "otto", delivered_at());
    let command = correct("new@tejo.example");
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(story.refused(&command, operator("otto"), later), refusal);
    story.does(&command, operator("olga"), later);
    assert_eq!(story.reached(), ["new@tejo.example"]);
}

#[test]
fn who_vouched_for_a_proposed_contact_does_not_correct_to_it() {
    let mut story = Story::unreachable();
    let later = delivered_at() + Duration::hours(2);
    let command = correct("rui@tejo.example");
    story.does(&command, partner_admin(), later);
    story.does(&vouch(), operator("otto"), later);
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(story.refused(&command, operator("otto"), later), refusal);
    story.does(&command, operator("olga"), later);
    assert_eq!(story.reached(), ["rui@tejo.example"]);
}

/// What somebody does to a claim.
type Act = Box<dyn FnOnce(&mut Story)>;

/// A claim that somebody resumes after otto acted on it.
fn after_act(act: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::awaiting(tenant(&["it@tejo.example"]), "it@tejo.example");
    act(&mut story);
    if story.status() != Status::OnHold {
        story.does(&hold(), operator("olga"), delivered_at() + Duration::hours(3));
    }
    story
}

/// The story's claim, resumed by olga.
fn resumed(mut story: Story) -> Vec<String> {
    story.does(&Command::Resume, operator("olga"), delivered_at() + Duration::days(5));
    story.reached()
}

#[test]
fn a_contact_that_was_verified_by_who_acted_on_the_claim_is_on_no_list_of_it() {
    let then = delivered_at() + Duration::hours(1);
    let extend = Command::Extend { closes_on: Some(NaiveDate::from_ymd_opt(2026, 12, 4).unwrap()) };
    let acts: [Act; 4] = [
        Box::new(move |story: &mut Story| {
            story.does(&hold(), operator("otto"), then);
        }),
        Box::new(move |story: &mut Story| {
            story.does(&hold(), operator("olga"), then);
            story.does(&Command::Resume, operator("otto"), then);
        }),
        Box::new(move |story: &mut Story| {
            story.does(&extend, operator("otto"), then);
        }),
        Box::new(move |story: &mut Story| {
            // Another recipient than the one that is left.
            story.tenant =
                with_contact(&story.tenant, "b@tejo.example", "ines", at("2026-01-01T09:00:00Z"));
            story.does(&hold(), operator("olga"), then);
            story.does(&Command::Resume, operator("olga"), then);
            let recipient = story.no("b@tejo.example").0;
            let retire = Command::RetireLink { recipient, comment: Some(comment()) };
            story.does(&retire, operator("otto"), then);
        }),
    ];
    for (no, act) in acts.into_iter().enumerate() {
        let mut story = after_act(act);
        let before = story.tenant.clone();
        let later = delivered_at() + Duration::days(2);
        story.tenant = with_contact(&before, "new@tejo.example", "otto", later);
        assert_eq!(resumed(story.clone()), ["it@tejo.example"], "act {no}");
        story.tenant = with_contact(&before, "new@tejo.example", "olga", later);
        // Olga acted too.
        assert_eq!(resumed(story.clone()), ["it@tejo.example"], "act {no}");
        story.tenant = with_contact(&before, "new@tejo.example", "xenia", later);
        assert_eq!(resumed(story), ["it@tejo.example", "new@tejo.example"], "act {no}");
    }
}

#[test]
fn a_contact_that_was_verified_by_who_validated_or_vouched_is_on_no_list_of_the_claim() {
    let later = delivered_at() + Duration::days(2);
    // Validated by rita.
    let mut story = Story::on_hold();
    story.tenant = with_contact(&story.tenant, "new@tejo.example", "rita", later);
    assert_eq!(resumed(story), ["it@tejo.example"]);
    // Vouched for by otto, before there was a list.
    let mut story = vouched_by_otto();
    story.does(&validate(), operator("olga"), validated_at());
    story.does(&hold(), operator("olga"), delivered_at());
    story.tenant = with_contact(&story.tenant, "new@tejo.example", "otto", later);
    assert_eq!(resumed(story), ["rui@tejo.example"]);
}

#[test]
fn an_address_whose_domain_was_given_by_who_acted_on_the_claim_is_on_no_list_of_it() {
    let mut story = Story::awaiting(tenant(&["it@tejo.example"]), "rui@tejo.test");
    story.does(&hold(), operator("otto"), delivered_at() + Duration::hours(1));
    let before = story.tenant.clone();
    let later = delivered_at() + Duration::days(2);
    story.tenant = with_domain(&before, "tejo.test", "otto", later);
    assert_eq!(resumed(story.clone()), ["it@tejo.example"]);
    story.tenant = with_domain(&before, "tejo.test", "xenia", later);
    assert_eq!(resumed(story), ["rui@tejo.test", "it@tejo.example"]);
}

#[test]
fn a_contact_that_was_verified_seven_days_before_the_first_validation_is_asked_whoever_did_it() {
    let mut story = Story::on_hold();
    let before = story.tenant.clone();
    let since = validated_at() - Duration::days(7);
    story.tenant = with_contact(&before, "new@tejo.example", "olga", since);
    assert_eq!(resumed(story.clone()), ["it@tejo.example", "new@tejo.example"]);
    let since = since + Duration::milliseconds(1);
    story.tenant = with_contact(&before, "new@tejo.example", "olga", since);
    assert_eq!(resumed(story), ["it@tejo.example"]);
}

#[test]
fn who_resumes_is_among_those_who_acted() {
    let mut story = Story::on_hold();
    let later = delivered_at() + Duration::days(2);
    story.tenant = with_contact(&story.tenant, "new@tejo.example", "otto", later);
    story.does(&Command::Resume, operator("otto"), delivered_at() + Duration::days(5));
    assert_eq!(story.reached(), ["it@tejo.example"]);
}

#[test]
fn where_nobody_else_is_left_the_customer_is_unreachable() {
    let mut story = Story::on_hold();
    let later = delivered_at() + Duration::days(2);
    let only = without_contact(&story.tenant, "it@tejo.example");
    story.tenant = with_contact(&only, "new@tejo.example", "rita", later);
    story.does(&Command::Resume, operator("otto"), delivered_at() + Duration::days(5));
    assert_eq!(story.status(), Status::Unreachable);
}

#[test]
fn a_tenants_first_entry_is_free_and_every_later_change_bears_who_made_it() {
    let (first, second) = (at("2026-11-03T09:00:00Z"), at("2026-11-04T09:00:00Z"));
    let grant = |tenant: &Tenant, address: &str| {
        tenant.authority_grant(&email(address)).map(|grant| (grant.by.to_string(), grant.since))
    };
    let entry = tenant(&["it@tejo.example"]).stamp_changes(None, &staff("otto"), first);
    assert_eq!(grant(&entry, "it@tejo.example"), None);
    assert_eq!(grant(&entry, "anybody@tejo.example"), None);
    assert!(entry.domain_added.is_empty());

    let entry = with_contact(&entry, "new@tejo.example", "otto", first);
    let by_otto = Some(("otto".to_owned(), first));
    assert_eq!(grant(&entry, "NEW@tejo.example"), by_otto);
    assert_eq!(grant(&entry, "it@tejo.example"), None);
    // Put again by somebody else, whatever the entry says of it.
    let mut again = entry.clone();
    again.contacts.iter_mut().for_each(|own| own.verified_by = Some(staff("nobody")));
    again.contacts.iter_mut().for_each(|own| own.verified_since = None);
    let again = again.stamp_changes(Some(&entry), &staff("olga"), second);
    assert_eq!(again, entry);
    // Taken away and given again, it is new.
    let gone = without_contact(&entry, "new@tejo.example");
    let back = with_contact(&gone, "new@tejo.example", "olga", second);
    assert_eq!(grant(&back, "new@tejo.example"), Some(("olga".to_owned(), second)));
    // A contact that is listed and not verified bears nothing until it is.
    let mut listed = entry.clone();
    listed.contacts.iter_mut().for_each(|own| own.verified = false);
    let listed = listed.stamp_changes(Some(&entry), &staff("olga"), second);
    assert!(listed.contacts.iter().all(|own| own.verified_since.is_none()));

    let wider = with_domain(&entry, "tejo.test", "otto", first);
    assert_eq!(grant(&wider, "anybody@TEJO.test"), by_otto);
    let again = wider.clone().stamp_changes(Some(&wider), &staff("olga"), second);
    assert_eq!(again, wider);
    let domains: BTreeSet<_> = again.domain_added.keys().map(Domain::as_str).collect();
    assert_eq!(domains, BTreeSet::from(["tejo.test"]));
}

#[test]
fn a_contact_that_another_change_makes_verified_is_told_from_those_that_were_so_before() {
    let since = at("2026-11-03T09:00:00Z");
    let before = tenant(&["it@tejo.example", "IT@tejo.example", "ceo@tejo.example"]);
    let after = with_contact(&before, "new@tejo.example", "otto", since);
    assert_eq!(after.newly_verified_since(&before), Some(since));
    let addresses = |contacts: Vec<&TenantContact>| {
        contacts.into_iter().map(|own| own.email.as_str().to_owned()).collect::<Vec<_>>()
    };
    let (new, known) = after.verified_at(since);
    assert_eq!(addresses(new), ["new@tejo.example"]);
    assert_eq!(addresses(known), ["it@tejo.example", "ceo@tejo.example"], "each mailbox once");
    let (new, known) = after.verified_at(since + Duration::milliseconds(1));
    assert_eq!((new.len(), known.len()), (0, 3));
    // Nothing that leaves the verified mailboxes as they are tells anybody.
    assert_eq!(after.newly_verified_since(&after), None);
    assert_eq!(without_contact(&after, "ceo@tejo.example").newly_verified_since(&after), None);
    assert_eq!(
        with_contact(&before, "IT@tejo.example", "otto", since).newly_verified_since(&before),
        None
    );
}

fn contacts_changed() -> Command {
    Command::Vanish(DirectoryLoss::Contacts)
}

#[test]
fn a_contact_that_is_not_verified_any_more_is_off_the_list_while_the_notice_is_on_its_way() {
    let two = tenant(&["a@tejo.example", "b@tejo.example"]);
    let mut story = Story::notifying(two, "a@tejo.example");
    let now = validated_at() + Duration::minutes(1);
    assert_eq!(contacts_loss(story.claim(), now), Some(DirectoryLoss::Contacts));
    assert_eq!(story.decides(&contacts_changed(), Actor::System, now), Ok(None));
    story.tenant = without_contact(&story.tenant, "b@tejo.example");
    let body = story.does(&contacts_changed(), Actor::System, now);
    assert!(matches!(body, EventBody::RecipientFailed { .. }), "{body:?}");
    assert_eq!(story.reached(), ["a@tejo.example"]);
    assert_eq!(story.decides(&contacts_changed(), Actor::System, now), Ok(None));
    // Its delivery opens nothing.
    story.delivered("b@tejo.example", delivered_at());
    assert_eq!(story.decides(&story.reported(), Actor::System, delivered_at()), Ok(None));
    story.delivered("a@tejo.example", delivered_at());
    story.does(&story.reported(), Actor::System, delivered_at());
    assert_eq!(story.claim().opened_by, Some(story.no("a@tejo.example")));
}

#[test]
fn where_no_verified_contact_is_left_of_a_notice_somebody_else_is_asked_or_nobody_can_be() {
    let mut story = Story::notifying(tenant(&["a@tejo.example"]), "x@tejo.example");
    let now = validated_at() + Duration::minutes(1);
    let before = story.tenant.clone();
    story.tenant = without_contact(&before, "a@tejo.example");
    let mut alone = story.clone();
    alone.does(&contacts_changed(), Actor::System, now);
    assert_eq!(alone.status(), Status::Unreachable);
    story.tenant = with_contact(&story.tenant, "c@tejo.example", "xenia", now);
    story.does(&contacts_changed(), Actor::System, now);
    assert_eq!((story.status(), story.claim().notice.0), (Status::Notifying, 2));
    assert!(story.reached().contains(&"c@tejo.example".to_owned()));
}

#[test]
fn a_window_is_counted_anew_without_the_contact_that_is_not_verified_any_more() {
    let two = tenant(&["a@tejo.example", "b@tejo.example"]);
    let mut story = Story::awaiting(two, "a@tejo.example");
    let first = story.closes_at();
    let next_week = delivered_at() + Duration::days(6);
    story.delivered("b@tejo.example", next_week);
    story.tenant = without_contact(&story.tenant, "a@tejo.example");
    let mut other = story.clone();
    story.does(&contacts_changed(), Actor::System, next_week);
    assert_eq!(story.claim().opened_by, Some(story.no("b@tejo.example")));
    assert!(story.closes_at() > first);
    // Without another delivery a new notice goes to who is left, and no window runs.
    let no = other.no("b@tejo.example");
    other.reports.report_mut(no).delivered_at = None;
    let renewed = with_contact(&other.tenant, "c@tejo.example", "xenia", next_week);
    other.tenant = renewed;
    other.does(&contacts_changed(), Actor::System, next_week);
    assert_eq!(other.status(), Status::Notifying);
    assert_eq!(other.list.as_ref().unwrap().told_until, Some(first));
}

#[test]
fn where_all_is_declined_a_lost_contact_shows_when_the_no_is_taken_back() {
    let two = tenant(&["a@tejo.example", "c@tejo.example"]);
    let mut story = Story::awaiting(two, "a@tejo.example");
    let said = delivered_at() + Duration::hours(1);
    story.does(&decline(), administrator(), said);
    story.tenant = without_contact(&story.tenant, "a@tejo.example");
    let later = said + Duration::hours(1);
    assert_eq!(contacts_loss(story.claim(), later), Some(DirectoryLoss::Contacts));
    story.does(&contacts_changed(), Actor::System, later);
    assert_eq!(story.status(), Status::Declined);
    let undo = Command::Undo { items: ItemSelection::All };
    story.tenant = with_contact(&story.tenant, "d@tejo.example", "xenia", later);
    story.does(&undo, administrator(), later);
    assert_eq!(story.status(), Status::Notifying);
    assert!(story.reached().contains(&"d@tejo.example".to_owned()));
}

#[test]
fn from_the_end_of_the_window_a_lost_contact_changes_nothing() {
    let mut story = Story::awaiting(tenant(&["a@tejo.example"]), "a@tejo.example");
    let end = story.closes_at();
    story.tenant = without_contact(&story.tenant, "a@tejo.example");
    assert_eq!(contacts_loss(story.claim(), end), None);
    assert_eq!(story.decides(&contacts_changed(), Actor::System, end), Ok(None));
    let closed = closed(story);
    assert_eq!(closed.status(), Status::Associated);
    assert_eq!(contacts_loss(closed.claim(), end), None);
    let later = end + Duration::hours(1);
    assert_eq!(closed.decides(&contacts_changed(), Actor::System, later), Ok(None));
}

#[test]
fn who_is_replaced_as_a_verified_contact_is_told_who_took_the_place() {
    let (first, second) = (at("2026-11-03T09:00:00Z"), at("2026-11-03T09:01:00Z"));
    let before = tenant(&["it@tejo.example"]);
    let addresses = |contacts: Vec<&TenantContact>| {
        contacts.into_iter().map(|own| own.email.as_str().to_owned()).collect::<Vec<_>>()
    };
    // In one change, and in two.
    let swapped = with_contact(&before, "new@tejo.example", "otto", second);
    let swapped = Tenant {
        contacts: swapped.contacts.into_iter().filter(|own| own.verified_since.is_some()).collect(),
        ..swapped
    };
    let swapped = swapped.stamp_changes(Some(&before), &staff("otto"), second);
    let emptied = Tenant { contacts: Vec::new(), ..before.clone() };
    let emptied = emptied.stamp_changes(Some(&before), &staff("otto"), first);
    let refilled = with_contact(&emptied, "new@tejo.example", "otto", second);
    for after in [&swapped, &refilled] {
        let (new, known) = after.verified_at(second);
        assert_eq!(addresses(new), ["new@tejo.example"]);
        assert_eq!(addresses(known), ["it@tejo.example"]);
    }
    // Who was verified for a minute is told of, and is not told later.
    let gone = Tenant { contacts: Vec::new(), ..refilled.clone() };
    let gone = gone.stamp_changes(Some(&refilled), &staff("otto"), second + Duration::minutes(1));
    assert_eq!(addresses(gone.verified_at(second).0), ["new@tejo.example"]);
    // Three months later nothing is kept.
    let months = second + Duration::days(90);
    let later = refilled.clone().stamp_changes(Some(&refilled), &staff("olga"), months);
    assert!(later.former_contacts.is_empty());
    // Who comes back is former no more.
    let back = with_contact(&emptied, "it@tejo.example", "olga", second);
    assert!(back.former_contacts.is_empty());
}

#[test]
fn who_made_a_contact_reachable_takes_no_other_off_the_list() {
    let since = validated_at() - Duration::days(1);
    let known = tenant(&["a@tejo.example"]);
    let entry = with_contact(&known, "new@tejo.example", "otto", since);
    let mut story = Story::awaiting(entry, "a@tejo.example");
    let later = delivered_at() + Duration::hours(1);
    let retire = |story: &Story, address: &str| {
        let recipient = story.no(address).0;
        Command::RetireLink { recipient, comment: Some(comment()) }
    };
    let refusal = Rejection::AnotherReviewerRequired;
    let other = retire(&story, "a@tejo.example");
    assert_eq!(story.refused(&other, operator("otto"), later), refusal);
    // Its own contact, anybody else's hand, and a week later.
    let own = retire(&story, "new@tejo.example");
    assert!(story.decides(&own, operator("otto"), later).unwrap().is_some());
    assert!(story.decides(&other, operator("olga"), later).unwrap().is_some());
    story.does(&other, administrator(), later);
}

#[test]
fn who_vouched_takes_no_other_off_the_list_and_resumes_no_claim_that_asks_the_contact() {
    let mut story = Story::submitted(tenant(&["a@tejo.example"]), "rui@tejo.example");
    story.does(&vouch(), operator("otto"), submitted_at() + Duration::minutes(1));
    story.does(&Command::BeginReview, reviewer("rita"), submitted_at() + Duration::hours(1));
    story.does(&validate(), operator("olga"), validated_at());
    let later = validated_at() + Duration::minutes(5);
    let recipient = story.no("a@tejo.example").0;
    let retire = Command::RetireLink { recipient, comment: Some(comment()) };
    let refusal = Rejection::AnotherReviewerRequired;
    assert_eq!(story.refused(&retire, operator("otto"), later), refusal);
    story.does(&hold(), operator("otto"), later);
    assert_eq!(story.refused(&Command::Resume, operator("otto"), later), refusal);
    story.does(&Command::Resume, operator("olga"), later);
}

#[test]
fn who_vouched_first_and_for_another_address_has_vouched_all_the_same() {
    let mut story = Story::submitted(tenant(&[]), "rui@tejo.example");
    story.does(&vouch(), operator("otto"), submitted_at() + Duration::minutes(1));
    let entry = with_contact(&story.tenant, "new@tejo.example", "otto", submitted_at());
    story.tenant = entry;
    let mut details = story.claim().details.clone();
    details.vouched_by.push(staff("zoe"));
    story.claim.as_mut().unwrap().details = details;
    story.does(&Command::BeginReview, reviewer("rita"), submitted_at() + Duration::hours(1));
    story.does(&validate(), operator("olga"), validated_at());
    assert_eq!(story.reached(), ["rui@tejo.example"], "otto's contact is on no list");
}

#[test]
fn a_recipient_that_is_not_verified_any_more_opens_no_window_though_nobody_has_swept_yet() {
    let two = tenant(&["a@tejo.example", "b@tejo.example"]);
    let mut story = Story::notifying(two, "a@tejo.example");
    story.tenant = without_contact(&story.tenant, "b@tejo.example");
    story.delivered("b@tejo.example", delivered_at());
    assert_eq!(story.decides(&story.reported(), Actor::System, delivered_at()), Ok(None));
    story.delivered("a@tejo.example", delivered_at());
    story.does(&story.reported(), Actor::System, delivered_at());
    assert_eq!(story.claim().opened_by, Some(story.no("a@tejo.example")));
    let list = story.list.as_ref().unwrap();
    let gone = list.get(story.no("b@tejo.example")).unwrap();
    assert_eq!(gone.standing, RecipientStanding::Past, "it is off the list, too");
}

#[test]
fn a_window_does_not_run_on_whose_recipient_refused_while_it_was_not_verified_any_more() {
    let two = tenant(&["a@tejo.example", "b@tejo.example"]);
    let mut story = Story::awaiting(two, "a@tejo.example");
    let next_week = delivered_at() + Duration::days(6);
    story.delivered("b@tejo.example", next_week);
    story.tenant = without_contact(&story.tenant, "a@tejo.example");
    let link = crate::given::link_of(1, story.no("a@tejo.example"));
    story.does(&Command::WrongContact, link, next_week);
    assert_eq!(story.claim().opened_by, Some(story.no("a@tejo.example")), "told to staff alone");
    story.does(&contacts_changed(), Actor::System, next_week);
    assert_eq!(story.claim().opened_by, Some(story.no("b@tejo.example")));
}
