//! What the holder of a link looks at.

use app::ApiError;
use domain::claim::{Claim, Instant, Status};
use domain::directory::Tenant;
use domain::event::EventType;
use domain::ids::NoticeNo;
use domain::program::Policy;
use notice::{CustomerOptions, Deadline, Directory, Language, Link, Notice};
use serde_json::Value;
use store::{Moment, OpenClaim, StoreError, Tries};
use web::Failure;

use crate::App;

/// A claim as the customer sees it at a moment.
pub(crate) struct Seen {
    /// The claim, its due silence carried out.
    pub(crate) claim: Claim,
    /// What the notice says, with the deadline as it is now.
    pub(crate) notice: Notice,
    /// What it means for him.
    pub(crate) standing: CustomerOptions,
    /// The language he is written to in.
    pub(crate) language: Language,
}

impl Seen {
    /// The claim of a link. A notice the claim never had is as unknown as a claim that is not there.
    pub(crate) async fn load(app: &App, link: &Link, moment: Moment) -> Result<Self, ApiError> {
        let claim = app.store.claim(link.claim(), moment).await?;
        let claim = claim.filter(|claim| had_notice(claim, link)).ok_or(Failure::NotFound)?;
        Self::of(app, claim, link.notice(), moment).await
    }

    /// What a notice of `claim` says at `moment`.
    pub(crate) async fn of(
        app: &App,
        mut claim: Claim,
        no: NoticeNo,
        moment: Moment,
    ) -> Result<Self, ApiError> {
        let known = app.store.directory_of(&mut claim).await?;
        // Neither is ever removed from the directory.
        let (Some(tenant), Some(program)) = (known.tenant, known.program) else {
            return Err(Failure::Unavailable.into());
        };
        let policy = known.policy;
        let passed_on = passed_on(app, &claim, no).await?.unwrap_or(false);
        let deadline = deadline(app, &claim, &tenant, &policy, moment).await?;
        let directory = Directory { tenant: &tenant, program: &program, policy: &policy };
        Ok(Self {
            notice: Notice::of(&claim, no, &directory, &app.operator, deadline),
            standing: CustomerOptions { passed_on, ..CustomerOptions::of(&claim, no, moment.at) },
            language: Language::of_locale(tenant.language()),
            claim,
        })
    }

    /// What can be said of a claim from itself alone, where a decision is recorded and nothing more can
    /// be read.
    pub(crate) fn bare(
        app: &App,
        claim: Claim,
        no: NoticeNo,
        at: Instant,
        language: Language,
    ) -> Self {
        Self {
            notice: Notice::bare(&claim, no, &app.operator),
            standing: CustomerOptions::of(&claim, no, at),
            language,
            claim,
        }
    }
}

/// The claim that a link speaks of, as a decision of that moment finds it, and the tries of its code.
pub(crate) async fn open(
    app: &App,
    link: &Link,
    moment: Moment,
) -> Result<(OpenClaim, Tries), ApiError> {
    let found = Box::pin(app.store.open_by_link(link.claim(), link.notice(), moment)).await?;
    let found = found.filter(|(open, _)| had_notice(open.claim(), link));
    Ok(found.ok_or(Failure::NotFound)?)
}

/// Whether the claim ever had the notice of the link.
fn had_notice(claim: &Claim, link: &Link) -> bool {
    (NoticeNo(1)..=claim.notice).contains(&link.notice())
}

/// Until when the customer can answer. A notice on its way promises what was counted when it went out; a
/// window that has opened says itself when it ends.
async fn deadline(
    app: &App,
    claim: &Claim,
    tenant: &Tenant,
    policy: &Policy,
    moment: Moment,
) -> Result<Deadline, StoreError> {
    if claim.status() != Status::Notifying {
        return Ok(Deadline::of(claim, None, policy));
    }
    let (place, due_at) = tokio::try_join!(
        app.store.customer_place(tenant, policy),
        app.store.notice_due_at(claim),
    )?;
    Ok(Deadline::of(claim, Some((due_at.unwrap_or(moment.at), &place)), policy))
}

/// The notice whose recipients have just said so: no history is needed for that.
fn just_refused(claim: &Claim) -> Option<NoticeNo> {
    let nobody_left = claim.status() == Status::Unreachable;
    let before = if nobody_left { claim.notice.0 } else { claim.notice.0.saturating_sub(1) };
    (claim.last_event.event_type == EventType::ContactRefused).then_some(NoticeNo(before))
}

/// Whether the recipients of that notice have said that they are not the right people: the history
/// tells, of claims of which anybody ever said so. `None` while the archive does not tell it all.
pub(crate) async fn passed_on(
    app: &App,
    claim: &Claim,
    no: NoticeNo,
) -> Result<Option<bool>, StoreError> {
    let refused = EventType::ContactRefused.as_str();
    if just_refused(claim) == Some(no) {
        return Ok(Some(true));
    }
    // A refusal voids the window of the notice.
    let runs = claim.state.window().is_some() || claim.refused_contacts == 0;
    if claim.notice == no && runs {
        return Ok(Some(false));
    }
    let history = app.store.whole_history(claim).await?;
    let is_whole = u32::try_from(history.len()).is_ok_and(|length| length == claim.version.0);
    let mut current = 0;
    for entry in history {
        let event_type = entry.event.get("type").and_then(Value::as_str);
        if event_type == Some(refused) && current == u64::from(no.0) {
            return Ok(Some(true));
        }
        let notice = entry.event.pointer("/detail/notice").and_then(Value::as_u64);
        current = notice.unwrap_or(current);
    }
    Ok(is_whole.then_some(false))
}
