//! What no version of the program writes is an error, never a guess and never a panic.

use integration::world::World;
use serde_json::{Value, json};
use store::StoreError;

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
