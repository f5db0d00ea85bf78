//! Fixtures: a world with Contoso and Alpine in it, and claims in every state.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::actor::{Actor, StaffRole};
use domain::calendar::{BusinessCalendar, CountryCode, UnknownSubdivision, Zone};
use domain::claim::{Claim, CustomerContact, PartnerContact, RejectionRecord, State, Status};
use domain::command::{ClaimInput, Command, Creation, DeclaredEvidence, GivenReason, Selection};
use domain::context::{Context, Facts, Place, Places};
use domain::directory::{Partner, Tenant};
use domain::event::Event;
use domain::ids::{ClaimId, ItemId, ItemNo, NoticeNo, PartnerId, Sha256Hash, StaffId};
use domain::program::{ItemKind, Policy, Program};
use domain::reason::{Reason, ReasonCode};
use domain::rejection::{FieldError, Rejection};
use domain::text::{Comment, Domain, Email, Name};
use domain::{decide, evolve};
use serde_json::json;

pub(crate) type Instant = DateTime<Utc>;

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Tuesday 2026-12-22 15:00 in Prague: the delivery of V1.
pub(crate) fn delivered_at() -> Instant {
    at("2026-12-22T14:00:00Z")
}

/// The deadline of V1.
pub(crate) fn closes_at() -> Instant {
    at("2026-12-31T23:00:00Z")
}

pub(crate) fn place(country: &str, zone: &str) -> Place {
    let country: CountryCode = country.parse().unwrap();
    Place {
        calendar: BusinessCalendar::new(country, None, UnknownSubdivision::Any).unwrap(),
        zone: Zone::Known(zone.parse().unwrap()),
    }
}

pub(crate) fn program() -> Program {
    let program = json!({
        "id": "osu-m365", "name": "Online Services Usage", "status": "open", "family": "osu-m365",
        "item_kind": "workload", "activities": ["usage"], "policy_version": 1, "policy": {},
        "catalogue": ["exchange-online", "teams", "sharepoint-online"],
    });
    serde_json::from_value(program).unwrap()
}

pub(crate) fn partner() -> Partner {
    let partner = json!({
        "id": "p-alpine", "name": "Alpine Cloud", "status": "active",
        "locations": [{"id": "4711", "programs": ["osu-m365"]}],
        "country": "CZ", "time_zone": "Europe/Prague",
        "daily_claim_quota": 100, "open_claim_quota": 100,
    });
    serde_json::from_value(partner).unwrap()
}

pub(crate) fn tenant() -> Tenant {
    let item = |id: &str| json!({"kind": "workload", "id": id, "product": id, "claimable": true, "state": "active"});
    let tenant = json!({
        "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
        "domains": ["contoso.example"], "country": "CZ", "subdivision": null,
        "time_zone": "Europe/Prague", "locale": "cs", "closures": [],
        "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": true}],
        "items": [item("exchange-online"), item("teams"), item("sharepoint-online")],
    });
    serde_json::from_value(tenant).unwrap()
}

pub(crate) fn facts() -> Facts {
    Facts {
        partner: Some(partner()),
        tenant: Some(tenant()),
        program: Some(program()),
        ..Facts::default()
    }
}

pub(crate) fn context(actor: Actor, at: Instant) -> Context {
    Context {
        at,
        actor,
        policy: Policy::default(),
        places: Places {
            operator: place("CZ", "Europe/Prague"),
            partner: Some(place("CZ", "Europe/Prague")),
            customer: Some(place("CZ", "Europe/Prague")),
        },
        facts: facts(),
    }
}

pub(crate) fn alpine() -> Actor {
    Actor::Partner { id: PartnerId::parse("p-alpine").unwrap(), admin: true }
}

pub(crate) fn reviewer() -> Actor {
    Actor::Staff { id: StaffId::parse("reviewer").unwrap(), role: StaffRole::Reviewer }
}

