//! What happens between two pages of a history, of usage and of the claims that somebody has to vouch for.

use domain::directory::Tenant;
use serde_json::{Value, json};
use support::event_functions::records;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{AsWhom, Stack, by_customer, by_partner};
use support::test_env::closes_at;
use web::event::RequestEvent;

use super::{put, stack};

fn by_staff(event: RequestEvent) -> RequestEvent {
    event.staff("auditor", "anna")
}

/// A member of each entry of a page, and the cursor of the next.
async fn page(
    stack: &Stack,
    path: &str,
    as_whom: AsWhom,
    member: &str,
) -> (Vec<Value>, Option<String>) {
    let answer = stack.send(as_whom(RequestEvent::get(path))).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let items = answer.body["items"].as_array().unwrap().iter();
    let cursor = answer.body["next_cursor"].as_str().map(str::to_owned);
    (items.map(|one| one[member].clone()).collect(), cursor)
}

/// The numbers of a history with the one that comes next.
fn and_one_more(mut numbers: Vec<Value>) -> Vec<Value> {
    let last = numbers.last().and_then(Value::as_u64).unwrap();
    numbers.push(json!(last + 1));
    numbers
}

/// The rest of a list, page by page of two.
async fn rest(
    stack: &Stack,
    path: &str,
    as_whom: AsWhom,
    member: &str,
    mut cursor: Option<String>,
) -> Vec<Value> {
    let mut read = Vec::new();
    while let Some(next) = cursor {
        let path = format!("{path}?limit=2&cursor={next}");
        let (found, more) = page(stack, &path, as_whom, member).await;
        read.extend(found);
        cursor = more;
    }
    read
}

#[tokio::test]
async fn what_is_written_while_a_history_of_the_directory_is_read_stands_at_its_end() {
    let named = |no: u8| json!({"name": format!("Name {no}")});
    let day = |no: u8| format!("2027-03-0{no}");
    let announced = |no: u8| json!({"added": [{"date": day(no), "name": "Day of mourning"}]});
    let tenant = format!("/v1/tenants/{CONTOSO}");
    for entry in
        ["/v1/partners/p-alpine", tenant.as_str(), "/v1/programs/osu-m365", "/v1/calendars/CZ"]
    {
        let stack = stack().await;
        let write = async |no: u8| {
            let body = if entry.contains("calendars") { announced(no) } else { named(no) };
            put(&stack, entry, &body).await;
        };
        for no in 1..=3 {
            write(no).await;
        }
        let path = format!("{entry}/history");
        let (before, _) = page(&stack, &path, by_staff, "revision").await;
        let (mut read, cursor) =
            page(&stack, &format!("{path}?limit=2"), by_staff, "revision").await;
        assert_eq!((read.len(), cursor.is_some()), (2, true), "{path}");
        write(4).await;
        read.extend(rest(&stack, &path, by_staff, "revision", cursor).await);
        assert_eq!(read, and_one_more(before), "{path}");
    }
    let stack = stack().await;
    let write = async |no: u8| {
        let event = RequestEvent::put("/v1/customer/rules").json(&json!({"closures": [day(no)]}));
        let written = stack.send(by_customer(event)).await;
        assert_eq!(written.status, 200, "{}", written.text);
    };
    for no in 1..=3 {
        write(no).await;
    }
    let path = format!("{tenant}/rules/history");
    let (before, _) = page(&stack, &path, by_staff, "revision").await;
    let (mut read, cursor) = page(&stack, &format!("{path}?limit=2"), by_staff, "revision").await;
    write(4).await;
    read.extend(rest(&stack, &path, by_staff, "revision", cursor).await);
    assert_eq!(read, and_one_more(before), "{path}");
}

#[tokio::test]
async fn what_happens_while_the_history_of_a_claim_is_read_stands_at_its_end() {
    let readers: [(&str, AsWhom); 3] = [
        ("/v1/claims", by_partner),
        ("/v1/claims", by_staff),
        ("/v1/customer/claims", by_customer),
    ];
    for (list, as_whom) in readers {
        for is_archived in [false, true] {
            let stack = stack().await;
            let claim = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
            stack.event_functions.publish(&records(&stack.env)).await.unwrap();
            let path = format!("{list}/{}/history", claim.id);
            let (before, _) = page(&stack, &path, as_whom, "version").await;
            assert_eq!(before.last(), Some(&json!(claim.version.0)), "{path}");
            let (mut read, cursor) =
                page(&stack, &format!("{path}?limit=2"), as_whom, "version").await;
            assert_eq!((read.len(), cursor.is_some()), (2, true), "{path}");
            let declined = stack.decide(&claim, "decision=decline&items=1").await;
            assert_eq!(declined.status, 200, "{}", declined.text);
            if is_archived {
                stack.event_functions.publish(&records(&stack.env)).await.unwrap();
            }
            read.extend(rest(&stack, &path, as_whom, "version", cursor).await);
            assert_eq!(read, and_one_more(before), "{path}, archived: {is_archived}");
        }
    }
}

#[tokio::test]
async fn an_association_that_ends_between_two_pages_of_usage_hides_no_other() {
    let stack = stack().await;
    let claim = Box::pin(stack.env.awaiting("k", &["exchange-online", "teams"])).await;
    stack.env.let_pass(closes_at(&claim));
    let (first, cursor) = page(&stack, "/v1/usage?limit=1", by_partner, "association_id").await;
    assert_eq!(first, [json!(format!("{}-1", claim.id))]);
    let end =
        RequestEvent::post(&format!("/v1/associations/{}-1/end", claim.id)).partner_admin(ALPINE);
    let ended = stack.send(end.json(&json!({"reason_code": "other", "comment": "We leave"}))).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let rest = rest(&stack, "/v1/usage", by_partner, "association_id", cursor).await;
    assert_eq!(rest, [json!(format!("{}-2", claim.id))]);
}

#[tokio::test]
async fn a_claim_that_is_vouched_for_between_two_pages_hides_no_other_that_waits_for_it() {
    let stack = stack().await;
    let nobody = Tenant { contacts: Vec::new(), ..fixtures::contoso() };
    stack.env.store.put_tenant(&nobody).await.unwrap();
    for item in ["teams", "exchange-online", "sharepoint-online"] {
        stack.env.submitted(item, &[item]).await;
        stack.env.clock.advance(chrono::Duration::minutes(1));
    }
    let path = "/v1/reviews?needs=vouch";
    let (all, _) = page(&stack, path, by_staff, "id").await;
    assert_eq!(all.len(), 3);
    let (mut read, mut cursor) = page(&stack, &format!("{path}&limit=1"), by_staff, "id").await;
    let review = format!("/v1/claims/{}/review", read[0].as_str().unwrap());
    let vouch = RequestEvent::post(&review).staff("operator", "olga").header("if-match", "*");
    let vouch = vouch.json(&json!({"action": "vouch", "comment": "She answered the main number."}));
    let vouched = stack.send(vouch).await;
    assert_eq!(vouched.status, 200, "{}", vouched.text);
    while let Some(next) = cursor {
        let path = format!("{path}&limit=1&cursor={next}");
        let (found, more) = page(&stack, &path, by_staff, "id").await;
        read.extend(found);
        cursor = more;
    }
    assert_eq!(read, all);
}
