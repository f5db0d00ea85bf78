//! Fixtures: a world with Contoso and Alpine in it, and claims in every state. The operator counts its days in
//! Dublin, the partner in Berlin, the customer in Prague.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::actor::{Actor, StaffRole};
use domain::calendar::{BusinessCalendar, CountryCode, UnknownSubdivision, Zone};
use domain::claim::{Claim, CustomerContact, Mark, PartnerContact, RejectionRecord, State, Status};
use domain::command::{
    ClaimInput, Command, Creation, DeclaredEvidence, GivenReason, ItemSelection,
};
use domain::context::{Context, Facts, LocalCalendar, LocalCalendars, Rival, RivalStatus};
use domain::directory::{Partner, Tenant};
use domain::event::{Event, FailureCause};
use domain::history::{Audience, Entry, ReadableEntry, SealedEntry};
use domain::ids::{ClaimId, ItemId, ItemNo, NoticeNo, PartnerId, Sha256Hash, StaffId};
use domain::motive::Motive;
use domain::program::{ItemKind, ItemRef, Policy, Program};
use domain::reason::{Reason, ReasonCode};
use domain::recipient::{
    DeliveryFailure, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients, Reports,
};
use domain::rejection::{FieldError, Rejection};
use domain::text::{Comment, Domain, Email, Name};
use domain::{decide, evolve};
use serde_json::json;

pub(crate) type Instant = DateTime<Utc>;

/// The key of every history entry.
pub(crate) const KEY: Sha256Hash = Sha256Hash([7; 32]);

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

pub(crate) fn place(country: &str, zone: &str) -> LocalCalendar {
    static KNOWN: LazyLock<Mutex<BTreeMap<(String, String), LocalCalendar>>> =
        LazyLock::new(Mutex::default);
    let read = || {
        let country: CountryCode = country.parse().unwrap();
        LocalCalendar {
            calendar: BusinessCalendar::new(country, None, UnknownSubdivision::Any).unwrap(),
            zone: Zone::Known(zone.parse().unwrap()),
        }
    };
    let mut known = KNOWN.lock().unwrap();
    known.entry((country.to_owned(), zone.to_owned())).or_insert_with(read).clone()
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
        "country": "DE", "time_zone": "Europe/Berlin",
        "daily_claim_quota": 100, "open_claim_quota": 100,
    });
    serde_json::from_value(partner).unwrap()
}

/// Contoso, with one verified contact.
pub(crate) fn tenant() -> Tenant {
    tenant_with(&["it@contoso.example"])
}

/// Contoso with these verified contacts, in their order.
pub(crate) fn tenant_with(verified: &[&str]) -> Tenant {
    let contact = |email: &&str| json!({"name": "IT", "email": email, "verified": true});
    let contacts: Vec<_> = verified.iter().map(contact).collect();
    let item = |id: &str| json!({"kind": "workload", "id": id, "product": id, "claimable": true, "state": "active"});
    let tenant = json!({
        "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
        "domains": ["contoso.example"], "country": "CZ", "subdivision": null,
        "time_zone": "Europe/Prague", "locale": "cs", "closures": [],
        "contacts": contacts,
        "items": [item("exchange-online"), item("teams"), item("sharepoint-online")],
    });
    serde_json::from_value(tenant).unwrap()
}

/// The tenant's items, as claims name them.
pub(crate) fn item_refs() -> Vec<ItemRef> {
    let items = tenant().items.into_iter();
    items.map(|item| ItemRef { kind: item.kind, id: item.id }).collect()
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
        places: LocalCalendars {
            operator: place("IE", "Europe/Dublin"),
            partner: Some(place("DE", "Europe/Berlin")),
            customer: Some(place("CZ", "Europe/Prague")),
            customer_at_end: None,
        },
        facts: facts(),
    }
}

pub(crate) fn alpine() -> Actor {
    Actor::Partner { id: PartnerId::parse("p-alpine").unwrap(), admin: true, person: None }
}

pub(crate) fn reviewer() -> Actor {
    Actor::Staff { id: StaffId::parse("reviewer").unwrap(), role: StaffRole::Reviewer }
}

