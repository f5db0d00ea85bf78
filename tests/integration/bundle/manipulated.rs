//! What somebody who makes up a bundle would have to change, each found and named. The digest of the bundle is made
//! again each time, and where it is said also every hash: so it is the rules that find it.

use cpor::FindingKind as Kind;
use data_encoding::HEXLOWER;
use domain::canonical;
use domain::history::{SealedPart, hash_entry};
use domain::ids::Sha256Hash;
use serde_json::{Map, Value, json};

use super::roots::ROOTED;
use super::story::story;
use super::{bundle, checked};

/// A bundle that somebody changes.
pub(super) struct Forged(pub(super) Value);

impl Forged {
    pub(super) fn entries(&mut self) -> &mut Vec<Value> {
        self.0["entries"].as_array_mut().unwrap()
    }

    /// The entry of a version.
    pub(super) fn entry(&mut self, version: u32) -> &mut Value {
        let is_it = |entry: &&mut Value| entry["version"] == version;
        self.entries().iter_mut().find(is_it).unwrap()
    }

    /// Writes a member of the text of an entry.
    pub(super) fn text(&mut self, version: u32, pointer: &str, value: Value) {
        let entry = self.entry(version);
        let mut text: Value = serde_json::from_str(entry["entry"].as_str().unwrap()).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = text.pointer_mut(parent).unwrap();
        match name.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[name] = value,
        }
        entry["entry"] = canonical::to_canonical_json(&text).into();
    }

    /// Writes a member of a part of an entry, and its digest.
    pub(super) fn part(&mut self, version: u32, audience: &str, name: &str, value: Value) {
        let entry = self.entry(version);
        let part = &mut entry["parts"][audience];
        let mut members: Value = serde_json::from_str(part["value"].as_str().unwrap()).unwrap();
        members[name] = value;
        part["value"] = canonical::to_canonical_json(&members).into();
        let salt = HEXLOWER.decode(part["salt"].as_str().unwrap().as_bytes()).unwrap();
        let value = part["value"].as_str().unwrap().to_owned();
        let digest = SealedPart { salt: salt.try_into().unwrap(), value }.digest();
        self.text(version, &format!("/sealed/{audience}"), digest.to_string().into());
    }

    /// Makes every hash again.
    pub(super) fn chain(&mut self) {
        let mut previous: Option<Sha256Hash> = None;
        for entry in self.entries() {
            entry["previous_hash"] = previous.map(|hash| hash.to_string()).into();
            let own = hash_entry(previous, entry["entry"].as_str().unwrap());
            entry["hash"] = own.to_string().into();
            previous = Some(own);
        }
    }

    /// Makes the digest of the bundle again.
    pub(super) fn digested(mut self) -> Value {
        let members: &mut Map<String, Value> = self.0.as_object_mut().unwrap();
        members.remove("digest");
        let digest = Sha256Hash::of(canonical::to_canonical_json(&self.0).as_bytes());
        self.0["digest"] = digest.to_string().into();
        self.0
    }

    pub(super) fn receipt(&mut self, recipient: u8) -> &mut Value {
        let receipts = self.0["receipts"].as_array_mut().unwrap();
        receipts.iter_mut().find(|own| own["recipient"] == recipient).unwrap()
    }
}

pub(super) type Change = fn(&mut Forged);

