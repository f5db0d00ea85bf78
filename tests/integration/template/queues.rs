//! How often, for how long and how many at a time the queues give their messages.

use support::template::{resources, template};

#[test]
fn messages_are_read_alone_ten_times_within_fourteen_days_save_reports_and_shards() {
    const FOURTEEN_DAYS_S: u64 = 14 * 86_400;
    let of = |name: String| &template()["Resources"][name]["Properties"];
    let rows = template()["Mappings"]["Queues"].as_object().unwrap();
    assert_eq!(rows.len(), 5, "{rows:?}");
    for queue in rows.keys() {
        let (batch, attempts, kept_s) = match queue.as_str() {
            "Shard" => (1, 5, 3600),
            "Delivery" => (10, 10, FOURTEEN_DAYS_S),
            _ => (1, 10, FOURTEEN_DAYS_S),
        };
        let (own, source) = (of(format!("{queue}Queue")), of(format!("{queue}Source")));
        assert_eq!(source["BatchSize"], batch, "{queue}");
        assert_eq!(own["RedrivePolicy"]["maxReceiveCount"], attempts, "{queue}");
        assert_eq!(own["MessageRetentionPeriod"], kept_s, "{queue}");
        let dead_letters = of(format!("{queue}DeadLetters"));
        assert_eq!(dead_letters["MessageRetentionPeriod"], FOURTEEN_DAYS_S, "{queue}");
    }
    assert_eq!(of("ParkQueue".to_owned())["MessageRetentionPeriod"], FOURTEEN_DAYS_S);
    let queues = resources(template(), "AWS::SQS::Queue").count();
    assert_eq!(queues, 2 * rows.len() + 1, "no other queue");
}