pub(crate) fn operator() -> Actor {
    Actor::Staff { id: StaffId::parse("operator").unwrap(), role: StaffRole::Operator }
}

pub(crate) fn administrator() -> Actor {
    Actor::CustomerAdmin { tenant: tenant().id, person: None }
}

/// The recipient of the first notice whose address nobody has verified: the claim's contact.
pub(crate) const DOMAIN: RecipientNo = RecipientNo(1);

/// The first verified contact of the directory.
pub(crate) const FIRST: RecipientNo = RecipientNo(2);

/// The second.
pub(crate) const SECOND: RecipientNo = RecipientNo(3);

/// The link of the first verified contact, of the first notice.
pub(crate) fn link() -> Actor {
    link_of(1, FIRST)
}

pub(crate) fn link_of(notice: u16, recipient: RecipientNo) -> Actor {
    Actor::CustomerLink { notice: NoticeNo(notice), recipient: Some(recipient) }
}

/// A link of the form that names no recipient.
pub(crate) fn old_link(notice: u16) -> Actor {
    Actor::CustomerLink { notice: NoticeNo(notice), recipient: None }
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
        renews: None,
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

/// A claim, what has happened to it, and what is known of its recipients.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) claim: Claim,
    pub(crate) events: Vec<Event>,
    /// The versions before.
    pub(crate) versions: Vec<Claim>,
    /// The list of the current notice, with its reports.
    pub(crate) recipients: Option<Recipients>,
    pub(crate) tenant: Tenant,
    pub(crate) policy: Policy,
    /// What the claim renews, as it is by now.
    pub(crate) renewed: Option<Claim>,
    /// What the customer keeps from the partner.
    pub(crate) blocked: Vec<ItemRef>,
}

impl Given {
    /// The claim that an event begins.
    pub(crate) fn begun(event: Event) -> Self {
        assert!(event.follows(None), "{event:?}");
        let claim = evolve(None, &event).unwrap();
        follows_from_its_entry(None, &Entry::of(None, &claim, KEY), &claim);
        let (tenant, policy) = (tenant(), Policy::default());
        let (events, versions) = (vec![event], Vec::new());
        let (renewed, blocked) = (None, Vec::new());
        Self { claim, events, versions, recipients: None, tenant, policy, renewed, blocked }
    }

    pub(crate) fn submitted() -> Self {
        Self::begun(opened(&input()).unwrap())
    }

    pub(crate) fn in_review() -> Self {
        Self::in_review_at(tenant())
    }

    /// The same at another tenant.
    pub(crate) fn in_review_at(tenant: Tenant) -> Self {
        let moment = submitted_at() + Duration::hours(1);
        let submitted = Self { tenant, ..Self::submitted() };
        submitted.then(&Command::BeginReview, reviewer(), moment)
    }

    pub(crate) fn notifying() -> Self {
        Self::in_review().validated()
    }

    /// The first notice is on its way to the claim's contact and to these verified contacts.
    pub(crate) fn notifying_to(verified: &[&str]) -> Self {
        Self::in_review_at(tenant_with(verified)).validated()
    }

    fn validated(self) -> Self {
        let validate = Command::Validate { drop: vec![], comment: None };
        self.then(&validate, reviewer(), submitted_at() + Duration::hours(2))
    }

    /// The window of V1 is open.
    pub(crate) fn awaiting() -> Self {
        Self::notifying().delivered(FIRST, delivered_at())
    }

    /// The same, with the first of these verified contacts having it open.
    pub(crate) fn awaiting_of(verified: &[&str]) -> Self {
        Self::notifying_to(verified).delivered(FIRST, delivered_at())
    }

    /// The window of V1 has closed in silence.
    pub(crate) fn associated() -> Self {
        Self::awaiting().closed()
    }

    /// The window of V1 closes in silence.
    pub(crate) fn closed(self) -> Self {
        self.then(&Command::DeadlinePassed, Actor::System, after_grace())
    }

    /// A delivery is noted, and acted on.
    pub(crate) fn delivered(self, no: RecipientNo, at: Instant) -> Self {
        self.noted_delivery(no, at).reports_applied(at)
    }

