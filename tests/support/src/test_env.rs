//! A whole system without its functions: database, wire, clock and store, with the directory seeded,
//! and the steps that bring a claim where a test wants it.

use std::sync::{Arc, LazyLock};

use chrono::Duration;
use domain::actor::{Actor, StaffRole};
use domain::calendar::{BusinessCalendar, UnknownSubdivision, Zone};
use domain::claim::{Claim, Instant};
use domain::command::{Command, GivenReason, ItemSelection};
use domain::context::LocalCalendar;
use domain::event::FailureCause;
use domain::ids::{ClaimId, ItemNo, NoticeNo, PartnerId, StaffId, TenantId};
use domain::motive::Motive;
use domain::program::{Policy, Program};
use domain::reason::{Reason, ReasonCode};
use domain::recipient::{Recipient, RecipientNo, RecipientStanding};
use serde_json::{Value, json};
use store::{
    CloseMethod, CommandOutcome, CreatedClaim, DeliveryReport, NewClaim, RequestTime, Store,
    StoreConfig, StoreError,
};

use crate::clock::Clock;
use crate::documents::Documents;
use crate::engine::{Engine, TABLE};
use crate::fake_services::FakeServices;
use crate::fixtures;
use crate::wire::Wire;

/// Into how many shards the timers of tests go.
pub const SHARDS: u16 = 2;

/// The system around a test.
pub struct TestEnv {
    /// The database.
    pub engine: Engine,
    /// The wire between [`TestEnv::store`] and the database.
    pub wire: Wire,
    /// The time.
    pub clock: Clock,
    /// The store.
    pub store: Store,
    /// Mail, bus and queues.
    pub services: FakeServices,
    /// The bucket of the documents.
    pub documents: Documents,
    /// Where the operator counts its days.
    operator: LocalCalendar,
}

impl TestEnv {
    /// An environment at that moment, with the directory of [`fixtures`].
    pub async fn at(now: &str) -> Self {
        Self::with(now, &fixtures::osu_m365(), prague()).await
    }

    /// An environment whose parties rest on other days, each by its own clocks: the operator in Iran on Thursday and Friday,
    /// Emerald in Ireland on Saturday and Sunday, Contoso as ever in Czechia.
    pub async fn in_countries(now: &str) -> Self {
        let env = Self::with(now, &fixtures::osu_m365(), place("IR", "Asia/Tehran")).await;
        env.store.put_partner(&fixtures::emerald()).await.expect("a partner");
        env.wire.reset();
        env
    }

    /// The same, with another `osu-m365`.
    pub async fn with_policy(now: &str, policy: Policy) -> Self {
        Self::with(now, &Program { policy, ..fixtures::osu_m365() }, prague()).await
    }

    async fn with(now: &str, osu_m365: &Program, operator: LocalCalendar) -> Self {
        let clock = Clock::at(now);
        let engine = Engine::start();
        let wire = Wire::new(clock.clone(), &engine);
        let client = engine.client(wire.http());
        let store = Store::new(client, config(&clock, operator.clone()));
        let (services, documents) = (FakeServices::default(), Documents::default());
        let env = Self { engine, wire, clock, store, services, documents, operator };
        env.seed(osu_m365).await;
        env.wire.reset();
        env
    }

    async fn seed(&self, osu_m365: &Program) {
        for partner in [fixtures::alpine(), fixtures::borealis()] {
            self.store.put_partner(&partner).await.expect("a partner");
        }
        for tenant in [fixtures::contoso(), fixtures::tailwind(), fixtures::fabrikam()] {
            self.store.put_tenant(&tenant).await.expect("a tenant");
        }
        for program in [osu_m365, &fixtures::osu_business_apps(), &fixtures::osa_sell()] {
            self.store.put_program(program).await.expect("a program");
        }
    }

    /// Another store on the same database, as another process has it: nothing cached, its own wire.
    pub fn another_store(&self, change: impl FnOnce(&mut StoreConfig)) -> (Store, Wire) {
        let wire = Wire::new(self.clock.clone(), &self.engine);
        let mut config = self.config();
        change(&mut config);
        (Store::new(self.engine.client(wire.http()), config), wire)
    }

