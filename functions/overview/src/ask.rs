//! `POST /c`: a link is asked for. Nothing is read, so that neither the answer nor its time tells anything of the address.

use domain::text::Email;
use lambda_http::{Body, Response};
use runtime::telemetry;
use web::{Call, RequestError};

use crate::App;
use crate::answer::OverviewResponder;

/// Hands the address on, and answers the same page for every one: also for a text that is no address.
pub(crate) async fn take_request(
    app: &App,
    call: &Call<'_>,
    answers: &OverviewResponder<'_>,
) -> Response<Body> {
    let fields = match call.form_fields() {
        Ok(fields) => fields,
        Err(failure) => return answers.refusal_response(&failure),
    };
    match app.queues.send_request(&requested_mailbox(&fields)).await {
        Ok(()) => answers.requested_page(),
        Err(error) => {
            telemetry::log_failure(
                "A request for a link could not be handed on",
                error.source_error(),
            );
            answers.refusal_response(&RequestError::Unavailable)
        }
    }
}

/// The mailbox that a form names, as mailboxes are compared; empty where it names none.
fn requested_mailbox(fields: &[(String, String)]) -> String {
    let given = fields.iter().find(|(name, _)| name == "email");
    let address = given.and_then(|(_, text)| Email::parse(text.trim()).ok());
    address.map(|address| address.mailbox()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(text: &str) -> String {
        requested_mailbox(&[("email".to_owned(), text.to_owned())])
    }

    #[test]
    fn an_address_is_read_as_the_directory_compares_it() {
        for text in ["it@contoso.example", " IT@Contoso.example "] {
            assert_eq!(mailbox(text), "it@contoso.example");
        }
        assert_eq!(mailbox("it@münchen.example"), "it@xn--mnchen-3ya.example");
        for text in ["", "it", "it@", "a@b.c\r\nBcc: x@y.z", &"a".repeat(70_000)] {
            assert_eq!(mailbox(text), "", "{text:.20}");
        }
        assert_eq!(requested_mailbox(&[]), "");
    }
}