    /// A bounce is noted, and acted on.
    pub(crate) fn failed(self, no: RecipientNo, at: Instant) -> Self {
        self.failed_by(no, at, FailureCause::Bounce)
    }

    /// A failure is noted, and acted on.
    pub(crate) fn failed_by(self, no: RecipientNo, at: Instant, cause: FailureCause) -> Self {
        self.noted_failure(no, at, cause).reports_applied(at)
    }

    /// A delivery is noted; the first stays.
    pub(crate) fn noted_delivery(mut self, no: RecipientNo, at: Instant) -> Self {
        let report = self.reports().report_mut(no);
        report.sent = true;
        report.delivered_at = Some(report.delivered_at.map_or(at, |before| before.min(at)));
        self
    }

    /// A failure is noted; the first stays.
    pub(crate) fn noted_failure(
        mut self,
        no: RecipientNo,
        at: Instant,
        cause: FailureCause,
    ) -> Self {
        let report = self.reports().report_mut(no);
        report.sent = true;
        report.failure = report.failure.or(Some(DeliveryFailure { at, cause }));
        self
    }

    /// The mail service never took the mail to this recipient.
    pub(crate) fn unsent(mut self, no: RecipientNo) -> Self {
        self.reports().report_mut(no).sent = false;
        self
    }

    fn reports(&mut self) -> &mut Reports {
        &mut self.recipients.as_mut().expect("a notice").reports
    }

    /// What is noted is acted on.
    pub(crate) fn reports_applied(self, at: Instant) -> Self {
        match self.when(&reports(self.claim.notice.0), Actor::System, at).unwrap() {
            Some(event) => self.evolved(event),
            None => self,
        }
    }

    /// The list of the current notice.
    pub(crate) fn list(&self) -> &RecipientList {
        &self.recipients.as_ref().expect("a notice").list
    }

    /// Where a recipient stands.
    pub(crate) fn standing(&self, no: RecipientNo) -> RecipientStanding {
        self.list().get(no).expect("a recipient").standing
    }

    /// The addresses of the list with this standing, in the order of their numbers.
    pub(crate) fn emails(&self, standing: RecipientStanding) -> Vec<&str> {
        let listed = self.list().recipients.iter().filter(|own| own.standing == standing);
        listed.map(|own| own.email.as_str()).collect()
    }

    /// The world as it is for the next command.
    pub(crate) fn context(&self, actor: Actor, at: Instant) -> Context {
        let mut context = context(actor, at);
        context.policy = self.policy.clone();
        context.facts.tenant = Some(self.tenant.clone());
        context.facts.recipients.clone_from(&self.recipients);
        context.facts.blocked.clone_from(&self.blocked);
        if let Some(old) = &self.renewed {
            let held = old.active_items().map(|item| (old.item_ref(item), old.id.clone()));
            context.facts.own_claims = held.collect();
            context.facts.rivals = self.rivals_of(old);
            context.facts.renewed = Some(old.clone());
        }
        context
    }

    /// What the old claim still holds of the claim's items.
    fn rivals_of(&self, old: &Claim) -> Vec<Rival> {
        let held = old.active_items().filter_map(|held| {
            let own = self.claim.items.iter().find(|own| own.id == held.id)?;
            Some(Rival {
                item: own.no,
                claim: old.id.clone(),
                rival_item: held.no,
                standing: RivalStatus::Active,
                defence: None,
                held_since: None,
                place: None,
            })
        });
        held.collect()
    }

    /// The claim after a command that must lead to an event.
    pub(crate) fn then(self, command: &Command, actor: Actor, at: Instant) -> Self {
        let event = self.when(command, actor, at).unwrap().expect("an event");
        self.evolved(event)
    }