    /// A store on the environment's own wire that gives up waiting for an answer after `attempt`.
    pub fn impatient_store(&self, attempt: std::time::Duration) -> Store {
        Store::new(self.engine.client_within(self.wire.http(), attempt), self.config())
    }

    /// A store whose clock goes on by so much each time that it is read.
    pub fn store_of_slow_work(&self, by: Duration) -> Store {
        let clock = self.clock.clone();
        let read = move || {
            clock.advance(by);
            clock.now()
        };
        self.another_store(|config| config.clock = Arc::new(read)).0
    }

    /// How many claims are stored at that version.
    pub fn claims_at_version(&self, version: u32) -> usize {
        let version = json!(version.to_string());
        let is_record = |item: &&Value| item["sk"]["S"] == "A" && item["v"]["N"] == version;
        self.engine.items("C#").iter().filter(is_record).count()
    }

    fn config(&self) -> StoreConfig {
        config(&self.clock, self.operator.clone())
    }

    /// A request that arrives now.
    pub fn now(&self) -> RequestTime {
        RequestTime::new(self.clock.now(), Duration::zero())
    }

    /// Creates a claim of Alpine's at Contoso.
    pub async fn create(&self, key: &str, workloads: &[&str]) -> Result<CreatedClaim, StoreError> {
        self.create_of(fixtures::ALPINE, key, &fixtures::claim_body(workloads)).await
    }

    /// Creates a claim from a body.
    pub async fn create_of(
        &self,
        partner: &str,
        key: &str,
        body: &Value,
    ) -> Result<CreatedClaim, StoreError> {
        Box::pin(create_on(&self.store, partner, key, body, self.now())).await
    }

    /// Gives a command, now and without a version.
    pub async fn give(
        &self,
        id: &ClaimId,
        actor: &Actor,
        command: &Command,
    ) -> Result<CommandOutcome, StoreError> {
        Box::pin(self.store.execute_command(id, actor, command, self.now(), None)).await
    }

    async fn step(&self, id: &ClaimId, actor: &Actor, command: &Command) -> Claim {
        self.give(id, actor, command).await.expect("a step of the story").claim
    }

    /// A submitted claim.
    pub async fn submitted(&self, key: &str, workloads: &[&str]) -> Claim {
        self.create(key, workloads).await.expect("a claim").claim
    }

    /// A claim in review.
    pub async fn in_review(&self, key: &str, workloads: &[&str]) -> Claim {
        let claim = self.submitted(key, workloads).await;
        self.step(&claim.id, &reviewer(), &Command::BeginReview).await
    }

    /// A validated claim whose notice is on its way.
    pub async fn notifying(&self, key: &str, workloads: &[&str]) -> Claim {
        let claim = self.in_review(key, workloads).await;
        self.step(&claim.id, &reviewer(), &validate()).await
    }

    /// A claim whose window is open since now.
    pub async fn awaiting(&self, key: &str, workloads: &[&str]) -> Claim {
        let claim = self.notifying(key, workloads).await;
        self.deliver(&claim).await.expect("a delivery")
    }

    /// The mail service takes every mail of the claim's notice.
    pub async fn send_all(&self, claim: &Claim) {
        let list = self.store.recipient_list(&claim.id, claim.notice).await.expect("a list");
        let asked = |own: &&Recipient| own.standing == RecipientStanding::Asked;
        let recipients = list.iter().flat_map(|list| &list.recipients).filter(asked);
        let numbers: Vec<_> = recipients.map(|own| own.no).collect();
        self.store.note_sent(&claim.id, claim.notice, &numbers).await.expect("a note");
    }

    /// The claim's notice is delivered now to the first of its recipients who may open the window.
    pub async fn deliver(&self, claim: &Claim) -> Result<Claim, StoreError> {
        self.report(claim, DeliveryReport::Delivered { at: self.clock.now() }).await
    }

