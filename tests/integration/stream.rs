//! The table's stream: which versions of a claim it has told.

use domain::ids::ClaimId;
use serde_json::Value;
use support::engine::{Engine, key};

/// The new images of a claim's record, in the stream's order.
pub fn images(engine: &Engine, id: &ClaimId) -> Vec<Value> {
    let pk = format!("C#{id}");
    let images = engine.stream().into_iter().map(|record| record["dynamodb"]["NewImage"].clone());
    images.filter(|image| key(image) == (pk.clone(), "A".to_owned())).collect()
}

/// The versions of a claim, in the stream's order.
pub fn versions(engine: &Engine, id: &ClaimId) -> Vec<u64> {
    let number = |image: &Value| image["v"]["N"].as_str().unwrap().parse().unwrap();
    images(engine, id).iter().map(number).collect()
}