/// What is changed with the hashes left as they are, and what it is found as.
const LEFT: &[(&str, Kind, Change)] = &[
    ("a version in the middle is removed", Kind::VersionMissing, |own| {
        own.entries().remove(4);
    }),
    ("the first version is removed", Kind::VersionMissing, |own| {
        own.entries().remove(0);
    }),
    ("the last version is removed", Kind::VersionMissing, |own| {
        own.entries().pop();
    }),
    ("the last version is removed, and the bundle ends before", Kind::VersionMissing, |own| {
        own.entries().pop();
        own.0["last"] = 17.into();
    }),
    ("the bundle says that more is archived than there is", Kind::VersionMissing, |own| {
        own.0["version"] = 19.into();
    }),
    ("two versions are swapped", Kind::VersionOrder, |own| own.entries().swap(3, 4)),
    ("a version is there twice", Kind::VersionOrder, |own| {
        let twice = own.entries()[6].clone();
        own.entries().insert(7, twice);
    }),
    ("the claim is older than its history", Kind::VersionOrder, |own| {
        own.0["version"] = 12.into();
    }),
    ("an entry is re-dated", Kind::Hash, |own| {
        own.text(8, "/at", json!("2026-12-09T15:00:00Z"));
    }),
    ("an entry gets the hash of another text", Kind::Chain, |own| {
        own.text(8, "/at", json!("2026-12-09T15:00:00Z"));
        let entry = own.entry(8);
        let previous = entry["previous_hash"].as_str().unwrap().to_owned();
        let previous = Sha256Hash::try_from(previous).unwrap();
        let own = hash_entry(Some(previous), entry["entry"].as_str().unwrap());
        entry["hash"] = own.to_string().into();
    }),
    ("a hash is replaced", Kind::Hash, |own| own.entry(3)["hash"] = json!("0".repeat(64))),
    ("an entry begins a chain of its own", Kind::Chain, |own| {
        own.entry(3)["previous_hash"] = Value::Null;
    }),
    ("a salt is exchanged", Kind::Part, |own| {
        own.entry(3)["parts"]["partner"]["salt"] = json!("0".repeat(32));
    }),
    ("a value is exchanged", Kind::Part, |own| {
        own.entry(3)["parts"]["partner"]["value"] = json!("{\"reasons\":[]}");
    }),
    ("a part is that of another version", Kind::Part, |own| {
        let other = own.entry(4)["parts"]["partner"].clone();
        own.entry(3)["parts"]["partner"] = other;
    }),
    ("a part is removed", Kind::State, |own| {
        own.entry(8)["parts"].as_object_mut().unwrap().remove("customer");
    }),
    ("a text of a notice is replaced", Kind::Text, |own| {
        own.0["texts"][0]["text"] = json!("You need not do anything.");
    }),
    ("a text is dated otherwise", Kind::Text, |own| {
        own.0["texts"][0]["sent_at"] = json!("2026-12-01T00:00:00Z");
    }),
    ("a text is that of another notice", Kind::Text, |own| {
        own.0["texts"][0]["notice"] = 2.into();
    }),
    ("a text is of a notice that there was not", Kind::Text, |own| {
        own.0["texts"][0]["notice"] = 9.into();
    }),
    ("the receipt of the delivery is removed", Kind::Receipt, |own| {
        own.0["receipts"] = json!([]);
    }),
    ("the delivery is reported later", Kind::Receipt, |own| {
        own.receipt(2)["delivered_at"] = json!("2026-12-30T00:00:00Z");
    }),
    ("the delivery is another recipient's", Kind::Receipt, |own| {
        own.receipt(2)["recipient"] = 7.into();
    }),
    ("the policy is removed", Kind::Policy, |own| own.0["policies"] = json!([])),
    ("the policy is that of another version", Kind::Policy, |own| {
        own.0["policies"][0]["version"] = 2.into();
    }),
    ("the policy is there twice", Kind::Policy, |own| twice(own, "policies")),
    ("the added days are there twice", Kind::Calendar, |own| twice(own, "calendars")),
    ("the holidays are there twice", Kind::Calendar, |own| twice(own, "country_files")),
    ("a text is there twice", Kind::Text, |own| twice(own, "texts")),
    ("a receipt is there twice", Kind::Receipt, |own| twice(own, "receipts")),
    ("the delivery failed before the close, and no other stood", Kind::Receipt, |own| {
        for receipt in own.0["receipts"].as_array_mut().unwrap() {
            receipt["failed_at"] = json!("2026-12-12T00:00:00Z");
            receipt["cause"] = json!("bounce");
        }
    }),
    ("a notice was delivered before it was due", Kind::Receipt, |own| {
        for receipt in own.0["receipts"].as_array_mut().unwrap() {
            receipt["delivered_at"] = json!("2026-12-01T00:00:00Z");
        }
    }),
    ("the bundle was made before its last version", Kind::Moment, |own| {
        own.0["made_at"] = json!("2026-12-20T00:00:00Z");
    }),
    ("the policy has a term, and the associations have none", Kind::Deadline, |own| {
        policy(own, "term_months", 12);
    }),
    ("the policy has a shorter window", Kind::Window, |own| policy(own, "window_business_days", 4)),
    ("the policy has a longer review", Kind::Deadline, |own| {
        policy(own, "review_business_days", 9);
    }),
    ("the policy waits less for a delivery", Kind::Deadline, |own| {
        policy(own, "delivery_business_days", 1);
    }),
    ("the policy has another extension", Kind::Window, |own| {
        policy(own, "extension_business_days", 2);
    }),
    ("the policy has another time to dispute", Kind::Deadline, |own| {
        policy(own, "dispute_days", 31);
    }),
    ("the policy waits longer before a close", Kind::Silence, |own| {
        policy(own, "grace_seconds", 100_000);
    }),
    ("the policy asks for a yes", Kind::Silence, |own| {
        own.0["policies"][0]["policy"]["consent"] = json!("opt_in");
    }),
    ("the policy shows other usage", Kind::Content, |own| {
        own.0["policies"][0]["policy"]["usage_history"] = json!("all");
    }),
    ("the calendar with the added day is removed", Kind::Calendar, |own| {
        own.0["calendars"] = json!([]);
    }),
    ("the added day is another one", Kind::Window, |own| {
        own.0["calendars"][0]["days"][0]["date"] = json!("2026-12-22");
    }),
    ("the added day is taken back", Kind::Window, |own| own.0["calendars"][0]["days"] = json!([])),
    ("the operator rests on other days", Kind::Deadline, |own| {
        own.0["operator"]["calendar"] = json!("IR@2026.12");
    }),
    ("the operator's zone is another one", Kind::Deadline, |own| {
        own.0["operator"]["time_zone"] = json!("Asia/Tokyo");
    }),
    ("the partner's zone is another one", Kind::Deadline, |own| {
        own.0["partner"][0]["time_zone"] = json!("Asia/Tokyo");
    }),
    ("the partner's country is nowhere", Kind::Calendar, |own| own.0["partner"] = json!([])),
    ("the form is another one", Kind::Format, |own| own.0["format"] = 2.into()),
    ("staff's bundle is called a partner's", Kind::Part, |own| own.0["reader"] = json!("partner")),
    ("the claim is called another one", Kind::Entry, |own| {
        own.0["claim"] = json!("a".repeat(26));
    }),
];

