//! The harness itself: what the other tests rely on, shown once.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, BatchStatementRequest, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use serde_json::Value;
use support::clock::Clock;
use support::engine::{Engine, TABLE};
use support::wire::{Fault, Spent, Units, Wire, any};

const NOW: &str = "2026-12-22T14:00:00Z";

struct Bench {
    engine: Engine,
    wire: Wire,
    client: Client,
}

fn bench() -> Bench {
    let engine = Engine::start();
    let wire = Wire::new(Clock::at(NOW), &engine);
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
    let bench = bench();
    assert!(put(&bench.client, "a", Some("submitted")).await);
    let written = Spent { written: Units::new(1.0, 1.0), ..Spent::default() };
    assert_eq!(bench.wire.spent(), written);
    assert_eq!(bench.wire.operations(), ["PutItem"]);
}

#[tokio::test]
async fn an_answer_that_is_lost_stands_in_the_table_and_is_asked_for_again() {
    let bench = bench();
    bench.wire.on(any, 1, Fault::AnswerLost);
    assert!(!put(&bench.client, "a", None).await, "the second attempt finds the first");
    assert_eq!(bench.wire.operations().len(), 2);
    assert!(bench.engine.item("a", "A").is_some());
}

#[tokio::test]
async fn a_reset_and_a_throttled_call_never_reach_the_table() {
    for fault in [Fault::Reset, Fault::Throttle, Fault::Internal] {
        let bench = bench();
        bench.wire.always(any, fault.clone());
        assert!(!put(&bench.client, "a", None).await, "{fault:?}");
        assert_eq!(bench.wire.operations().len(), 3, "{fault:?}: three attempts");
        assert!(bench.engine.item("a", "A").is_none(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_single_statement_of_a_batch_is_throttled_and_the_others_run() {
    let bench = bench();
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
    let bench = bench();
    bench.wire.on(any, 1, Fault::Conflict(0));
    let put = Put::builder().table_name(TABLE).item("pk", text("a")).item("sk", text("A"));
    let put = TransactWriteItem::builder().put(put.build().unwrap()).build();
    let answer = bench.client.transact_write_items().transact_items(put).send().await;
    let error = answer.unwrap_err().into_service_error();
    let cancelled = error.is_transaction_canceled_exception();
    assert!(cancelled, "{error:?}");
}

#[tokio::test]
async fn something_may_happen_between_a_request_and_its_arrival() {
    let bench = bench();
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
    let bench = bench();
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
    let bench = bench();
    put(&bench.client, "a", None).await;
    set_by_batch(&bench.client, &["a"]).await;
    let records = bench.engine.stream();
    let names: Vec<_> = records.iter().map(|record| record["eventName"].clone()).collect();
    assert_eq!(names, ["INSERT", "MODIFY"]);
    assert_eq!(records[1]["dynamodb"]["NewImage"]["x"]["N"], "1");
}

/// What the database says, word for word, to a put that its condition refuses, to a transaction and to
/// a statement of a batch in the same case, and to a query for one item of two.
async fn said(wire: &Wire, client: &Client) -> Vec<(String, Option<u16>, Value)> {
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let absent = "attribute_not_exists(pk)";
    for sk in ["A", "B"] {
        let put = client.put_item().table_name(TABLE).item("pk", text("a")).item("sk", text(sk));
        put.send().await.unwrap();
    }
    let put = client.put_item().table_name(TABLE).item("pk", text("a")).item("sk", text("A"));
    let put = put.condition_expression(absent);
    let refused = put.return_values_on_condition_check_failure(all_old.clone()).send().await;
    assert!(refused.unwrap_err().into_service_error().is_conditional_check_failed_exception());
    let put = |pk: &str| {
        let put = Put::builder().table_name(TABLE).item("pk", text(pk)).item("sk", text("A"));
        let put = put.condition_expression(absent);
        let put = put.return_values_on_condition_check_failure(all_old.clone());
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let parts = vec![put("b"), put("a")];
    let cancelled = client.transact_write_items().set_transact_items(Some(parts)).send().await;
    assert!(cancelled.unwrap_err().into_service_error().is_transaction_canceled_exception());
    let statement = |pk: &str| {
        let update = format!("UPDATE \"{TABLE}\" SET x=? WHERE pk=? AND sk='A' AND y=?");
        let parameters = vec![AttributeValue::N("1".into()), text(pk), text("y")];
        let statement = BatchStatementRequest::builder().statement(update);
        let statement = statement.set_parameters(Some(parameters));
        statement.return_values_on_condition_check_failure(all_old.clone()).build().unwrap()
    };
    let statements = Some(vec![statement("a"), statement("c")]);
    client.batch_execute_statement().set_statements(statements).send().await.unwrap();
    let query = client.query().table_name(TABLE).key_condition_expression("pk = :pk");
    query.expression_attribute_values(":pk", text("a")).limit(1).send().await.unwrap();
    let answer = |call: &support::wire::Call| {
        (call.operation.clone(), call.status, call.response.clone().unwrap_or_default())
    };
    wire.told(|calls| calls.iter().map(answer).collect())
}

#[tokio::test]
async fn the_database_says_the_same_with_and_without_a_server_between() {
    let near = bench();
    let engine = Engine::start();
    let wire = Wire::far(Clock::at(NOW));
    let far = Engine::client_at(&engine.serve().await, wire.http());
    let (said_near, said_far) = (said(&near.wire, &near.client).await, said(&wire, &far).await);
    assert_eq!(said_near, said_far);
    let [refused, cancelled, batch, page] = [2, 3, 4, 5].map(|at| &said_near[at].2);
    assert_eq!(refused["Item"]["sk"]["S"], "A", "{refused}");
    let reasons = &cancelled["CancellationReasons"];
    assert_eq!(
        (&reasons[0]["Code"], &reasons[1]["Item"]["pk"]["S"]),
        (&"None".into(), &"a".into())
    );
    assert_eq!(batch["Responses"][0]["Error"]["Item"]["pk"]["S"], "a", "{batch}");
    assert_eq!(page["LastEvaluatedKey"]["sk"]["S"], "A", "{page}");
    assert_eq!(page["ConsumedCapacity"]["CapacityUnits"], 0.5, "{page}");
}
