//! Who else there is: a directory whose contacts change, whoever holds a copy of a notice, somebody who says no and
//! takes it back, and staff and administrators who misuse what they may do.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::directory::{Tenant, TenantContact};
use domain::ids::StaffId;
use domain::recipient::RecipientNo;
use domain::text::{Email, Name};
use serde_json::json;
use store::{EntryWrite, RevisedEntry};
use support::fixtures;
use support::stack::{self, link};
use web::event::RequestEvent;

use super::suspension::PARTNERS;
use super::{Made, Sim};
use crate::simulation::actions::Action;

/// The contacts that the directory may have; the last is at no domain of the customer's.
const CONTACTS: [&str; 4] = [
    "it@contoso.example",
    "security@contoso.example",
    "ciso@contoso.example",
    "msp@helper.example",
];
/// Whoever keeps the directory. The first may also be who validates.
const KEEPERS: [&str; 3] = ["operator-1", "admin-1", "admin-2"];

/// An entry of the tenant, and since when.
pub(super) type Entry = (domain::claim::Instant, Tenant);

impl Sim {
    /// Contoso has several verified contacts, Fabrikam is in a country whose data end, and so is one of the partners.
    pub(super) async fn furnish(&mut self) {
        let contacts = CONTACTS.map(|email| (email, true));
        let contoso = Tenant { contacts: contacts.map(contact).into(), ..fixtures::contoso() };
        let fabrikam = Tenant {
            country: "LK".parse().unwrap(),
            time_zone: Some("Asia/Colombo".parse().unwrap()),
            ..fixtures::fabrikam()
        };
        for tenant in [contoso, fabrikam] {
            self.stack.env.store.put_tenant(&tenant).await.unwrap();
        }
        for (_, entry) in PARTNERS {
            self.stack.env.store.put_partner(&entry()).await.unwrap();
        }
        self.books.skip_directory(&self.stack.env);
    }

    /// Contoso's contacts change places, and some are not verified any more, or are again.
    pub(super) async fn reorder(&mut self) {
        self.repair();
        let mut contacts = CONTACTS.map(|email| (email, self.rng.u8(0..5) > 0));
        self.rng.shuffle(&mut contacts);
        let kept = self.rng.usize(2..=CONTACTS.len());
        let contacts: Vec<TenantContact> = contacts.into_iter().take(kept).map(contact).collect();
        let tenant = Tenant { contacts, ..fixtures::contoso() };
        let keeper = StaffId::parse(self.rng.choice(&KEEPERS).unwrap()).unwrap();
        let now = self.stack.env.clock.now();
        let store = &self.stack.env.store;
        let wish = |_: Option<&Tenant>| Ok(tenant.clone());
        let written = store.change_tenant(&tenant.id, &wish, &keeper, now, &|_, _| true);
        let written = written.await.unwrap();
        let EntryWrite::Stored(RevisedEntry { entry: stored, .. }) = written else {
            panic!("nothing was expected of the entry")
        };
        let verified = stored.verified_contacts().map(|own| own.email.as_str().to_owned());
        self.note(format!("{} verifies {:?}", keeper.as_str(), verified.collect::<Vec<_>>()));
        self.books.entries.push((now, stored));
    }

    /// Somebody says no and takes it back, again and again.
    pub(super) async fn toggle(&mut self) {
        let fits =
            |claim: &Claim| matches!(claim.status(), Status::AwaitingCustomer | Status::Declined);
        let Some((made, claim)) = self.somebodys_that(fits) else { return };
        let mut no = self.meant(&made, &claim, "decline", claim.notice.0).await;
        no.signed_in = self.rng.u8(0..4) == 0;
        for _ in 0..self.rng.usize(1..5) {
            let mut back = no.clone();
            back.decision = "undo";
            for intent in [&no, &back] {
                intent.done(&self.stack, &self.answers()).await;
                self.hear();
                self.stack.env.clock.advance(Duration::milliseconds(1));
            }
        }
    }