    /// The event is stored, and its list of recipients with it; the mail service takes the mails to whom it asks.
    pub(crate) fn evolved(mut self, event: Event) -> Self {
        let old = self.claim;
        assert!(event.follows(Some(old.status())), "{:?}: {event:?}", old.status());
        self.claim = evolve(Some(old.clone()), &event).unwrap();
        let between = Event::derive(Some(&old), &self.claim).expect("an event between");
        assert!(between.follows(Some(old.status())), "{between:?}");
        let again = evolve(Some(old.clone()), &between);
        assert_eq!(again.as_ref(), Ok(&self.claim), "{event:?} read back as {between:?}");
        let entry = Entry::of(Some(&old), &self.claim, KEY);
        let told = SealedEntry::of(&entry, KEY).to_readable();
        assert_eq!(told, Some(ReadableEntry::Event(Box::new(entry.clone()))));
        follows_from_its_entry(Some(&old), &entry, &self.claim);
        self.versions.push(old);
        if let Some(list) = event.recipients.as_deref().cloned() {
            let known = self.recipients.take().filter(|own| own.list.notice == list.notice);
            let mut reports = known.map(|own| own.reports).unwrap_or_default();
            let asked = |own: &&Recipient| own.standing == RecipientStanding::Asked;
            for own in list.recipients.iter().filter(asked) {
                reports.report_mut(own.no).sent = true;
            }
            assert_eq!(list.notice, self.claim.notice, "a list belongs to the current notice");
            self.recipients = Some(Recipients { list, reports });
        }
        let listed = self.recipients.as_ref().map(|own| own.list.notice);
        assert_eq!(listed.unwrap_or_default(), self.claim.notice, "a notice has a list");
        self.events.push(event);
        self
    }

    pub(crate) fn when(
        &self,
        command: &Command,
        actor: Actor,
        at: Instant,
    ) -> Result<Option<Event>, Rejection> {
        self.decided(command, &self.context(actor, at))
    }