pub(crate) fn operator() -> Actor {
    Actor::Staff { id: StaffId::parse("operator").unwrap(), role: StaffRole::Operator }
}

pub(crate) fn administrator() -> Actor {
    Actor::CustomerAdmin { tenant: tenant().id }
}

pub(crate) fn link() -> Actor {
    Actor::CustomerLink { notice: NoticeNo(1) }
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn comment() -> Comment {
    Comment::parse("Because.").unwrap()
}

pub(crate) fn contact(email: &str) -> CustomerContact {
    CustomerContact { name: name("Jana"), title: name("CIO"), email: Email::parse(email).unwrap() }
}

#[expect(clippy::unnecessary_wraps, reason = "as an input has it")]
pub(crate) fn item(id: &str) -> Option<(ItemKind, ItemId)> {
    Some((ItemKind::Workload, ItemId::parse(id).unwrap()))
}

pub(crate) fn input() -> ClaimInput {
    let program = program();
    ClaimInput {
        program: Some(program.id),
        activity: program.activities.first().cloned(),
        location: partner().locations.first().map(|location| location.id.clone()),
        tenant: Some(tenant().id),
        tenant_domain: Some(Domain::parse("contoso.example").unwrap()),
        items: vec![item("exchange-online"), item("teams"), item("sharepoint-online")],
        customer_contact: Some(contact("jana@contoso.example")),
        technical_contact: None,
        partner_contact: Some(PartnerContact {
            name: name("Petr"),
            email: Email::parse("petr@alpine.example").unwrap(),
        }),
        label: None,
        external_ref: None,
        evidence: vec![Some(DeclaredEvidence {
            name: name("sow.pdf"),
            sha256: Sha256Hash([7; 32]),
            acknowledged_on: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        })],
    }
}

pub(crate) fn id() -> ClaimId {
    ClaimId::of(&PartnerId::parse("p-alpine").unwrap(), "key")
}

pub(crate) fn submitted_at() -> Instant {
    at("2026-12-21T09:00:00Z")
}

pub(crate) fn opened(input: &ClaimInput) -> Result<Event, Rejection> {
    created(&submit(input, &[]), &context(alpine(), submitted_at()))
}

/// The first event of a claim.
pub(crate) fn created(command: &Command, context: &Context) -> Result<Event, Rejection> {
    decide(None, command, context).map(|event| event.expect("an event"))
}

fn creation(input: &ClaimInput, malformed: &[FieldError]) -> Box<Creation> {
    Box::new(Creation { id: id(), input: input.clone(), malformed: malformed.to_vec() })
}

pub(crate) fn draft(input: &ClaimInput) -> Command {
    Command::Draft(creation(input, &[]))
}

pub(crate) fn submit(input: &ClaimInput, malformed: &[FieldError]) -> Command {
    Command::Submit(Some(creation(input, malformed)))
}

/// A claim, and what has happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) claim: Claim,
    pub(crate) events: Vec<Event>,
}

impl Given {
    pub(crate) fn submitted() -> Self {
        let event = opened(&input()).unwrap();
        Self { claim: evolve(None, &event).unwrap(), events: vec![event] }
    }

    pub(crate) fn in_review() -> Self {
        let moment = submitted_at() + Duration::hours(1);
        Self::submitted().then(&Command::BeginReview, reviewer(), moment)
    }

    pub(crate) fn notifying() -> Self {
        let validate = Command::Validate { drop: vec![], comment: None };
        Self::in_review().then(&validate, reviewer(), submitted_at() + Duration::hours(2))
    }

    /// The window of V1 is open.
    pub(crate) fn awaiting() -> Self {
        Self::notifying().then(&delivery(1), Actor::System, delivered_at())
    }

    /// The window of V1 has closed in silence.
    pub(crate) fn associated() -> Self {
        Self::awaiting().then(&Command::DeadlinePassed, Actor::System, after_grace())
    }