    /// The claim's notice fails now at the first of its recipients who may open the window.
    pub async fn fail(&self, claim: &Claim, cause: FailureCause) -> Result<Claim, StoreError> {
        self.report(claim, DeliveryReport::Failed { at: self.clock.now(), cause }).await
    }

    async fn report(&self, claim: &Claim, noted: DeliveryReport) -> Result<Claim, StoreError> {
        self.note(claim, claim.notice, noted).await?;
        let apply = apply_reports(claim.notice);
        Ok(self.give(&claim.id, &Actor::System, &apply).await?.claim)
    }

    /// Notes a report of a notice, without acting on it; nothing where the notice has no list.
    pub async fn note(
        &self,
        claim: &Claim,
        notice: NoticeNo,
        noted: DeliveryReport,
    ) -> Result<(), StoreError> {
        let list = self.store.recipient_list(&claim.id, notice).await?;
        let opener =
            list.as_ref().and_then(|list| list.recipients.iter().find(|own| own.may_open()));
        if let Some(own) = opener {
            self.store.note_report(&claim.id, notice, own.no, noted).await?;
        }
        Ok(())
    }

    /// A claim of Borealis's on the same items, as far as in review.
    pub async fn rival_in_review(&self, key: &str, workloads: &[&str]) -> Claim {
        let claim = self.rival_submitted(key, workloads).await;
        self.step(&claim.id, &reviewer(), &Command::BeginReview).await
    }

    /// The claim as it stands in the table, past the wire and without closing anything.
    pub fn stored(&self, id: &ClaimId) -> Value {
        self.engine.item(&format!("C#{id}"), "A").expect("a stored claim")
    }

    /// The claim, read as anybody reads it now.
    pub async fn read(&self, id: &ClaimId) -> Claim {
        let read =
            Box::pin(self.store.load_up_to_date(id, self.now())).await.expect("a readable claim");
        read.expect("a claim that exists")
    }

    /// Lets the time come at which a deadline's silence is executed: late enough for the grace and for
    /// a whole second of the `Date` header.
    pub fn let_pass(&self, deadline: Instant) {
        self.let_pass_by(deadline, Duration::seconds(125));
    }

    /// Lets that much more than a deadline pass, in a system that has ticked all along: shards that
    /// have no position yet get one shortly before it, so that no test walks through days of empty
    /// buckets.
    pub fn let_pass_by(&self, deadline: Instant, by: Duration) {
        let quarter_ms = 15 * 60 * 1000;
        let before = (deadline.timestamp_millis() / quarter_ms - 1) * quarter_ms;
        for shard in 0..SHARDS {
            let sk = format!("{shard:02}");
            if self.engine.item("S", &sk).is_none() {
                let b = json!({"N": before.to_string()});
                self.engine.put(&json!({"pk": {"S": "S"}, "sk": {"S": sk}, "b": b}));
            }
        }
        self.clock.set(deadline + by);
    }

    /// Ticks once and drains every shard that is due, as `finalize` does.
    pub async fn finalize(&self) -> Vec<store::DrainReport> {
        let tick = self.store.find_due_work().await.expect("a tick");
        let until = self.clock.now() + Duration::seconds(40);
        let mut drained = Vec::new();
        for shard in tick.due {
            let drained_shard = Box::pin(self.store.drain_timers(shard, until));
            drained.push(drained_shard.await.expect("a drained shard"));
        }
        drained
    }

    /// Counts windows again as the ticks do, until no country is left; how many changed.
    pub async fn recount(&self) -> u32 {
        let until = self.clock.now() + Duration::seconds(40);
        let mut changed = 0;
        for country in self.store.pending_recounts().await.expect("countries") {
            let recounted = Box::pin(self.store.recount_windows(country, until)).await;
            let report = recounted.expect("windows counted again");
            assert!(report.leased && report.finished, "{report:?}");
            changed += report.changed;
        }
        changed
    }
}

fn config(clock: &Clock, operator: LocalCalendar) -> StoreConfig {
    StoreConfig {
        counting_data: domain::calendar::counting_data(),
        table: TABLE.to_owned(),
        shards: SHARDS,
        operator,
        clock: clock.function(),
        sandbox: false,
        closing: CloseMethod::Batch,
    }
}

