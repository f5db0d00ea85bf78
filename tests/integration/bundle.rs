//! The bundle of a claim, and its check without the server (`docs/api.md §3.1`): what each party is given, that it
//! verifies, and that nothing can be changed in it unnoticed.

mod bytes;
mod files;
mod manipulated;
mod readers;
mod refused;
mod roots;
mod story;

use cpor::BundleReport;
use domain::claim::Claim;
use domain::ids::NoticeNo;
use support::stack::Stack;
use web::event::RequestEvent;

/// Who reads a bundle.
const READERS: [&str; 3] = ["partner", "customer", "staff"];

/// The bundle of a claim, as it is answered.
async fn bundle(stack: &Stack, claim: &Claim, reader: &str) -> String {
    let event = RequestEvent::get(&format!("/v1/claims/{}/bundle", claim.id));
    let event = match reader {
        "partner" => event.partner_user(claim.subject.partner.as_str()),
        "customer" => event.customer_admin(claim.subject.tenant.as_str()),
        _ => event.staff("auditor", "auditor-1"),
    };
    let answer = stack.send(event).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["reader"], reader);
    answer.text
}

/// What comes of its check.
fn checked(text: &str) -> BundleReport {
    cpor::verify(text).unwrap()
}

/// A claim whose history is archived verifies for everybody who may read its bundle.
pub(crate) async fn verifies_for_everybody(stack: &Stack, claim: &Claim) {
    let is_asked = claim.notice > NoticeNo::default();
    for reader in READERS.into_iter().filter(|reader| is_asked || *reader != "customer") {
        let report = checked(&bundle(stack, claim, reader).await);
        assert!(report.verified, "{reader}: {report}");
        if let Some(status) = report.status {
            assert_eq!(status, claim.status().as_str(), "{reader}: {report}");
        }
    }
}
