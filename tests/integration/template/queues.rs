//! How often, for how long and how many at a time the queues give their messages.

use std::collections::BTreeSet;

use super::operations::section;
use support::template::{resources, template};

#[test]
fn messages_are_read_alone_ten_times_within_fourteen_days_save_reports_shards_and_requests_for_links()
 {
    const FOURTEEN_DAYS_S: u64 = 14 * 86_400;
    let of = |name: String| &template()["Resources"][name]["Properties"];
    let rows = template()["Mappings"]["Queues"].as_object().unwrap();
    assert_eq!(rows.len(), 7, "{rows:?}");
    for queue in rows.keys() {
        let (batch, attempts, kept_s) = match queue.as_str() {
            "Shard" | "Overviews" | "Webhooks" => (1, 5, 3600),
            "Delivery" => (10, 10, FOURTEEN_DAYS_S),
            _ => (1, 10, FOURTEEN_DAYS_S),
        };
        let (own, source) = (of(format!("{queue}Queue")), of(format!("{queue}Source")));
        assert_eq!(source["BatchSize"], batch, "{queue}");
        assert_eq!(own["RedrivePolicy"]["maxReceiveCount"], attempts, "{queue}");
        assert_eq!(own["MessageRetentionPeriod"], kept_s, "{queue}");
        let dead_letters = of(format!("{queue}DeadLetters"));
        // An address that somebody typed is nowhere for longer than four hours.
        let kept_s = if queue == "Overviews" { 4 * 3600 } else { FOURTEEN_DAYS_S };
        assert_eq!(dead_letters["MessageRetentionPeriod"], kept_s, "{queue}");
    }
    assert_eq!(of("ParkQueue".to_owned())["MessageRetentionPeriod"], FOURTEEN_DAYS_S);
    let queues = resources(template(), "AWS::SQS::Queue").count();
    assert_eq!(queues, 2 * rows.len() + 1, "no other queue");
}

/// The queues that nobody reads.
fn unread_queues() -> BTreeSet<String> {
    let queues = resources(template(), "AWS::SQS::Queue").map(|(name, _)| name.to_owned());
    queues.filter(|name| name.ends_with("DeadLetters") || name == "ParkQueue").collect()
}

#[test]
fn the_redrive_of_each_queue_that_nobody_reads_is_rehearsed_and_the_runbook_names_it() {
    let stories = include_str!("../../e2e/e2e_redrive.py");
    let runbook = section("### 11.4. A stuck queue");
    for queue in unread_queues() {
        let is_told = stories.contains(&format!("Case(\"{queue}\"")) || queue == "ParkQueue";
        assert!(is_told && stories.contains(&format!("\"{queue}\"")), "{queue} has no story");
        assert!(runbook.contains(&format!("`{queue}`")), "{queue} is missing in the runbook");
    }
}

#[test]
fn the_entry_of_the_alarms_on_ages_names_each_queue_that_has_a_reader() {
    let entry = section("### 3.25. AgeAlarm");
    for queue in template()["Mappings"]["Queues"].as_object().unwrap().keys() {
        assert!(entry.contains(&format!("`{queue}AgeAlarm`")), "{queue}AgeAlarm is missing");
    }
}
