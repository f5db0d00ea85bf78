//! The world of the models: one customer, one item, two partners, Czech calendars.

use chrono::{DateTime, Duration, NaiveDate};
use domain::actor::{Actor, StaffRole};
use domain::calendar::{BusinessCalendar, UnknownSubdivision, Zone};
use domain::claim::{CustomerContact, Instant, PartnerContact};
use domain::command::{ClaimInput, Command, Creation, DeclaredEvidence, ItemSelection};
use domain::context::{Context, Facts, LocalCalendar, LocalCalendars, Rival};
use domain::directory::{Partner, Tenant};
use domain::ids::{ClaimId, ItemId, NoticeNo, PartnerId, Sha256Hash, StaffId};
use domain::program::{ItemKind, Policy, Program};
use domain::recipient::{RecipientNo, Recipients, Reports};
use domain::text::{Comment, Domain, Email, Name};
use serde_json::json;

use crate::record::Record;

/// The number of the claim's contact, whose address is of the tenant's domain and not verified.
pub const DOMAIN: u8 = 1;
/// The number of the first verified contact of the directory.
pub const FIRST: u8 = 2;
/// The number of the second, at no domain of the tenant's.
pub const SECOND: u8 = 3;
/// Every recipient, with its address.
pub const RECIPIENTS: [(u8, &str); 3] = [
    (DOMAIN, "jana@contoso.example"),
    (FIRST, "it@contoso.example"),
    (SECOND, "office@holding.example"),
];

/// A moment.
pub fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).expect("a moment").to_utc()
}

fn place() -> LocalCalendar {
    let country = "CZ".parse().expect("a country");
    let calendar = BusinessCalendar::new(country, None, UnknownSubdivision::Any);
    let zone = Zone::Known("Europe/Prague".parse().expect("a zone"));
    LocalCalendar { calendar: calendar.expect("a calendar"), zone }
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
    let contact = |name: &str, no: u8| {
        let email = RECIPIENTS.iter().find(|(own, _)| *own == no).map(|(_, email)| *email);
        json!({"name": name, "email": email, "verified": true})
    };
    let tenant = json!({
        "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
        "domains": ["contoso.example"], "country": "CZ", "subdivision": null,
        "time_zone": "Europe/Prague", "locale": "cs", "closures": [],
        "contacts": [contact("IT", FIRST), contact("Office", SECOND)],
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

/// What a command finds beside its claim.
#[derive(Debug, Default)]
pub struct Known {
    /// Who else holds or claims the item.
    pub rivals: Vec<Rival>,
    /// Who is asked, and what became of the mails.
    pub recipients: Option<Recipients>,
}

/// What a command may look at. The calendars are made once for each model: they are most of its cost.
#[derive(Debug, Clone)]
pub struct World {
    policy: Policy,
    place: LocalCalendar,
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

    /// The same world after the directory has put its contacts in another order.
    #[must_use]
    pub fn reordered(mut self) -> Self {
        self.tenant.contacts.reverse();
        self
    }

    /// The tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The end of a window that is counted from a moment.
    pub fn end_of_window(&self, from: Instant) -> Instant {
        let days = self.policy.window_business_days;
        self.place.open_window(from, days).expect("a window").closes_at
    }

    /// The context of a command.
    pub fn context(&self, actor: Actor, at: Instant, known: Known) -> Context {
        let facts = Facts {
            partner: Some(self.partner.clone()),
            tenant: Some(self.tenant.clone()),
            program: Some(self.program.clone()),
            rivals: known.rivals,
            recipients: known.recipients,
            ..Facts::default()
        };
        let (operator, place) = (self.place.clone(), Some(self.place.clone()));
        let places = LocalCalendars {
            operator,
            partner: place.clone(),
            customer: place,
            customer_at_end: None,
        };
        Context { at, actor, policy: self.policy.clone(), places, facts }
    }

    /// A submitted claim on the one item.
    pub fn submitted(&self, at: Instant) -> Record {
        let id = ClaimId::of(&self.partner.id, "key");
        let actor = Actor::Partner { id: self.partner.id.clone(), admin: true, person: None };
        let context = self.context(actor, at, Known::default());
        let creation = Creation { id, input: self.input(), malformed: Vec::new() };
        let command = Command::Submit(Some(Box::new(creation)));
        let event = domain::decide(None, &command, &context).expect("taken").expect("an event");
        Record::of(domain::evolve(None, &event).expect("a claim"), None)
    }

    /// The record after a command that must lead somewhere.
    pub fn after(&self, record: &Record, actor: Actor, command: &Command, at: Instant) -> Record {
        self.after_reports(record, actor, command, at, Reports::default())
    }

    /// The same with what the mail provider has reported.
    fn after_reports(
        &self,
        record: &Record,
        actor: Actor,
        command: &Command,
        at: Instant,
        reports: Reports,
    ) -> Record {
        let known = Known { recipients: record.recipients(reports), ..Known::default() };
        let context = self.context(actor, at, known);
        let event = domain::decide(Some(record.claim()), command, &context)
            .expect("taken")
            .expect("an event");
        record.after(&event).expect("a claim")
    }

    /// A validated claim, whose first notice is on its way.
    pub fn notifying(&self, at: Instant) -> Record {
        let before = at - Duration::days(1);
        let begun = self.after(&self.submitted(before), operator(), &Command::BeginReview, before);
        let validate = Command::Validate { drop: Vec::new(), comment: None };
        self.after(&begun, operator(), &validate, at)
    }

    /// The claim whose window is open since its notice was delivered to the first verified contact.
    pub fn awaiting(&self, record: &Record, at: Instant) -> Record {
        let mut reports = Reports::default();
        reports.report_mut(RecipientNo(FIRST)).delivered_at = Some(at);
        let command = Command::ApplyReports { notice: record.claim().notice };
        self.after_reports(record, Actor::System, &command, at, reports)
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
            renews: None,
            evidence: vec![Some(evidence)],
        }
    }

    /// The customer's administrator.
    pub fn administrator(&self) -> Actor {
        Actor::CustomerAdmin { tenant: self.tenant.id.clone(), person: None }
    }

    /// The partner's admin.
    pub fn partner_admin(&self) -> Actor {
        Actor::Partner { id: self.partner.id.clone(), admin: true, person: None }
    }
}

/// The operator.
pub fn operator() -> Actor {
    let id = StaffId::parse("operator").expect("a staff id");
    Actor::Staff { id, role: StaffRole::Operator }
}

/// Whoever has the link of that notice and recipient; 0: a link of the form without recipients.
pub fn link(notice: u16, recipient: u8) -> Actor {
    Actor::CustomerLink { notice: NoticeNo(notice), recipient: RecipientNo::new(recipient) }
}

/// A remark.
pub fn comment() -> Comment {
    Comment::parse("Because.").expect("a comment")
}

/// "No" to everything.
pub fn decline() -> Command {
    Command::Decline { items: ItemSelection::All, motive: None }
}

/// Taking it back.
pub fn undo() -> Command {
    Command::Undo { items: ItemSelection::All }
}

/// "Yes" to everything.
pub fn accept() -> Command {
    Command::Accept { items: ItemSelection::All }
}

/// A partner's id.
pub fn partner_id(id: &str) -> PartnerId {
    PartnerId::parse(id).expect("a partner id")
}
