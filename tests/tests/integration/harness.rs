//! The harness itself: what the other tests rely on, shown once.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::{BatchStatementRequest, Put, TransactWriteItem};
use integration::clock::Clock;
use integration::engine::{Engine, TABLE};
use integration::wire::{Fault, Spent, Units, Wire, any};

struct Bench {
    engine: Engine,
    wire: Wire,
    client: Client,
}

async fn bench() -> Bench {
    let engine = Engine::start().await;
    let wire = Wire::new(Clock::at("2026-12-22T14:00:00Z"));
    let client = engine.client(wire.http());
    Bench { engine, wire, client }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(client: &Client, pk: &str, queue: Option<&str>) -> bool {
    let put = client.put_item().table_name(TABLE).item("pk", text(pk)).item("sk", text("A"));
    let put = match queue {
        Some(queue) => put.item("iq", text(queue)).item("iw", text(pk)),
        None => put,
    };
    put.condition_expression("attribute_not_exists(pk)").send().await.is_ok()
}

async fn set_by_batch(client: &Client, keys: &[&str]) -> Vec<Option<String>> {
    let statement = |key: &&str| {
        let text = format!("UPDATE \"{TABLE}\" SET x=? WHERE pk=? AND sk='A'");
        let parameters = vec![AttributeValue::N("1".into()), AttributeValue::S((*key).to_owned())];
        let statement = BatchStatementRequest::builder().statement(text);
        statement.set_parameters(Some(parameters)).build().unwrap()
    };
    let statements = keys.iter().map(statement).collect();
    let batch = client.batch_execute_statement().set_statements(Some(statements));
    let answer = batch.send().await.unwrap();
    let code = |error: &aws_sdk_dynamodb::types::BatchStatementError| {
        error.code().map_or_else(String::new, |code| code.as_str().to_owned())
    };
    answer.responses().iter().map(|one| one.error().map(code)).collect()
}

#[tokio::test]
async fn table_and_index_units_are_counted_apart() {
    let bench = bench().await;
    assert!(put(&bench.client, "a", Some("submitted")).await);
    let written = Spent { written: Units::new(1.0, 1.0), ..Spent::default() };
    assert_eq!(bench.wire.spent(), written);
    assert_eq!(bench.wire.operations(), ["PutItem"]);
}

#[tokio::test]
async fn an_answer_that_is_lost_stands_in_the_table_and_is_asked_for_again() {
    let bench = bench().await;
    bench.wire.on(any, 1, Fault::AnswerLost);
    assert!(!put(&bench.client, "a", None).await, "the second attempt finds the first");
    assert_eq!(bench.wire.operations().len(), 2);
    assert!(bench.engine.item("a", "A").is_some());
}

#[tokio::test]
async fn a_reset_and_a_throttled_call_never_reach_the_table() {
    for fault in [Fault::Reset, Fault::Throttle, Fault::Internal] {
        let bench = bench().await;
        bench.wire.always(any, fault.clone());
        assert!(!put(&bench.client, "a", None).await, "{fault:?}");
        assert_eq!(bench.wire.operations().len(), 3, "{fault:?}: three attempts");
        assert!(bench.engine.item("a", "A").is_none(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_single_statement_of_a_batch_is_throttled_and_the_others_run() {
    let bench = bench().await;
    for key in ["a", "b", "c"] {
        put(&bench.client, key, None).await;
    }
    bench.wire.reset();
    bench.wire.on(any, 1, Fault::ThrottleStatements(vec![1]));
    let answers = set_by_batch(&bench.client, &["a", "b", "c"]).await;
    assert_eq!(answers, [None, Some("ThrottlingError".to_owned()), None]);
    assert!(bench.engine.item("b", "A").unwrap().get("x").is_none());
    assert!(bench.engine.item("c", "A").unwrap().get("x").is_some());
    let written = Spent { written: Units::new(2.0, 0.0), ..Spent::default() };
    assert_eq!(bench.wire.spent(), written);
}

#[tokio::test]
async fn a_transaction_is_cancelled_by_a_conflict_with_its_reasons() {
    let bench = bench().await;
    bench.wire.on(any, 1, Fault::Conflict);
    let put = Put::builder().table_name(TABLE).item("pk", text("a")).item("sk", text("A"));
    let put = TransactWriteItem::builder().put(put.build().unwrap()).build();
    let answer = bench.client.transact_write_items().transact_items(put).send().await;
    let error = answer.unwrap_err().into_service_error();
    let cancelled = error.is_transaction_canceled_exception();
    assert!(cancelled, "{error:?}");
}

#[tokio::test]
async fn something_may_happen_between_a_request_and_its_arrival() {
    let bench = bench().await;
    let rival = bench.engine.client(bench.wire.http());
    bench.wire.on(
        any,
        1,
        Fault::before(move || {
            let rival = rival.clone();
            async move {
                assert!(put(&rival, "a", None).await);
            }
        }),
    );
    assert!(!put(&bench.client, "a", None).await, "the rival came first");
}

#[tokio::test]
async fn answers_bear_the_date_of_the_tests_clock() {
    let bench = bench().await;
    let answer =
        bench.client.get_item().table_name(TABLE).key("pk", text("a")).key("sk", text("A"));
    let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    answer.customize().interceptor(Dates(seen.clone())).send().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), "Tue, 22 Dec 2026 14:00:00 GMT");
}

#[derive(Debug)]
struct Dates(std::sync::Arc<std::sync::Mutex<String>>);

impl aws_sdk_dynamodb::config::Intercept for Dates {
    fn name(&self) -> &'static str {
        "dates"
    }

    fn read_after_transmit(
        &self,
        context: &aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef<'_>,
        _: &aws_sdk_dynamodb::config::RuntimeComponents,
        _: &mut aws_sdk_dynamodb::config::ConfigBag,
    ) -> Result<(), aws_sdk_dynamodb::error::BoxError> {
        let date = context.response().headers().get("date").unwrap_or_default();
        date.clone_into(&mut self.0.lock().unwrap());
        Ok(())
    }
}

#[tokio::test]
async fn the_stream_tells_every_write_with_both_images() {
    let bench = bench().await;
    put(&bench.client, "a", None).await;
    set_by_batch(&bench.client, &["a"]).await;
    let records = bench.engine.stream();
    let names: Vec<_> = records.iter().map(|record| record["eventName"].clone()).collect();
    assert_eq!(names, ["INSERT", "MODIFY"]);
    assert_eq!(records[1]["dynamodb"]["NewImage"]["x"]["N"], "1");
}
