//! What is said with single actions is read by partner and staff, and not by the customer.

use domain::claim::Status;
use domain::event::FailureCause;
use domain::ids::ClaimId;
use serde_json::json;
use support::event_functions::records;
use support::fixtures::ALPINE;
use support::stack::Stack;
use web::event::RequestEvent;

use super::{
    ITEMS, NOW, act, by_auditor, by_customer, by_partner, discussed, read, remarks, texts,
};

const OPERATOR: (&str, &str) = ("operator", "operator-1");

/// Partner and auditor read the event with its words first.
async fn is_read_by_partner_and_staff(stack: &Stack, id: &ClaimId, event: &str, text: &str) {
    let path = format!("/v1/claims/{id}");
    let newest = Some((event.to_owned(), text.to_owned()));
    for as_whom in [by_partner, by_auditor] {
        let answer = read(stack, &path, as_whom).await;
        assert_eq!(remarks(&answer).into_iter().next(), newest, "{}", answer.text);
    }
}

#[tokio::test]
async fn why_a_rejection_stands_or_falls_is_read_by_partner_and_staff() {
    for (action, event, text) in [
        ("uphold", "dispute_upheld", "Page 4 names other items"),
        ("overturn", "dispute_overturned", "Page 4 names them"),
    ] {
        let (stack, id) = Box::pin(discussed()).await;
        let body = json!({"action": action, "comment": text});
        act(&stack, &id, ("reviewer", "reviewer-2"), body).await;
        is_read_by_partner_and_staff(&stack, &id, event, text).await;
    }
}

#[tokio::test]
async fn why_a_claim_is_held_is_read_by_partner_and_staff_and_not_by_the_customer() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let id = Box::pin(stack.env.awaiting("k", &ITEMS)).await.id;
    act(&stack, &id, OPERATOR, json!({"action": "hold", "comment": "The order is in doubt"})).await;
    is_read_by_partner_and_staff(&stack, &id, "held", "The order is in doubt").await;
    let customers = read(&stack, &format!("/v1/customer/claims/{id}"), by_customer).await;
    assert_eq!(customers.body["status"], "on_hold", "{}", customers.text);
    assert!(!customers.text.contains("in doubt"), "{}", customers.text);
}

#[tokio::test]
async fn why_a_partner_withdraws_is_read_by_partner_and_staff() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.submitted("k", &ITEMS)).await;
    let left = json!({"reason_code": "other", "comment": "The order fell through"});
    let left = stack.command(ALPINE, &claim, "withdraw", &left).await;
    assert_eq!(left.status, 200, "{}", left.text);
    is_read_by_partner_and_staff(&stack, &claim.id, "withdrawn", "The order fell through").await;
}

#[tokio::test]
async fn what_is_said_of_a_contact_is_read_by_partner_and_staff_and_not_by_the_customer() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    let claim = stack.env.fail(&claim, FailureCause::Bounce).await.unwrap();
    let (id, said) = (&claim.id, ["She runs IT now", "She left in May", "It answers again"]);
    let contact = |email: &str| json!({"name": "Ota", "title": "CTO", "email": email});
    let body = json!({"customer_contact": contact("ota@contoso.example"), "comment": said[0]});
    let proposed = stack.command(ALPINE, &claim, "correct-contact", &body).await;
    assert_eq!(proposed.status, 200, "{}", proposed.text);
    is_read_by_partner_and_staff(&stack, id, "contact_proposed", said[0]).await;
    act(&stack, id, OPERATOR, json!({"action": "refuse_contact", "comment": said[1]})).await;
    is_read_by_partner_and_staff(&stack, id, "contact_proposal_refused", said[1]).await;
    let body = json!({"action": "correct_contact", "comment": said[2],
        "customer_contact": contact("it@contoso.example")});
    act(&stack, id, OPERATOR, body).await;
    is_read_by_partner_and_staff(&stack, id, "contact_corrected", said[2]).await;
    let notified = stack.env.read(id).await;
    let asked = stack.env.deliver(&notified).await.unwrap();
    assert_eq!(asked.status(), Status::AwaitingCustomer);
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let newest_first: Vec<_> = said.into_iter().rev().collect();
    for as_whom in [by_partner, by_auditor] {
        assert_eq!(texts(&read(&stack, &format!("/v1/claims/{id}"), as_whom).await), newest_first);
        let history = read(&stack, &format!("/v1/claims/{id}/history"), as_whom).await;
        assert!(said.iter().all(|text| history.text.contains(text)), "{}", history.text);
    }
    let customers = format!("/v1/customer/claims/{id}");
    assert_eq!(texts(&read(&stack, &customers, by_customer).await), [""; 0]);
    let history = read(&stack, &format!("{customers}/history"), by_customer).await;
    assert!(said.iter().all(|text| !history.text.contains(text)), "{}", history.text);
}

#[tokio::test]
async fn a_comment_on_a_contact_is_a_text_of_2000_characters_at_most() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    let claim = stack.env.fail(&claim, FailureCause::Bounce).await.unwrap();
    let contact = json!({"name": "Ota", "title": "CTO", "email": "ota@contoso.example"});
    let body = json!({"customer_contact": contact, "comment": "x".repeat(2001)});
    let path = format!("/v1/claims/{}/correct-contact", claim.id);
    let event = RequestEvent::post(&path).partner_admin(ALPINE).header("if-match", "*");
    let refused = stack.send(event.json(&body)).await;
    assert_eq!(refused.errors(), [("/comment".to_owned(), "too-long".to_owned())]);
}
