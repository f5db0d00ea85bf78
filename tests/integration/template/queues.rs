//! How often, for how long and how many at a time the queues give their messages.

use support::template::{resources, template};

#[test]
fn messages_are_read_alone_ten_times_within_fourteen_days_save_reports_shards_and_requests_for_links()
 {
    const FOURTEEN_DAYS_S: u64 = 14 * 86_400;
    let of = |name: String| &template()["Resources"][name]["Properties"];
    let rows = template()["Mappings"]["Queues"].as_object().unwrap();
    assert_eq!(rows.len(), 6, "{rows:?}");
    for queue in rows.keys() {
        let (batch, attempts, kept_s) = match queue.as_str() {
            "Shard" | "Overviews" => (1, 5, 3600),
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