/// What is changed with every hash made again, and what it is found as.
const CHAINED: &[(&str, Kind, Change)] = &[
    ("a window ends earlier", Kind::Window, |own| {
        own.text(7, "/window/closes_at", json!("2026-12-14T23:00:00Z"));
    }),
    ("a window ends later", Kind::Window, |own| {
        own.text(12, "/window/closes_at", json!("2027-03-01T23:00:00Z"));
    }),
    ("a window begins earlier than it was delivered", Kind::Receipt, |own| {
        own.text(7, "/window/delivered_at", json!("2026-12-01T09:00:00Z"));
    }),
    ("a weekend is counted", Kind::Window, |own| {
        own.text(7, "/window/counted/0", json!("2026-12-12"));
    }),
    ("a window has another zone", Kind::Window, |own| {
        own.text(7, "/window/zone", json!("America/New_York"));
    }),
    ("a window has a zone that there is not", Kind::Calendar, |own| {
        own.text(7, "/window/zone", json!("Mars/Olympus"));
    }),
    ("a window is counted by another country", Kind::Window, |own| {
        own.text(7, "/window/calendar", json!("IR@2026.12"));
    }),
    ("the customer's extension is longer", Kind::Window, |own| {
        own.text(13, "/window/closes_at", json!("2027-03-01T23:00:00Z"));
    }),
    ("a window became longer for another cause", Kind::Window, |own| {
        own.part(13, "customer", "extended_by", json!("holiday"));
    }),
    ("a deadline is shifted", Kind::Deadline, |own| {
        own.text(2, "/due_at", json!("2027-01-05T23:00:00Z"));
    }),
    ("a deadline was counted by a calendar that stood in", Kind::Deadline, |own| {
        own.text(2, "/counted_by", json!("weekdays"));
    }),
    ("the submission is re-dated", Kind::Deadline, |own| {
        own.text(1, "/at", json!("2026-11-01T09:00:00Z"));
    }),
    ("the priority date is earlier", Kind::Deadline, |own| {
        own.part(1, "partner", "priority_at", json!("2026-01-01T00:00:00Z"));
    }),
    ("the time to dispute is longer", Kind::Deadline, |own| {
        own.part(3, "partner", "disputable_until", json!("2027-06-01T00:00:00Z"));
    }),
    ("the associations have a term", Kind::Deadline, |own| {
        own.text(16, "/ends_at", json!("2027-06-01T00:00:00Z"));
    }),
    ("a status is another one", Kind::State, |own| {
        own.text(16, "/status/to", json!("declined"));
    }),
    ("a status was another one", Kind::State, |own| {
        own.text(10, "/status/from", json!("notifying"));
    }),
    ("another item is declined", Kind::State, |own| own.text(15, "/items/0/no/0", json!(1))),
    ("the no is somebody else's", Kind::State, |own| {
        own.part(15, "customer", "noes", json!({"by": 0, "items": [3]}));
    }),
    ("the no was late", Kind::Silence, |own| own.text(15, "/in_time", json!(false))),
    ("the close is before the end of its window", Kind::Silence, |own| {
        own.text(16, "/at", json!("2026-12-28T00:00:00Z"));
    }),
    ("silence was a no", Kind::Silence, |own| own.text(16, "/explicit_yes", json!(true))),
    ("the event is another one", Kind::State, |own| own.text(16, "/type", json!("withdrawn"))),
    ("the event is one that there is not", Kind::Entry, |own| {
        own.text(16, "/type", json!("forgotten"));
    }),
    ("the partner opens the window", Kind::State, |own| own.text(7, "/actor", json!("partner"))),
    ("the operator closes the window", Kind::State, |own| {
        own.text(16, "/actor", json!("operator"));
    }),
    ("the partner overturns its own rejection", Kind::State, |own| {
        own.text(5, "/actor", json!("partner"));
    }),
    ("the customer's end is another party's", Kind::State, |own| {
        own.text(18, "/actor", json!("operator"));
    }),
    ("the validation comes of silence", Kind::State, |own| own.text(6, "/by", json!("silence"))),
    ("an entry is from before the one before it", Kind::Moment, |own| {
        own.text(10, "/at", json!("2026-12-09T02:30:00Z"));
    }),
    ("a window opens when it has ended", Kind::Moment, |own| {
        own.text(12, "/at", json!("2027-02-01T00:00:00Z"));
    }),
    ("a no is taken back when the window has ended", Kind::Moment, |own| {
        own.text(9, "/at", json!("2027-02-01T00:00:00Z"));
    }),
    ("the customer asks for more time when the window has ended", Kind::Moment, |own| {
        own.text(13, "/at", json!("2027-02-01T00:00:00Z"));
    }),
    ("the operator holds a claim when its window has ended", Kind::Moment, |own| {
        own.text(10, "/at", json!("2027-02-01T00:00:00Z"));
    }),
    ("a window is counted from before its notice", Kind::Moment, |own| {
        own.text(12, "/window/delivered_at", json!("2026-12-08T15:00:00Z"));
    }),
    ("a window by unknown rules of its zone has one day", Kind::Window, |own| {
        own.text(7, "/window/tzdb", json!("2020a"));
        own.text(7, "/window/counted", json!(["2026-12-10"]));
        own.text(7, "/window/skipped", json!([]));
        own.text(7, "/window/closes_at", json!("2026-12-10T23:00:00Z"));
    }),
    ("a window by unknown rules of its zone lasts an hour", Kind::Window, |own| {
        own.text(7, "/window/tzdb", json!("2020a"));
        own.text(7, "/window/closes_at", json!("2026-12-09T15:00:00Z"));
    }),
    ("a window by unknown rules of its zone counts a weekend", Kind::Window, |own| {
        own.text(7, "/window/tzdb", json!("2020a"));
        own.text(7, "/window/counted/2", json!("2026-12-12"));
    }),
    ("a window by unknown rules of its zone leaves a day out", Kind::Window, |own| {
        own.text(7, "/window/tzdb", json!("2020a"));
        own.text(7, "/window/skipped", json!([]));
    }),
    ("the actor is nobody's", Kind::Entry, |own| own.text(5, "/actor", json!("emperor"))),
    ("another item was claimed", Kind::Content, |own| {
        own.text(1, "/claimed/0", json!("sharepoint-premium"));
    }),
    ("another partner claimed", Kind::Content, |own| {
        own.text(1, "/subject/partner", json!("p-borealis"));
    }),
    ("the content is another one", Kind::Content, |own| {
        own.text(6, "/content_hash", json!("0".repeat(64)));
    }),
    ("the notice has another number", Kind::State, |own| own.text(11, "/notice", json!(1))),
    ("the association ended for another reason", Kind::State, |own| {
        own.text(18, "/items/0/to", json!("active"));
    }),
    ("the entry is of another version", Kind::Entry, |own| own.text(9, "/version", json!(10))),
    ("the entry is of another claim", Kind::Entry, |own| {
        own.text(9, "/claim", json!("b".repeat(26)));
    }),
    ("the entry is of another format", Kind::Entry, |own| own.text(9, "/format", json!(3))),
    ("the entry has blanks", Kind::Entry, |own| {
        let entry = own.entry(9);
        let text = entry["entry"].as_str().unwrap().replacen(':', ": ", 1);
        entry["entry"] = text.into();
    }),
    ("the entry has no digest for a part", Kind::Part, |own| {
        own.text(9, "/sealed", json!({"customer": "0".repeat(64)}));
    }),
    ("a version is left out, and the others move up", Kind::State, |own| {
        own.entries().remove(9);
        for version in 10..18 {
            own.entry(version + 1)["version"] = version.into();
            own.text(version, "/version", version.into());
        }
        own.0["last"] = 17.into();
        own.0["version"] = 17.into();
    }),
    ("the hold was never taken back", Kind::State, |own| {
        own.entries().remove(10);
        for version in 11..18 {
            own.entry(version + 1)["version"] = version.into();
            own.text(version, "/version", version.into());
        }
        own.0["last"] = 17.into();
        own.0["version"] = 17.into();
    }),
];

