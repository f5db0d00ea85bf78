//! The customer's link: the decision page, the decisions, and the page that tells a genuine notice
//! (`docs/domain.md §5`, `docs/api.md §3.5`).
//!
//! Mail scanners open links and send forms. So nothing but a form with the code of the mail decides,
//! and a token is checked before anything is read.

mod answer;
mod authenticity;
mod code;
mod decide;
mod form;
#[cfg(test)]
mod fuzz;
mod page_state;

use lambda_http::http::Method;
use lambda_http::{Body, Request, Response};
use notice::{Link, LinkKeys, Operator};
use runtime::KeyRing;
use store::Store;
use web::routes::DecisionRoute;
use web::{Call, RequestError};

use crate::answer::DecisionResponder;
use crate::page_state::PageState;
use app::request_time;

/// What the function works with.
pub struct App {
    store: Store,
    keys: KeyRing<LinkKeys>,
    operator: Operator,
}

impl App {
    /// `keys` open the links that `notify` makes with them.
    pub fn new(store: Store, keys: KeyRing<LinkKeys>, operator: Operator) -> Self {
        Self { store, keys, operator }
    }
}

/// Answers a request for the decision page or for a notice by its code.
pub async fn handle_request(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    let answers = DecisionResponder::new(app, &call, call.page_language());
    match call.function_route::<DecisionRoute>() {
        Ok(DecisionRoute::Page) => answer_link(app, &call, &answers).await,
        Ok(DecisionRoute::Notice) => {
            authenticity::answer_authenticity_code(app, &call, &answers).await
        }
        Err(failure) => answers.refusal_response(&failure),
    }
}

/// Everything under a link. Whatever is wrong with a token, it is answered alike and before any read.
async fn answer_link(
    app: &App,
    call: &Call<'_>,
    answers: &DecisionResponder<'_>,
) -> Response<Body> {
    let token = call.path_text().unwrap_or_default();
    let Some(link) = open_link(app, token).await else {
        return answers.refusal_response(&RequestError::NotFound);
    };
    let method = call.method();
    if *method == Method::GET || *method == Method::HEAD {
        show_page(app, call, &link, answers).await
    } else if *method == Method::POST {
        decide::answer_decision(app, call, &link, answers).await
    } else {
        answers.method_not_allowed()
    }
}

/// The link of a token. One that names a key that is not known may have been made under a key that was added meanwhile.
async fn open_link(app: &App, token: &str) -> Option<Link> {
    let is_known = |keys: &LinkKeys| Link::key_of_token(token).is_none_or(|key| keys.has_key(key));
    Link::from_token(&*app.keys.refresh_unless(is_known).await, token).ok()
}

/// Shows how things stand. It decides nothing, whoever opens it and however often.
async fn show_page(
    app: &App,
    call: &Call<'_>,
    link: &Link,
    answers: &DecisionResponder<'_>,
) -> Response<Body> {
    let seen = match request_time(&app.store, call).await {
        Ok(moment) => PageState::load(app, link, moment).await,
        Err(failure) => Err(failure),
    };
    match seen {
        Ok(seen) => answers.decision_page(&seen),
        Err(error) => answers.refusal_response(&error.into_failure()),
    }
}
