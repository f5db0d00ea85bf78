//! The page behind an authenticity code: the true content of a notice, to whoever has its code, and
//! one shape for every code that is not one.

use domain::recipient::RecipientNo;
use lambda_http::{Body, Response};
use notice::page::SentText;
use notice::{Language, NoticeCode};
use store::{StoreError, TextKey};
use web::{Call, RequestError};

use crate::App;
use crate::answer::DecisionResponder;
use crate::page_state::{PageRecipient, PageState};
use app::{ApiError, request_time};

/// Answers an authenticity code with the true text of its notice (`docs/api.md §3.5`).
pub(crate) async fn answer_authenticity_code(
    app: &App,
    call: &Call<'_>,
    answers: &DecisionResponder<'_>,
) -> Response<Body> {
    match load_notice_page(app, call, answers).await {
        Ok((seen, sent)) => answers.authenticity_page(&seen, sent.as_ref()),
        Err(error) => answers.refusal_response(&error.into_failure()),
    }
}

async fn load_notice_page(
    app: &App,
    call: &Call<'_>,
    answers: &DecisionResponder<'_>,
) -> Result<(PageState, Option<SentText>), ApiError> {
    let code = NoticeCode::parse(call.path_text()?).ok_or(RequestError::NotFound)?;
    let moment = request_time(&app.store, call).await?;
    let found = app.store.notice_of_code(code.as_str()).await?;
    let found = found.ok_or(RequestError::NotFound)?;
    let claim = app.store.load_up_to_date(&found.claim, moment).await?;
    let claim = claim.ok_or(RequestError::NotFound)?;
    let addressee = PageRecipient { notice: found.notice, recipient: found.recipient };
    let seen = PageState::of(app, claim, addressee, moment).await?;
    let sent = sent_text(app, &seen, found.recipient, answers.page_language(&seen)).await?;
    Ok((seen, sent))
}

/// The text as it was sent, to that recipient alone or to all: in the page's language, or else in the one that the mail
/// had. Of an erased claim none is left.
async fn sent_text(
    app: &App,
    seen: &PageState,
    recipient: Option<RecipientNo>,
    language: Language,
) -> Result<Option<SentText>, StoreError> {
    let notice = seen.notice.no;
    for recipient in recipient.map(Some).into_iter().chain([None]) {
        let others = Language::ALL.into_iter().filter(|other| *other != language);
        for language in std::iter::once(language).chain(others) {
            let key = TextKey { notice, recipient, language: language.tag() };
            if let Some(text) = app.store.notice_text(&seen.claim.id, key).await? {
                return Ok(Some(SentText { language, at: text.sent_at, text: text.text }));
            }
        }
    }
    Ok(None)
}
