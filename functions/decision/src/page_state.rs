//! What the holder of a link looks at.

use app::ApiError;
use domain::claim::{Claim, Instant, Status};
use domain::directory::Tenant;
use domain::ids::NoticeNo;
use domain::program::Policy;
use domain::recipient::RecipientNo;
use notice::{AnswerDeadline, CustomerOptions, Directory, Holder, Language, Link, Notice};
use store::{LinkClaim, RequestTime, StoreError};
use web::RequestError;

use crate::App;

/// Of which notice a page is, and whose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRecipient {
    pub(crate) notice: NoticeNo,
    /// Its recipient; `None` of a link or a code of the form without recipients.
    pub(crate) recipient: Option<RecipientNo>,
}

impl From<&Link> for PageRecipient {
    fn from(link: &Link) -> Self {
        Self { notice: link.notice(), recipient: link.recipient() }
    }
}

/// A claim as the customer sees it at a moment.
pub(crate) struct PageState {
    /// The claim, its due silence carried out.
    pub(crate) claim: Claim,
    /// What the notice says, with the deadline as it is now.
    pub(crate) notice: Notice,
    /// What it means for whoever looks.
    pub(crate) standing: CustomerOptions,
    /// The language the customer is written to in.
    pub(crate) language: Language,
}

impl PageState {
    /// The claim of a link. A notice the claim never had is as unknown as a claim that is not there.
    pub(crate) async fn load(
        app: &App,
        link: &Link,
        moment: RequestTime,
    ) -> Result<Self, ApiError> {
        let claim = app.store.load_up_to_date(link.claim(), moment).await?;
        let claim =
            claim.filter(|claim| has_had_notice(claim, link)).ok_or(RequestError::NotFound)?;
        Self::of(app, claim, link.into(), moment).await
    }

    /// What a notice of `claim` says at `moment` to whom it was sent.
    pub(crate) async fn of(
        app: &App,
        mut claim: Claim,
        addressee: PageRecipient,
        moment: RequestTime,
    ) -> Result<Self, ApiError> {
        let known = app.store.directory_of(&mut claim).await?;
        // Neither is ever removed from the directory.
        let (Some(tenant), Some(program)) = (known.tenant, known.program) else {
            return Err(RequestError::Unavailable.into());
        };
        // The list of the present notice has everybody who was ever asked, as they stand now.
        let (policy, list) = (known.policy, known.recipients);
        let deadline = answer_deadline(app, &claim, &tenant, &policy, moment).await?;
        let renewed = app.store.renewed_claim(&claim).await?;
        let directory = Directory { tenant: &tenant, program: &program, policy: &policy };
        let PageRecipient { notice, recipient } = addressee;
        let holder = Holder { notice, recipient, list: list.as_ref(), tenant: Some(&tenant) };
        Ok(Self {
            notice: Notice::of(&claim, notice, &directory, &app.operator, deadline).with_renewed(
                &claim,
                renewed.as_ref(),
                &directory,
            ),
            standing: CustomerOptions::of(&claim, holder, moment.at),
            language: Language::of_locale(tenant.customer_language()),
            claim,
        })
    }

    /// What can be said of a claim from itself alone, where a decision is recorded and nothing more can
    /// be read.
    pub(crate) fn from_claim_alone(
        app: &App,
        claim: Claim,
        addressee: PageRecipient,
        at: Instant,
        language: Language,
    ) -> Self {
        let PageRecipient { notice, recipient } = addressee;
        let holder = Holder { notice, recipient, list: None, tenant: None };
        Self {
            notice: Notice::from_claim_alone(&claim, notice, &app.operator),
            standing: CustomerOptions::of(&claim, holder, at),
            language,
            claim,
        }
    }
}

/// The claim that a link speaks of, as a decision of that moment finds it, with the wrong codes of the link and
/// the list of its notice.
pub(crate) async fn open_claim(
    app: &App,
    link: &Link,
    moment: RequestTime,
) -> Result<LinkClaim, ApiError> {
    let (claim, notice, recipient) = (link.claim(), link.notice(), link.recipient());
    let found = Box::pin(app.store.open_by_link(claim, notice, recipient, moment)).await?;
    let found = found.filter(|found| has_had_notice(found.open.claim(), link));
    Ok(found.ok_or(RequestError::NotFound)?)
}

/// Whether the claim ever had the notice of the link.
fn has_had_notice(claim: &Claim, link: &Link) -> bool {
    (NoticeNo(1)..=claim.notice).contains(&link.notice())
}

/// Until when the customer can answer. A notice on its way promises what was counted when it went out; a
/// window that has opened says itself when it ends.
async fn answer_deadline(
    app: &App,
    claim: &Claim,
    tenant: &Tenant,
    policy: &Policy,
    moment: RequestTime,
) -> Result<AnswerDeadline, StoreError> {
    if claim.status() != Status::Notifying {
        return Ok(AnswerDeadline::of(claim, None, policy));
    }
    let (place, due_at) = tokio::try_join!(
        app.store.customer_place(tenant, policy),
        app.store.notice_due_at(claim),
    )?;
    Ok(AnswerDeadline::of(claim, Some((due_at.unwrap_or(moment.at), &place)), policy))
}
