//! What the holder of a link looks at.

use domain::claim::{Claim, Instant, Status};
use domain::event::EventType;
use domain::ids::NoticeNo;
use notice::{Deadline, Directory, Language, Link, Notice, Standing};
use serde_json::Value;
use store::{Moment, StoreError};
use web::Failure;

use crate::App;
use app::failed;

/// A claim as the customer sees it at a moment.
pub(crate) struct Seen {
    /// The claim, its due silence carried out.
    pub(crate) claim: Claim,
    /// What the notice says, with the deadline as it is now.
    pub(crate) notice: Notice,
    /// What it means for him.
    pub(crate) standing: Standing,
    /// The language he is written to in.
    pub(crate) language: Language,
}

impl Seen {
    /// The claim of a link. A notice the claim never had is as unknown as a claim that is not there.
    pub(crate) async fn load(app: &App, link: &Link, moment: Moment) -> Result<Self, Failure> {
        let claim = app.store.claim(link.claim(), moment).await.map_err(failed)?;
        let claim = known(claim, link)?;
        Self::of(app, claim, link.notice(), moment).await
    }

    /// What a notice of `claim` says at `moment`.
    pub(crate) async fn of(
        app: &App,
        mut claim: Claim,
        no: NoticeNo,
        moment: Moment,
    ) -> Result<Self, Failure> {
        let store = &app.store;
        store.name_added_days(&mut claim).await.map_err(failed)?;
        let tenant = store.tenant(&claim.subject.tenant).await.map_err(failed)?;
        let program = store.program(&claim.subject.program).await.map_err(failed)?;
        let policy = store.policy_of(&claim).await.map_err(failed)?;
        // Neither is ever removed from the directory.
        let (Some(tenant), Some(program)) = (tenant, program) else {
            return Err(Failure::Unavailable);
        };
        let place = store.customer_place(&tenant, &policy).await.map_err(failed)?;
        let passed_on = passed_on(app, &claim, no).await.map_err(failed)?.unwrap_or(false);
        let sent_at = sent_at(app, &claim).await.map_err(failed)?.unwrap_or(moment.at);
        let deadline = Deadline::of(&claim, sent_at, &place, &policy);
        let directory = Directory { tenant: &tenant, program: &program, policy: &policy };
        Ok(Self {
            notice: Notice::of(&claim, no, &directory, &app.operator, deadline),
            standing: Standing { passed_on, ..Standing::of(&claim, no, moment.at) },
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
            standing: Standing::of(&claim, no, at),
            language,
            claim,
        }
    }
}

/// The claim that a link speaks of, as a decision of that moment finds it.
pub(crate) async fn claim(app: &App, link: &Link, moment: Moment) -> Result<Claim, Failure> {
    let found = Box::pin(app.store.claim_for_command(link.claim(), moment)).await;
    let claim = found.map_err(failed)?;
    known(claim, link)
}

fn known(claim: Option<Claim>, link: &Link) -> Result<Claim, Failure> {
    let had = |claim: &Claim| (NoticeNo(1)..=claim.notice).contains(&link.notice());
    claim.filter(had).ok_or(Failure::NotFound)
}

/// When the notice on its way went out; a window that has opened says itself when it ends.
async fn sent_at(app: &App, claim: &Claim) -> Result<Option<Instant>, StoreError> {
    if claim.status() == Status::Notifying {
        app.store.notice_due_at(claim).await
    } else {
        Ok(None)
    }
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
