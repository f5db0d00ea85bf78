//! Two partners and one item: the steps that bring a holder and a newcomer where a test wants them.

use domain::actor::{Actor, StaffRole};
use domain::claim::Claim;
use domain::command::{Command, ItemSelection};
use domain::ids::StaffId;
use domain::text::Comment;

use crate::fixtures;
use crate::test_env::{TestEnv, closes_at, partner_admin, reviewer};

impl TestEnv {
    /// A claim of Alpine's whose associations run since the deadline passed a moment ago.
    pub async fn holding(&self, key: &str, workloads: &[&str]) -> Claim {
        let claim = self.awaiting(key, workloads).await;
        self.let_pass(closes_at(&claim));
        self.finalize().await;
        self.read(&claim.id).await
    }

    /// A submitted claim of Borealis's at Contoso.
    pub async fn rival_submitted(&self, key: &str, workloads: &[&str]) -> Claim {
        let body = fixtures::claim_body_of("4712", fixtures::CONTOSO, "contoso.example", workloads);
        self.create_of(fixtures::BOREALIS, key, &body).await.expect("a rival").claim
    }

    /// A holder, and a newcomer whose review has begun: the holder is asked to defend.
    pub async fn contested(&self, held: &[&str], claimed: &[&str]) -> (Claim, Claim) {
        let holder = self.holding("k", held).await;
        let newcomer = self.rival_in_review("k", claimed).await;
        (self.read(&holder.id).await, newcomer)
    }

    /// A holder that kept silent, and a newcomer whose window is open: next in line.
    pub async fn in_line(&self, held: &[&str], claimed: &[&str]) -> (Claim, Claim) {
        let (holder, newcomer) = Box::pin(self.contested(held, claimed)).await;
        self.clock.set(newcomer.defence_until.expect("a time to defend"));
        let newcomer = Box::pin(self.let_in(&newcomer)).await;
        (self.read(&holder.id).await, newcomer)
    }

    /// Validates a newcomer on its grounds and delivers its notice.
    async fn let_in(&self, newcomer: &Claim) -> Claim {
        let validated = self.give(&newcomer.id, &operator(), &grounds()).await.expect("validated");
        self.deliver(&validated.claim).await.expect("a window")
    }
}

/// Borealis's admin.
pub fn borealis() -> Actor {
    partner_admin(fixtures::BOREALIS)
}

/// The operator.
pub fn operator() -> Actor {
    let id = StaffId::parse("operator-1").expect("a staff id");
    Actor::Staff { id, role: StaffRole::Operator }
}

/// Begin a review, once more where a holder came in meanwhile.
pub fn begin() -> (Actor, Command) {
    (reviewer(), Command::BeginReview)
}

/// Validate with grounds, nothing dropped.
pub fn grounds() -> Command {
    let comment = Comment::parse("the newer acknowledgement").ok();
    Command::Validate { drop: Vec::new(), comment }
}

/// "Yes" to everything.
pub fn accept_all() -> Command {
    Command::Accept { items: ItemSelection::All }
}