/// Puts the first entry of a list into it once more.
fn twice(own: &mut Forged, list: &str) {
    let list = own.0[list].as_array_mut().unwrap();
    list.push(list[0].clone());
}

pub(super) fn policy(own: &mut Forged, name: &str, value: u32) {
    own.0["policies"][0]["policy"][name] = value.into();
}

#[tokio::test]
async fn whatever_is_changed_in_a_bundle_is_found_and_named() {
    let (stack, claim) = Box::pin(story()).await;
    let text = bundle(&stack, &claim, "staff").await;
    let known: Value = serde_json::from_str(&text).unwrap();
    let left = LEFT.iter().map(|row| (row, false));
    let mut missed = Vec::new();
    for ((name, kind, change), is_chained) in left.chain(CHAINED.iter().map(|row| (row, true))) {
        let mut forged = Forged(known.clone());
        change(&mut forged);
        if is_chained {
            forged.chain();
        }
        let report = checked(&forged.digested().to_string());
        if !report.has(*kind) || report.has(Kind::Digest) || report.verified {
            missed.push(format!("{name}: not {}:\n{report}", kind.as_str()));
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    assert!(LEFT.len() + CHAINED.len() >= 30);
}

#[tokio::test]
async fn each_kind_of_finding_is_found_somewhere_and_an_unmade_digest_at_once() {
    let (stack, claim) = Box::pin(story()).await;
    let mut known: Value = serde_json::from_str(&bundle(&stack, &claim, "partner").await).unwrap();
    known["made_at"] = json!("2027-06-01T00:00:00Z");
    let report = checked(&known.to_string());
    assert!(report.has(Kind::Digest) && report.findings.len() == 1, "{report}");
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Digest) {
        let mut all = LEFT.iter().chain(CHAINED).chain(ROOTED);
        assert!(all.any(|(_, found, _)| found == kind), "{}", kind.as_str());
    }
}

#[tokio::test]
async fn text_of_a_bundle_is_printed_so_that_it_deceives_nobody() {
    let (stack, claim) = Box::pin(story()).await;
    let mut forged = Forged(serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap());
    forged.text(7, "/window/calendar", json!("CZ\u{1b}[2J\u{202e}@2026.12"));
    forged.part(8, "customer", "actor_id", json!("recipient:2\u{1b}]0;owned\u{7}"));
    forged.chain();
    let report = checked(&forged.digested().to_string());
    assert!(!report.verified);
    for printed in [report.to_string(), serde_json::to_string(&report).unwrap()] {
        assert!(!printed.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{printed}");
    }
}
