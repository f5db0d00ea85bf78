//! What a proof does to its claim.

use domain::actor::Actor;
use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::directory::Tenant;
use domain::eligibility::{Recipient, recipients};
use domain::rejection::Rejection;
use store::{Moment, Receipt, Receipts, Store, StoreError};

use crate::proof::{Kind, Proof};

/// Records a proof at the moment the mail provider gives for it.
pub(crate) async fn record(store: &Store, proof: &Proof) -> Result<(), StoreError> {
    let moment = Moment::new(proof.at, store.offset().await?);
    let claim = store.claim(&proof.claim, moment).await?.ok_or(Rejection::NotFound)?;
    let tenant = store.tenant(&claim.subject.tenant).await?.ok_or(Rejection::NotFound)?;
    let receipts = receipts(store, proof, &recipients_of(&claim, &tenant)).await?;
    let command = match proof.kind {
        // Proofs come in any order: what came back later was not delivered.
        Kind::Delivered => Command::RecordDelivery {
            notice: proof.notice,
            qualifying: tenant.qualifies(&proof.recipient) && !receipts.failed(&proof.recipient),
        },
        // Shown to the operator, and nothing more (`docs/domain.md §3`, *record delivery*).
        Kind::Unattended => return Ok(()),
        Kind::Failed(cause) => Command::RecordFailure {
            notice: proof.notice,
            cause,
            others_left: others_left(&claim, &tenant, proof, &receipts),
        },
    };
    store.execute(&claim.id, &Actor::System, &command, moment, None).await?;
    Ok(())
}

fn recipients_of(claim: &Claim, tenant: &Tenant) -> Vec<Recipient> {
    let contact = claim.details.customer_contact.as_ref();
    let of = |contact| recipients(contact, tenant, claim.refused_contacts);
    contact.map(of).unwrap_or_default()
}

/// Notes what became of the mail at this recipient, where there are others to compare with: the
/// proof for an only recipient stands in the claim itself.
async fn receipts(
    store: &Store,
    proof: &Proof,
    recipients: &[Recipient],
) -> Result<Receipts, StoreError> {
    if recipients.len() < 2 && proof.kind != Kind::Unattended {
        return Ok(Receipts::default());
    }
    let receipt = match proof.kind {
        Kind::Delivered => Receipt::Accepted,
        Kind::Failed(_) => Receipt::Failed,
        Kind::Unattended => Receipt::Unattended,
    };
    store.record_receipt(&proof.claim, proof.notice, &proof.recipient, receipt).await
}

/// Whether another recipient who speaks for the tenant has the notice, or, while it is on its way,
/// may still get it.
fn others_left(claim: &Claim, tenant: &Tenant, proof: &Proof, receipts: &Receipts) -> bool {
    let on_its_way = claim.status() == Status::Notifying;
    recipients_of(claim, tenant)
        .iter()
        .filter(|other| other.qualifying && !other.email.same_mailbox(proof.recipient.as_str()))
        .any(|other| {
            receipts.accepted(&other.email) || (on_its_way && !receipts.failed(&other.email))
        })
}