    /// The claim after a command that must lead to an event.
    pub(crate) fn then(self, command: &Command, actor: Actor, at: Instant) -> Self {
        let event = self.when(command, actor, at).unwrap().expect("an event");
        self.evolved(event)
    }

    pub(crate) fn evolved(mut self, event: Event) -> Self {
        self.claim = evolve(Some(self.claim), &event).unwrap();
        self.events.push(event);
        self
    }

    pub(crate) fn when(
        &self,
        command: &Command,
        actor: Actor,
        at: Instant,
    ) -> Result<Option<Event>, Rejection> {
        let decision = decide(Some(&self.claim), command, &context(actor, at));
        if let Ok(Some(event)) = &decision {
            let made = event.body.event_type();
            assert!(command.kind().row().makes.contains(&made), "{command:?} made {made:?}");
        }
        decision
    }

    pub(crate) fn status(&self) -> Status {
        self.claim.status()
    }

    /// The items' statuses, in order.
    pub(crate) fn items(&self) -> Vec<&'static str> {
        self.claim.items.iter().map(|item| self.claim.item_status(item).as_str()).collect()
    }
}

pub(crate) fn after_grace() -> Instant {
    closes_at() + Duration::seconds(120)
}

pub(crate) fn delivery(notice: u16) -> Command {
    Command::RecordDelivery { notice: NoticeNo(notice), qualifying: true }
}

pub(crate) fn decline(items: &[u8]) -> Command {
    Command::Decline { items: these(items) }
}

pub(crate) fn undo(items: &[u8]) -> Command {
    Command::Undo { items: these(items) }
}

/// These items; all of them where none is named.
pub(crate) fn these(items: &[u8]) -> Selection {
    match items {
        [] => Selection::All,
        numbers => Selection::These(numbers.iter().map(|no| ItemNo(*no)).collect()),
    }
}

pub(crate) fn end(item: u8) -> Command {
    Command::End { item: ItemNo(item), comment: Some(comment()) }
}

pub(crate) fn reject() -> Command {
    let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: None };
    Command::Reject { reasons: vec![GivenReason { reason, comment: None }] }
}

pub(crate) fn withdraw() -> Command {
    Command::Withdraw { comment: None }
}

/// A claim in every status, each as it comes about.
pub(crate) fn in_status(status: Status) -> Claim {
    let validated = || Given::notifying().claim;
    let rejection =
        || RejectionRecord { by: Some(StaffId::parse("reviewer").unwrap()), reasons: vec![] };
    let with = |claim: Claim, state| Claim { state, ..claim };
    let submitted = || Given::submitted().claim;
    match status {
        Status::Draft => {
            with(submitted(), State::Draft { discard_at: closes_at(), keeps_priority_until: None })
        }
        Status::Submitted => submitted(),
        Status::InReview => Given::in_review().claim,
        Status::ActionRequired => with(
            submitted(),
            State::ActionRequired { reasons: vec![], answer_by: closes_at(), overturned: false },
        ),
        Status::Disputed => {
            let state = State::Disputed { rejection: rejection(), due_at: Some(closes_at()) };
            Claim { disputed: true, ..with(submitted(), state) }
        }
        Status::Notifying => validated(),
        Status::Unreachable => with(validated(), State::Unreachable { correct_by: closes_at() }),
        Status::AwaitingCustomer => Given::awaiting().claim,
        Status::OnHold => with(validated(), State::OnHold),
        Status::Associated => Given::associated().claim,
        Status::Rejected => {
            let state =
                State::Rejected { rejection: rejection(), disputable_until: Some(closes_at()) };
            with(submitted(), state)
        }
        Status::Declined => Given::awaiting().then(&decline(&[]), link(), delivered_at()).claim,
        Status::Withdrawn => Given::notifying().then(&withdraw(), alpine(), delivered_at()).claim,
        Status::Discarded => with(submitted(), State::Discarded),
        Status::Ended => Given::associated().then(&decline(&[]), link(), after_grace()).claim,
    }
}
