//! The page behind an authenticity code: the true content of a notice, to whoever has its code, and
//! one shape for every code that is not one.

use lambda_http::{Body, Response};
use notice::page::SentText;
use notice::{Language, NoticeCode};
use store::StoreError;
use web::{Call, Failure};

use crate::App;
use crate::answer::Answers;
use crate::seen::{Addressee, Seen};
use app::{ApiError, moment};

/// Answers a code.
pub(crate) async fn answer(app: &App, call: &Call<'_>, answers: &Answers<'_>) -> Response<Body> {
    match seen(app, call, answers).await {
        Ok((seen, sent)) => answers.genuine(&seen, sent.as_ref()),
        Err(error) => answers.refusal(&error.into_failure()),
    }
}

async fn seen(
    app: &App,
    call: &Call<'_>,
    answers: &Answers<'_>,
) -> Result<(Seen, Option<SentText>), ApiError> {
    let code = NoticeCode::parse(call.path_text()?).ok_or(Failure::NotFound)?;
    let moment = moment(&app.store, call).await?;
    let found = app.store.notice_of_code(code.as_str()).await?;
    let found = found.ok_or(Failure::NotFound)?;
    let claim = app.store.claim(&found.claim, moment).await?;
    // The text of an erased claim is gone, and nobody can tell any more whether a code was of it.
    let claim = claim.filter(|claim| !claim.erased).ok_or(Failure::NotFound)?;
    let addressee = Addressee { notice: found.notice, recipient: found.recipient };
    let seen = Seen::of(app, claim, addressee, moment).await?;
    let sent = sent_text(app, &seen, answers.language(&seen)).await?;
    Ok((seen, sent))
}

/// The text as it was sent: in the page's language, or else in the one that the mail had.
async fn sent_text(
    app: &App,
    seen: &Seen,
    language: Language,
) -> Result<Option<SentText>, StoreError> {
    let others = Language::all().filter(|other| *other != language);
    for language in std::iter::once(language).chain(others) {
        let (claim, notice) = (&seen.claim.id, seen.notice.no);
        if let Some(text) = app.store.notice_text(claim, notice, language.tag()).await? {
            return Ok(Some(SentText { language, at: text.sent_at, text: text.text }));
        }
    }
    Ok(None)
}