    /// Whoever has a copy of a notice, and with it the link and the code of somebody, tries what these do not give:
    /// to undo, and everything by another recipient's link.
    pub(super) async fn forge(&mut self) {
        let Some((made, claim)) = self.somebodys_that(|claim| claim.notice.0 > 0) else { return };
        for decision in ["undo", "extend", "wrong_contact"] {
            let mut intent = self.meant(&made, &claim, decision, claim.notice.0).await;
            let copy = link(&claim.id, intent.notice, RecipientNo(intent.recipient));
            let other = if intent.recipient == 1 { 2 } else { 1 };
            let other = link(&claim.id, intent.notice, RecipientNo(other));
            let code = stack::code_of(&copy, "decline");
            let codes = match decision {
                "undo" => {
                    let zeros = format!("{code}0000");
                    vec![code, zeros, stack::code_of(&other, "undo")]
                }
                _ => vec![stack::code_of(&other, decision), stack::code_of(&copy, "undo")],
            };
            intent.forged = self.rng.choice(codes);
            intent.done(&self.stack, &self.answers()).await;
        }
    }

    /// Staff and administrators do what they may, where it serves nobody.
    pub(super) async fn misuse(&mut self) {
        let Some((made, _)) = self.somebodys_that(|claim| claim.notice.0 > 0) else { return };
        let recipient = self.rng.u8(1..5);
        let action = match self.rng.u8(0..8) {
            0..2 => return self.retire(&made, recipient).await,
            2..4 => Action::RetireLink(recipient),
            4 => Action::Vouch,
            5 => Action::ProposeContact,
            6 => Action::RefuseContact,
            _ => Action::CorrectTo(self.rng.u8(0..5)),
        };
        self.give(&made, action).await;
    }

    /// The operator erases a claim: mostly one that is over, and now and then any.
    pub(super) async fn erase(&mut self) {
        let anyhow = self.rng.u8(0..6) == 0;
        let fits = |made: &&Made| anyhow || is_over(&self.peek(&made.id));
        let fitting: Vec<Made> = self.made.iter().filter(fits).cloned().collect();
        let Some(made) = self.rng.choice(fitting) else { return };
        self.keep_lists().await;
        let event = RequestEvent::post(&format!("/v1/claims/{}/erase", made.id));
        let event = event.staff("operator", "operator-1").header("if-match", "*");
        let answer = self.stack.send(event).await;
        self.note(format!("{made} is erased: {}", answer.status));
        let taken = answer.status == 200 && answer.body["erased"] == true;
        assert!(self.disturbed || taken || answer.status == 409, "{made}: {}", answer.text);
    }

    /// Notes in the books who the notices of each claim went to, since an erasure takes that away: somebody's, or that
    /// of a policy whose time is over.
    pub(super) async fn keep_lists(&mut self) {
        for made in self.made.clone() {
            let claim = self.peek(&made.id);
            if !claim.erased {
                let lists = self.lists(&claim).await;
                self.books.lists.insert(claim.id, lists);
            }
        }
    }

    /// An administrator retires a link.
    async fn retire(&mut self, made: &Made, recipient: u8) {
        let event = RequestEvent::post(&format!("/v1/customer/claims/{}/retire-link", made.id));
        let body = json!({"recipient": recipient});
        let answer = self.stack.send(event.customer_admin(made.wish.tenant).json(&body)).await;
        self.note(format!("{made} retires {recipient}: {}", answer.status));
    }
}

/// Whether a claim has a status that personal data may end in.
fn is_over(claim: &Claim) -> bool {
    matches!(
        claim.status(),
        Status::Rejected | Status::Declined | Status::Withdrawn | Status::Discarded | Status::Ended
    )
}

fn contact((email, verified): (&str, bool)) -> TenantContact {
    TenantContact {
        name: Name::parse("IT desk").unwrap(),
        email: Email::parse(email).unwrap(),
        verified,
        verified_since: None,
        verified_by: None,
    }
}
