//! The page behind an authenticity code: the true content of a notice, to whoever has its code, and
//! one shape for every code that is not one.

use lambda_http::{Body, Response};
use notice::NoticeCode;
use web::{Call, Failure};

use crate::App;
use crate::answer::Answers;
use crate::seen::Seen;
use app::{ApiError, moment};

/// Answers a code.
pub(crate) async fn answer(app: &App, call: &Call<'_>, answers: &Answers<'_>) -> Response<Body> {
    match seen(app, call).await {
        Ok(seen) => answers.genuine(&seen, &seen.notice),
        Err(error) => answers.refusal(&error.into_failure()),
    }
}

async fn seen(app: &App, call: &Call<'_>) -> Result<Seen, ApiError> {
    let code = NoticeCode::parse(call.path_text()?).ok_or(Failure::NotFound)?;
    let moment = moment(&app.store, call).await?;
    let found = app.store.notice_of_code(code.as_str()).await?;
    let found = found.ok_or(Failure::NotFound)?;
    let claim = app.store.claim(&found.claim, moment).await?;
    Seen::of(app, claim.ok_or(Failure::NotFound)?, found.notice, moment).await
}
