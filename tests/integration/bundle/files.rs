//! The holidays of a bundle: a window that was counted by another version of them is counted again by the file that the
//! bundle carries, and no program of that version is needed.

use cpor::FindingKind as Kind;
use domain::calendar::{CountryFile, DATA_VERSION};
use domain::ids::Sha256Hash;
use serde_json::{Value, json};
use support::engine::key;
use support::event_functions::records;
use support::stack::Stack;

use super::manipulated::Forged;
use super::story::story;
use super::{READERS, bundle, checked};

/// A version of the data that this program does not have.
const OLDER: &str = "2025.03";

#[tokio::test]
async fn the_holidays_that_a_window_was_counted_by_are_kept_once_and_each_bundle_carries_them() {
    let (stack, claim) = Box::pin(story()).await;
    let kept: Vec<_> = stack.env.engine.items("CF#").iter().map(key).collect();
    let file = CountryFile::embedded("CZ".parse().unwrap());
    let sort = format!("{DATA_VERSION}#{}", file.digest());
    assert_eq!(kept, [("CF#CZ".to_owned(), sort)], "windows of one country by one version");
    for reader in READERS {
        let value: Value = serde_json::from_str(&bundle(&stack, &claim, reader).await).unwrap();
        let expected = json!([{"country": "CZ", "version": DATA_VERSION, "text": file.text,
            "sha256": file.digest()}]);
        assert_eq!(value["country_files"], expected, "{reader}");
    }
}

#[tokio::test]
async fn what_was_kept_by_an_older_program_goes_with_the_bundles_of_claims_that_were_counted_by_it()
{
    let (stack, claim) = Box::pin(story()).await;
    let mut item = stack.env.engine.items("CF#").remove(0);
    let sort = key(&item).1;
    item["sk"]["S"] = sort.replace(DATA_VERSION, OLDER).into();
    stack.env.engine.put(&item);
    let versions = |text: &str| -> Vec<String> {
        let value: Value = serde_json::from_str(text).unwrap();
        let files = value["country_files"].as_array().unwrap().iter();
        files.map(|file| file["version"].as_str().unwrap().to_owned()).collect()
    };
    let own = bundle(&stack, &claim, "partner").await;
    assert_eq!(versions(&own), [DATA_VERSION], "no window of the claim was counted by it");
    // The entries as a program of that version would have written them.
    let now = format!("CZ@{DATA_VERSION}");
    for mut entry in
        stack.env.engine.items("C#").into_iter().filter(|item| key(item).1.starts_with("H#"))
    {
        let text = inflated(&entry["x"]);
        entry["x"] = deflated(&text.replace(&now, &format!("CZ@{OLDER}")));
        stack.env.engine.put(&entry);
    }
    let own = bundle(&stack, &claim, "partner").await;
    assert_eq!(versions(&own), [DATA_VERSION, OLDER]);
}

fn inflated(value: &Value) -> String {
    use std::io::Read as _;
    let bytes = data_encoding::BASE64.decode(value["B"].as_str().unwrap().as_bytes()).unwrap();
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
    text
}

fn deflated(text: &str) -> Value {
    use std::io::Write as _;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    json!({"B": data_encoding::BASE64.encode(&encoder.finish().unwrap())})
}

/// The bundle as a program of an older version would have made it, with a file that `change` makes of the present one.
fn older(text: &str, change: fn(String) -> Option<String>) -> String {
    let ids = (format!("CZ@{DATA_VERSION}"), format!("CZ@{OLDER}"));
    let mut own = Forged(serde_json::from_str(&text.replace(&ids.0, &ids.1)).unwrap());
    own.chain();
    let file = own.0["country_files"][0]["text"].as_str().unwrap().to_owned();
    own.0["country_files"] = match change(file) {
        Some(text) => {
            let sha256 = Sha256Hash::of(text.as_bytes());
            json!([{"country": "CZ", "version": OLDER, "text": text, "sha256": sha256}])
        }
        None => json!([]),
    };
    own.digested().to_string()
}

fn without_christmas(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.contains("1225"));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn windows_of_another_version_are_counted_again_by_the_file_that_the_bundle_carries() {
    let (stack, claim) = Box::pin(story()).await;
    let text = bundle(&stack, &claim, "staff").await;
    let report = checked(&older(&text, Some));
    assert!(report.verified, "{report}");
    assert_eq!(report.checked.windows, 4, "every window is counted again: {report}");
    let said = report.unchecked.join("\n");
    assert!(said.contains(&format!("were those of version {OLDER}")), "{report}");
    let other = checked(&older(&text, |text| Some(without_christmas(&text))));
    assert!(other.has(Kind::Window), "counted by the file and by nothing else: {other}");
    let none = checked(&older(&text, |_| Some("years|2024|2040".to_owned())));
    assert!(none.has(Kind::Window) || none.has(Kind::Calendar), "{none}");
    let junk = checked(&older(&text, |_| Some("holiday|".to_owned())));
    assert!(junk.has(Kind::Calendar), "{junk}");
    let missing = checked(&older(&text, |_| None));
    assert!(missing.verified, "it is as good as this program's own here: {missing}");
}

#[tokio::test]
async fn a_file_of_this_program_s_version_must_be_this_program_s() {
    let (stack, claim) = Box::pin(story()).await;
    let known: Value = serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap();
    let mut changed = Forged(known.clone());
    let text = without_christmas(known["country_files"][0]["text"].as_str().unwrap());
    changed.0["country_files"][0]["text"] = text.clone().into();
    assert!(checked(&changed.digested().to_string()).has(Kind::Calendar), "its digest is another");
    let mut digested = Forged(known);
    digested.0["country_files"][0]["text"] = text.clone().into();
    digested.0["country_files"][0]["sha256"] = Sha256Hash::of(text.as_bytes()).to_string().into();
    assert!(checked(&digested.digested().to_string()).has(Kind::Calendar));
}

#[tokio::test]
async fn a_file_that_cannot_be_kept_makes_its_record_come_again() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    stack.env.awaiting("k", &["teams"]).await;
    let wire = &stack.event_functions.wires[2];
    wire.always(|call| call.names("CF#", ""), support::wire::Fault::Reset);
    let all = records(&stack.env);
    let answer = stack.event_functions.publish(&all).await.unwrap();
    assert_eq!(answer.batch_item_failures.len(), 1, "{answer:?}");
    assert!(stack.env.engine.items("CF#").is_empty());
    wire.reset();
    let answer = stack.event_functions.publish(&all).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(stack.env.engine.items("CF#").len(), 1);
}
