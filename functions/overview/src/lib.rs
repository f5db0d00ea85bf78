//! The customer's overview, without an account (`docs/domain.md §5.10`, `docs/api.md §3.8`): who asks for a link, and what
//! the link shows and takes away.
//!
//! Whoever asks for a link learns nothing: the request goes into a queue, whatever its address is. Mail scanners open
//! links and send forms, so nothing but a form with the code of the mail takes anything away.

mod answer;
mod ask;
mod form;
#[cfg(test)]
mod fuzz;
mod open_overview;
mod queues;
mod take;

use lambda_http::http::Method;
use lambda_http::{Body, Request, Response};
use notice::{LinkKeys, Operator, OverviewLink};
use runtime::KeyRing;
use store::Store;
use web::Call;
use web::routes::OverviewRoute;

pub use crate::queues::OverviewQueues;

use crate::answer::OverviewResponder;
use crate::open_overview::OpenOverview;
use app::request_time;

/// What the function works with.
pub struct App {
    store: Store,
    keys: KeyRing<LinkKeys>,
    operator: Operator,
    queues: OverviewQueues,
}

impl App {
    /// `keys` open the links that `notify` makes with them; `queues` are where requests for links and acts go.
    pub fn new(
        store: Store,
        keys: KeyRing<LinkKeys>,
        operator: Operator,
        queues: OverviewQueues,
    ) -> Self {
        Self { store, keys, operator, queues }
    }
}

/// Answers a request for the customer's overview or for a link to it.
pub async fn handle_request(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    let answers = OverviewResponder::new(app, &call, call.page_language());
    match call.function_route::<OverviewRoute>() {
        Ok(OverviewRoute::Ask) => answers.request_page(),
        Ok(OverviewRoute::Request) => ask::take_request(app, &call, &answers).await,
        Ok(OverviewRoute::Page) => Box::pin(answer_link(app, &call, &answers)).await,
        Err(failure) => answers.refusal_response(&failure),
    }
}

/// Everything under a link. Whatever is wrong with a token, it is answered alike and before any read.
async fn answer_link(
    app: &App,
    call: &Call<'_>,
    answers: &OverviewResponder<'_>,
) -> Response<Body> {
    let token = call.path_text().unwrap_or_default();
    let Some(link) = open_link(app, token).await else { return answers.over_page() };
    let method = call.method();
    if *method == Method::GET || *method == Method::HEAD {
        show_overview(app, call, &link, answers).await
    } else if *method == Method::POST {
        take::take_away(app, call, &link, token, answers).await
    } else {
        answers.method_not_allowed()
    }
}

/// The link of a token. One that names a key that is not known may have been made under a key that was added meanwhile.
async fn open_link(app: &App, token: &str) -> Option<OverviewLink> {
    let is_known =
        |keys: &LinkKeys| OverviewLink::key_of_token(token).is_none_or(|key| keys.has_key(key));
    OverviewLink::from_token(&*app.keys.refresh_unless(is_known).await, token).ok()
}

/// Shows how things stand. It changes nothing, whoever opens it and however often.
async fn show_overview(
    app: &App,
    call: &Call<'_>,
    link: &OverviewLink,
    answers: &OverviewResponder<'_>,
) -> Response<Body> {
    let moment = match request_time(&app.store, call).await {
        Ok(moment) => moment,
        Err(error) => return answers.refusal_response(&error.into_failure()),
    };
    match OpenOverview::load(app, link, moment).await {
        Ok(Some(open)) => answers.overview_page(&open),
        Ok(None) => answers.over_page(),
        Err(error) => answers.refusal_response(&error.into_failure()),
    }
}
