//! The world of the models: one customer, one item, two partners, Czech calendars.

use chrono::{DateTime, Duration, NaiveDate};
use domain::actor::{Actor, StaffRole};
use domain::calendar::{BusinessCalendar, UnknownSubdivision, Zone};
use domain::claim::{Claim, CustomerContact, Instant, PartnerContact};
use domain::command::{ClaimInput, Command, Creation, DeclaredEvidence, Selection};
use domain::context::{Context, Facts, Place, Places, Rival};
use domain::directory::{Partner, Tenant};
use domain::ids::{ClaimId, ItemId, NoticeNo, PartnerId, Sha256Hash, StaffId};
use domain::program::{ItemKind, Policy, Program};
use domain::text::{Comment, Domain, Email, Name};
use serde_json::json;

/// A moment.
pub fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).expect("a moment").to_utc()
}

fn place() -> Place {
    let country = "CZ".parse().expect("a country");
    let calendar = BusinessCalendar::new(country, None, UnknownSubdivision::Any);
    let zone = Zone::Known("Europe/Prague".parse().expect("a zone"));
    Place { calendar: calendar.expect("a calendar"), zone }
}

/// The partner of that id.
fn partner(id: &str) -> Partner {
    let partner = json!({
        "id": id, "name": id, "status": "active",
        "locations": [{"id": "4711", "programs": ["osu-m365"]}],
        "country": "CZ", "time_zone": "Europe/Prague",
        "daily_claim_quota": 100, "open_claim_quota": 100,
    });
    serde_json::from_value(partner).expect("a partner")
}

fn tenant() -> Tenant {
    let tenant = json!({
        "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
        "domains": ["contoso.example"], "country": "CZ", "subdivision": null,
        "time_zone": "Europe/Prague", "locale": "cs", "closures": [],
        "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": true}],
        "items": [{"kind": "workload", "id": "teams", "product": "teams", "claimable": true, "state": "active"}],
    });
    serde_json::from_value(tenant).expect("a tenant")
}

fn program() -> Program {
    let program = json!({
        "id": "osu-m365", "name": "Usage", "status": "open", "family": "osu-m365",
        "item_kind": "workload", "activities": ["usage"], "policy_version": 1, "policy": {},
        "catalogue": ["teams"],
    });
    serde_json::from_value(program).expect("a program")
}

/// What a command may look at. The calendars are made once for each model: they are most of its cost.
#[derive(Debug, Clone)]
pub struct World {
    policy: Policy,
    place: Place,
    partner: Partner,
    tenant: Tenant,
    program: Program,
}

impl World {
    /// The world under a policy, for the claims of a partner.
    pub fn new(policy: Policy, partner_id: &str) -> Self {
        let (place, partner) = (place(), partner(partner_id));
        Self { policy, place, partner, tenant: tenant(), program: program() }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The context of a command.
    pub fn context(&self, actor: Actor, at: Instant, rivals: Vec<Rival>) -> Context {
        let facts = Facts {
            partner: Some(self.partner.clone()),
            tenant: Some(self.tenant.clone()),
            program: Some(self.program.clone()),
            rivals,
            ..Facts::default()
        };
        let (operator, place) = (self.place.clone(), Some(self.place.clone()));
        let places = Places { operator, partner: place.clone(), customer: place };
        Context { at, actor, policy: self.policy.clone(), places, facts }
    }

    /// A submitted claim on the one item.
    pub fn submitted(&self, at: Instant) -> Claim {
        let id = ClaimId::of(&self.partner.id, "key");
        let actor = Actor::Partner { id: self.partner.id.clone(), admin: true };
        let context = self.context(actor, at, Vec::new());
        let creation = Creation { id, input: self.input(), malformed: Vec::new() };
        let command = Command::Submit(Some(Box::new(creation)));
        let event = domain::decide(None, &command, &context).expect("taken").expect("an event");
        domain::evolve(None, &event).expect("a claim")
    }

    /// The claim after a command that must lead somewhere.
    pub fn after(&self, claim: Claim, actor: Actor, command: &Command, at: Instant) -> Claim {
        let context = self.context(actor, at, Vec::new());
        let event =
            domain::decide(Some(&claim), command, &context).expect("taken").expect("an event");
        domain::evolve(Some(claim), &event).expect("a claim")
    }

    /// A validated claim, whose first notice is on its way.
    pub fn notifying(&self, at: Instant) -> Claim {
        let before = at - Duration::days(1);
        let claim = self.after(self.submitted(before), operator(), &Command::BeginReview, before);
        let validate = Command::Validate { drop: Vec::new(), comment: None };
        self.after(claim, operator(), &validate, at)
    }

    fn input(&self) -> ClaimInput {
        let name = |text| Name::parse(text).expect("a name");
        let email = |text| Email::parse(text).expect("an address");
        let item = (ItemKind::Workload, ItemId::parse("teams").expect("an id"));
        let contact = CustomerContact {
            name: name("Jana"),
            title: name("CIO"),
            email: email("jana@contoso.example"),
        };
        let evidence = DeclaredEvidence {
            name: name("sow.pdf"),
            sha256: Sha256Hash([7; 32]),
            acknowledged_on: NaiveDate::from_ymd_opt(2026, 10, 1).expect("a date"),
        };
        ClaimInput {
            program: Some(self.program.id.clone()),
            activity: self.program.activities.first().cloned(),
            location: self.partner.locations.first().map(|location| location.id.clone()),
            tenant: Some(self.tenant.id.clone()),
            tenant_domain: Domain::parse("contoso.example").ok(),
            items: vec![Some(item)],
            customer_contact: Some(contact),
            technical_contact: None,
            partner_contact: Some(PartnerContact {
                name: name("Petr"),
                email: email("petr@alpine.example"),
            }),
            label: None,
            external_ref: None,
            evidence: vec![Some(evidence)],
        }
    }

    /// The customer's administrator.
    pub fn administrator(&self) -> Actor {
        Actor::CustomerAdmin { tenant: self.tenant.id.clone() }
    }

    /// The partner's admin.
    pub fn partner_admin(&self) -> Actor {
        Actor::Partner { id: self.partner.id.clone(), admin: true }
    }
}

/// The operator.
pub fn operator() -> Actor {
    let id = StaffId::parse("operator").expect("a staff id");
    Actor::Staff { id, role: StaffRole::Operator }
}

/// Whoever has the link of that notice.
pub fn link(notice: u16) -> Actor {
    Actor::CustomerLink { notice: NoticeNo(notice) }
}

/// A remark.
pub fn comment() -> Comment {
    Comment::parse("Because.").expect("a comment")
}

/// "No" to everything.
pub fn decline() -> Command {
    Command::Decline { items: Selection::All }
}

/// Taking it back.
pub fn undo() -> Command {
    Command::Undo { items: Selection::All }
}

/// "Yes" to everything.
pub fn accept() -> Command {
    Command::Accept { items: Selection::All }
}

/// A partner's id.
pub fn partner_id(id: &str) -> PartnerId {
    PartnerId::parse(id).expect("a partner id")
}