/// The operator's place.
pub fn prague() -> LocalCalendar {
    static PRAGUE: LazyLock<LocalCalendar> = LazyLock::new(|| place("CZ", "Europe/Prague"));
    PRAGUE.clone()
}

/// The calendar of a country, in a zone.
fn place(country: &str, zone: &str) -> LocalCalendar {
    let country = country.parse().expect("a country");
    let calendar = BusinessCalendar::new(country, None, UnknownSubdivision::Any);
    LocalCalendar {
        calendar: calendar.expect("a calendar"),
        zone: Zone::Known(zone.parse().expect("a zone")),
    }
}

/// Creates a claim through a store.
pub async fn create_on(
    store: &Store,
    partner: &str,
    key: &str,
    body: &Value,
    moment: RequestTime,
) -> Result<CreatedClaim, StoreError> {
    let actor = partner_admin(partner);
    let id = ClaimId::of(&partner_id(partner), key);
    let given = web::bodies::read_claim(body);
    let new = NewClaim {
        actor: &actor,
        id: &id,
        input: &given.input,
        malformed: &given.malformed,
        draft: given.draft,
        request_hash: web::request_hash(body),
    };
    store.create_claim(new, moment).await
}

/// A partner's id.
pub fn partner_id(id: &str) -> PartnerId {
    PartnerId::parse(id).expect("a partner id")
}

/// A tenant's id.
pub fn tenant_id(id: &str) -> TenantId {
    TenantId::parse(id).expect("a tenant id")
}

/// A partner's admin.
pub fn partner_admin(id: &str) -> Actor {
    Actor::Partner { id: partner_id(id), admin: true, person: None }
}

/// Alpine's admin.
pub fn alpine() -> Actor {
    partner_admin(fixtures::ALPINE)
}

/// A reviewer.
pub fn reviewer() -> Actor {
    Actor::Staff {
        id: StaffId::parse("reviewer-1").expect("a staff id"),
        role: StaffRole::Reviewer,
    }
}

/// The verified contact of a tenant of [`fixtures`], as a recipient of a claim from there: the claim's own contact,
/// of the tenant's domain, comes first.
pub const VERIFIED: RecipientNo = RecipientNo(2);

/// The verified contact with the link and code of that notice.
pub fn link(notice: u16) -> Actor {
    Actor::CustomerLink { notice: NoticeNo(notice), recipient: Some(VERIFIED) }
}

/// Contoso's administrator.
pub fn contoso_admin() -> Actor {
    Actor::CustomerAdmin { tenant: tenant_id(fixtures::CONTOSO), person: None }
}

/// Validate, nothing dropped.
pub fn validate() -> Command {
    Command::Validate { drop: Vec::new(), comment: None }
}

/// Reject, by code alone.
pub fn reject() -> Command {
    let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: None };
    Command::Reject { reasons: vec![GivenReason { reason, comment: None }] }
}

/// Acting on the reports of a notice.
pub fn apply_reports(notice: NoticeNo) -> Command {
    Command::ApplyReports { notice }
}

/// "No" to everything.
pub fn decline_all() -> Command {
    Command::Decline { items: ItemSelection::All, motive: None }
}

/// "No" to some items.
pub fn decline(items: &[u8]) -> Command {
    Command::Decline {
        items: ItemSelection::These(items.iter().copied().map(ItemNo).collect()),
        motive: None,
    }
}

/// Taking back every "no".
pub fn undo_all() -> Command {
    Command::Undo { items: ItemSelection::All }
}

/// Withdraw without a word.
pub fn withdraw() -> Command {
    Command::Withdraw { motive: Motive::CustomerRequest, comment: None }
}

/// The moment at which the window of an awaiting claim closes.
pub fn closes_at(claim: &Claim) -> Instant {
    claim.state.window().expect("a window").closes_at
}

/// The statuses of a claim's items, in order.
pub fn item_statuses(claim: &Claim) -> Vec<&'static str> {
    claim.items.iter().map(|item| claim.item_status(item).as_str()).collect()
}