    /// The same in another world.
    pub(crate) fn decided(
        &self,
        command: &Command,
        context: &Context,
    ) -> Result<Option<Event>, Rejection> {
        let decision = decide(Some(&self.claim), command, context);
        if let Ok(Some(event)) = &decision {
            let made = event.body.event_type();
            assert!(command.kind().table_row().makes.contains(&made), "{command:?} made {made:?}");
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

    /// The end of the window.
    pub(crate) fn closes_at(&self) -> Option<Instant> {
        self.claim.state.window().map(|window| window.closes_at)
    }
}

pub(crate) fn after_grace() -> Instant {
    closes_at() + Duration::seconds(120)
}

/// What was noted of a notice is to be acted on.
pub(crate) fn reports(notice: u16) -> Command {
    Command::ApplyReports { notice: NoticeNo(notice) }
}

pub(crate) fn hold() -> Command {
    Command::Hold { comment: comment() }
}

pub(crate) fn retire(no: RecipientNo) -> Command {
    Command::RetireLink { recipient: no.0, comment: Some(comment()) }
}

/// The same; of a refusal by state without what is possible instead.
pub(crate) fn without_possible<T>(result: Result<T, Rejection>) -> Result<T, Rejection> {
    result.map_err(|refusal| {
        if let Rejection::InvalidState { status, command, .. } = refusal {
            Rejection::InvalidState { status, command, possible: Vec::new() }
        } else {
            refusal
        }
    })
}

/// The refusal of a command that the claim's state does not take.
pub(crate) fn is_invalid_state<T>(result: &Result<T, Rejection>) -> bool {
    matches!(result, Err(Rejection::InvalidState { .. }))
}

pub(crate) fn decline(items: &[u8]) -> Command {
    Command::Decline { items: these(items), motive: None }
}

pub(crate) fn undo(items: &[u8]) -> Command {
    Command::Undo { items: these(items) }
}

/// These items; all of them where none is named.
pub(crate) fn these(items: &[u8]) -> ItemSelection {
    match items {
        [] => ItemSelection::All,
        numbers => ItemSelection::These(numbers.iter().map(|no| ItemNo(*no)).collect()),
    }
}

pub(crate) fn end(item: u8) -> Command {
    Command::End { item: ItemNo(item), comment: Some(comment()), motive: Some(Motive::Other) }
}

pub(crate) fn reject() -> Command {
    let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: None };
    Command::Reject { reasons: vec![GivenReason { reason, comment: None }] }
}

pub(crate) fn withdraw() -> Command {
    Command::Withdraw { motive: Motive::CustomerRequest, comment: None }
}

/// A claim in every status, each as it comes about.
pub(crate) fn in_status(status: Status) -> Claim {
    given_in(status).claim
}

/// The same with what is known of its recipients.
pub(crate) fn given_in(status: Status) -> Given {
    static EACH: LazyLock<Vec<Given>> =
        LazyLock::new(|| Status::ALL.iter().copied().map(brought_into).collect());
    EACH.iter().find(|given| given.status() == status).cloned().expect("a claim in every status")
}

/// How a claim comes into a status.
fn brought_into(status: Status) -> Given {
    let rejection =
        || RejectionRecord { by: Some(StaffId::parse("reviewer").unwrap()), reasons: vec![] };
    let with = |given: Given, state| Given { claim: Claim { state, ..given.claim }, ..given };
    match status {
        Status::Draft => with(
            Given::submitted(),
            State::Draft { discard_at: closes_at(), keeps_priority_until: None },
        ),
        Status::Submitted => Given::submitted(),
        Status::InReview => Given::in_review(),
        Status::ActionRequired => with(
            Given::submitted(),
            State::ActionRequired { reasons: vec![], answer_by: closes_at(), overturned: false },
        ),
        Status::Disputed => {
            let state = State::Disputed { rejection: rejection(), due_at: Some(closes_at()) };
            let mut given = with(Given::submitted(), state);
            given.claim.disputed = true;
            given
        }
        Status::Notifying => Given::notifying(),
        Status::Unreachable => Given::awaiting().failed(FIRST, delivered_at()),
        Status::AwaitingCustomer => Given::awaiting(),
        Status::OnHold => Given::awaiting().then(&hold(), operator(), delivered_at()),
        Status::Associated => Given::associated(),
        Status::Rejected => {
            let state =
                State::Rejected { rejection: rejection(), disputable_until: Some(closes_at()) };
            with(Given::submitted(), state)
        }
        Status::Declined => Given::awaiting().then(&decline(&[]), link(), delivered_at()),
        Status::Withdrawn => Given::notifying().then(&withdraw(), alpine(), delivered_at()),
        Status::Discarded => with(Given::submitted(), State::Discarded),
        Status::Ended => Given::associated().then(&decline(&[]), link(), after_grace()),
    }
}

/// Whether the entry of a step leads from the version before to the version after, also for a reader who was not given
/// its parts: then to the same statuses.
pub(crate) fn follows_from_its_entry(old: Option<&Claim>, entry: &Entry, new: &Claim) {
    let after = |entry: &Entry| {
        let event = entry.event(old).unwrap_or_else(|| panic!("no event of {entry:?}"));
        evolve(old.cloned(), &event).unwrap_or_else(|unfit| panic!("{unfit}: {entry:?}"))
    };
    let whole = after(entry);
    assert_eq!(without_untold(&whole, new), *new, "{entry:?}");
    for reads in [vec![], vec![Audience::Partner], vec![Audience::Customer]] {
        let Some(ReadableEntry::Event(told)) =
            SealedEntry::of(entry, KEY).with_readable_parts(&reads).to_readable()
        else {
            continue;
        };
        let known = after(&told);
        let statuses = |claim: &Claim| {
            claim.items.iter().map(|item| claim.item_status(item).as_str()).collect::<Vec<_>>()
        };
        assert_eq!(known.status(), new.status(), "{reads:?}: {told:?}");
        assert_eq!(statuses(&known), statuses(new), "{reads:?}: {told:?}");
    }
}

/// The claim with what no entry says as `new` has it.
fn without_untold(claim: &Claim, new: &Claim) -> Claim {
    let mut claim = claim.clone();
    claim.details = new.details.clone();
    claim.last_event.fingerprint = new.last_event.fingerprint;
    claim.last_outage = new.last_outage;
    for (own, item) in claim.items.iter_mut().zip(&new.items) {
        if let (Some(Mark::Declined { latest, .. }), Some(Mark::Declined { latest: known, .. })) =
            (&mut own.mark, item.mark)
        {
            *latest = known;
        }
    }
    claim
}
