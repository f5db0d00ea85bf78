//! What no version of the program writes is an error, never a guess and never a panic.

use domain::claim::Status;
use domain::directory::{Partner, PartnerStatus};
use domain::ids::ClaimId;
use integration::fixtures::{self, ALPINE, CONTOSO};
use integration::stack::Stack;
use integration::world::World;
use serde_json::{Value, json};
use store::StoreError;
use web::event::Event;

const NOW: &str = "2026-12-22T14:00:00Z";

/// Reads a claim whose record was changed by hand.
async fn read_after(change: impl Fn(&mut Value)) -> Result<(), StoreError> {
    let world = World::at(NOW).await;
    let claim = world.awaiting("k", &["teams"]).await;
    let mut record = world.stored(&claim.id);
    change(&mut record);
    world.engine.put(&record);
    world.store.claim(&claim.id, world.now()).await.map(|_| ())
}

/// Three claims that wait for their customer, of which the one in the middle cannot be read.
async fn one_unreadable_of_three() -> (Stack, [ClaimId; 3]) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut ids = Vec::new();
    for item in ["exchange-online", "sharepoint-online", "teams"] {
        ids.push(Box::pin(stack.world.awaiting(item, &[item])).await.id);
    }
    let mut record = stack.world.stored(&ids[1]);
    record["st"] = json!({"S": "levitating"});
    stack.world.engine.put(&record);
    (stack, ids.try_into().unwrap())
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_keeps_no_block_of_its_customer_from_the_others() {
    let (stack, [first, _, last]) = one_unreadable_of_three().await;
    let rules = Event::put("/v1/customer/rules").customer_admin(CONTOSO);
    let put = stack.send(rules.json(&json!({"blocked_partners": [ALPINE]}))).await;
    assert_eq!(put.status, 200, "{}", put.text);
    for id in [&first, &last] {
        assert_eq!(stack.world.read(id).await.status(), Status::Declined);
    }
    let swept = Box::pin(stack.backstage.sweep(&stack.world)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "nothing stands before later changes: {swept:?}");
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_keeps_no_suspension_from_the_others() {
    let (stack, [first, _, last]) = one_unreadable_of_three().await;
    let suspended = Partner { status: PartnerStatus::Suspended, ..fixtures::alpine() };
    stack.world.store.put_partner(&suspended).await.unwrap();
    let swept = Box::pin(stack.backstage.sweep(&stack.world)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "{swept:?}");
    for id in [&first, &last] {
        assert_eq!(stack.world.read(id).await.status(), Status::OnHold);
    }
}

#[tokio::test]
async fn an_unknown_stored_status_is_corrupt() {
    let read = read_after(|record| record["st"] = json!({"S": "levitating"})).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}

#[tokio::test]
async fn any_mistyped_attribute_is_corrupt_and_a_missing_one_never_a_panic() {
    let world = World::at(NOW).await;
    let claim = world.awaiting("k", &["teams"]).await;
    let record = world.stored(&claim.id);
    // The table itself holds the types of its keys and of those of its indexes.
    let keys = ["pk", "sk", "ip", "ik", "it", "iu"];
    let names = record.as_object().unwrap().keys().filter(|name| !keys.contains(&name.as_str()));
    for name in names {
        let mut mistyped = record.clone();
        mistyped[name.as_str()] = json!({"L": []});
        world.engine.put(&mistyped);
        let read = world.store.claim(&claim.id, world.now()).await;
        assert!(matches!(read, Err(StoreError::Corrupt(_))), "{name}: {read:?}");
        let mut missing = record.clone();
        missing.as_object_mut().unwrap().remove(name);
        world.engine.put(&missing);
        let read = world.store.claim(&claim.id, world.now()).await;
        assert!(matches!(read, Ok(Some(_)) | Err(StoreError::Corrupt(_))), "{name}: {read:?}");
    }
}

#[tokio::test]
async fn a_claim_without_its_details_is_corrupt() {
    let world = World::at(NOW).await;
    let claim = world.awaiting("k", &["teams"]).await;
    world.engine.delete(&format!("C#{}", claim.id), "D");
    let read = world.store.claim(&claim.id, world.now()).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}
