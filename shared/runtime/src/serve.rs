//! The loop that serves invocations.

use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::{Instrument as _, info_span};

use crate::clock::Stopwatch;
use crate::failure::{Failure, StartError};
use crate::invocation::Invocation;
use crate::{clock, fields, metrics, panics, telemetry};

/// Serves HTTP requests until the platform ends the process.
///
/// `app` lives as long as the process. A panic counts as a fault; the gateway answers it with 500.
///
/// # Errors
/// If the platform's interface fails.
pub async fn serve_http<A, F, Fut>(
    function: &'static str,
    app: A,
    handler: F,
) -> Result<(), StartError>
where
    A: Send + Sync + 'static,
    F: Fn(&'static A, Request) -> Fut,
    Fut: Future<Output = Response<Body>> + Send + 'static,
{
    let app: &'static A = Box::leak(Box::new(app));
    let service = service_fn(|request: Request| {
        let id = request_id(&request);
        // On the heap: a handler's future is deep, and the layers around it are futures too.
        let answer = Box::pin(handler(app, request));
        observed(function, id, async { Ok(answer.await) }, |answer| {
            answer.status().is_server_error()
        })
    });
    lambda_http::run(service).await.map_err(StartError::Serve)
}

/// The gateway's id of a request, which a problem names as its `instance`; else the platform's.
fn request_id(request: &Request) -> String {
    let gateways = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(_) | None => None,
    };
    let platforms = || request.lambda_context_ref().map(|context| context.request_id.clone());
    gateways.or_else(platforms).unwrap_or_default()
}

/// Serves events until the platform ends the process. What the handler fails with is logged here,
/// once, and left to the platform, which tries again.
///
/// # Errors
/// If the platform's interface fails.
pub async fn serve_event<A, E, R, F, Fut>(
    function: &'static str,
    app: A,
    handler: F,
) -> Result<(), StartError>
where
    A: Send + Sync + 'static,
    E: DeserializeOwned,
    R: Serialize + 'static,
    F: Fn(&'static A, E, Invocation) -> Fut,
    Fut: Future<Output = Result<R, Failure>> + Send + 'static,
{
    let app: &'static A = Box::leak(Box::new(app));
    let service = service_fn(|event: LambdaEvent<E>| {
        let invocation = Invocation::from(&event.context);
        let id = invocation.request_id.clone();
        let work = Box::pin(handler(app, event.payload, invocation));
        observed(function, id, work, |_| false)
    });
    lambda_runtime::run(service).await.map_err(StartError::Serve)
}

/// Runs the work of one invocation: in a span of its own, counted, and safe against panics.
async fn observed<T>(
    function: &'static str,
    request_id: String,
    work: impl Future<Output = Result<T, Failure>>,
    is_fault: fn(&T) -> bool,
) -> Result<T, Failure> {
    let watch = Stopwatch::start();
    let span = info_span!(
        "invocation",
        { fields::FUNCTION } = function,
        { fields::REQUEST_ID } = request_id.as_str()
    );
    let (outcome, mut values) = metrics::counted(logged(work)).instrument(span).await;
    let fault = outcome.as_ref().map_or(true, is_fault);
    metrics::complete(&mut values, metrics::milliseconds(watch.elapsed()), fault.into());
    metrics::print(&metrics::line(function, &request_id, clock::raw()(), &values));
    outcome
}

/// The outcome, a failure logged. A panic has been logged by its hook.
async fn logged<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    match panics::caught(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => {
            telemetry::failure("The invocation failed", failure.error());
            Err(failure)
        }
        Err(panicked) => Err(panicked.into()),
    }
}

#[cfg(test)]
mod tests {
    use store::StoreError;

    use super::*;
    use crate::fields::metric;

    #[tokio::test]
    async fn an_event_whose_close_the_clock_check_refused_counts_it_once() {
        let failing = async { Err::<(), _>(StoreError::ClockUntrusted.into()) };
        let (outcome, values) = metrics::counted(logged(failing)).await;
        assert!(outcome.is_err());
        assert_eq!(values.get(metric::EARLY_CLOSE), Some(&1.0));
    }

    #[tokio::test]
    async fn a_panic_and_a_failure_are_errors_of_their_invocation() {
        let panicking =
            observed("f", "r1".to_owned(), async { panic!("on purpose") }, |(): &()| false);
        assert_eq!(format!("{:?}", panicking.await.unwrap_err()), "the function panicked");
        let failing = async { Err(Failure::new("the queue is away")) };
        let failing = observed("f", "r2".to_owned(), failing, |(): &()| false);
        assert_eq!(format!("{:?}", failing.await.unwrap_err()), "the queue is away");
    }
}
