//! What webhooks cost, exactly (`docs/performance.md §2`).

use support::event_functions::webhook_messages;
use support::wire::{Units, Wire};

use super::*;

fn wire(stack: &Stack) -> &Wire {
    stack.wires.last().expect("the wire of the function")
}

#[tokio::test]
async fn an_event_costs_two_units_and_a_turn_two_more() {
    let (stack, receiver, _) = told().await;
    wire(&stack).reset();
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver).len(), 4);
    // Of each event the attempt and the place; of the turn its begin and its end.
    assert_eq!(wire(&stack).spent().written, Units::new(4.0 * 2.0 + 2.0, 0.0));
}

#[tokio::test]
async fn a_look_with_nothing_new_is_a_query_for_each_part_and_each_feed_and_writes_nothing() {
    let (stack, _, _) = told().await;
    assert!(stack.send_webhooks().await);
    let sent = webhook_messages(&stack.env).len();
    wire(&stack).reset();
    assert!(stack.send_webhooks().await);
    assert_eq!(wire(&stack).operations(), ["Query"; 9]);
    assert_eq!(wire(&stack).spent().written, Units::new(0.0, 0.0));
    assert!(wire(&stack).spent().read.table <= 8.0 * 0.5 + 1.0);
    assert_eq!(webhook_messages(&stack.env).len(), sent, "and no message");
}

#[tokio::test]
async fn a_webhook_is_created_for_six_units() {
    let stack = Stack::at(NOW).await;
    wire(&stack).reset();
    webhook(&stack, alpine, CRM).await;
    // Webhook, secret and count in one transaction.
    assert_eq!(wire(&stack).spent().written, Units::new(6.0, 0.0));
}
