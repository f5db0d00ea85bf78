//! The loop that serves invocations.

use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Body, Request, RequestExt as _, Response, Service as _};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::{Instrument as _, info_span};

use crate::clock::Stopwatch;
use crate::failure::{InvocationError, StartError};
use crate::invocation::Invocation;
use crate::metrics::Origin;
use crate::settings::StackSettings;
use crate::{clock, fields, metrics, panics, settings, telemetry};

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
    let origin = line_origin(function)?;
    let service = service_fn(|request: Request| {
        let id = request_id(&request);
        // On the heap: a handler's future is deep, and the layers around it are futures too.
        let answer = Box::pin(handler(app, request));
        observe_invocation(origin, id, async { Ok(answer.await) }, |answer| {
            answer.status().is_server_error()
        })
    });
    let mut adapter = Adapter::from(service);
    let service = service_fn(move |event: LambdaEvent<LambdaRequest>| {
        let LambdaEvent { payload, context } = event;
        adapter.call(LambdaEvent::new(with_readable_query(payload), context))
    });
    lambda_runtime::run(service).await.map_err(StartError::Serve)
}

/// The request with a query that a URI can have: the library ends the process over any other. A byte that no URI has
/// counts as percent-encoded.
fn with_readable_query(request: LambdaRequest) -> LambdaRequest {
    // No other gateway is among the features; the enum is open nevertheless.
    let LambdaRequest::ApiGatewayV2(mut event) = request else { return request };
    event.raw_query_string = event.raw_query_string.map(|query| {
        let encoded = query.bytes().map(|byte| {
            if byte.is_ascii_alphanumeric() || PLAIN_IN_QUERY.contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        });
        encoded.collect()
    });
    LambdaRequest::ApiGatewayV2(event)
}

/// What else may stand in a query as it is (RFC 3986, §3.4).
const PLAIN_IN_QUERY: &[u8] = b"-._~!$&'()*+,;=:@/?%";

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
    Fut: Future<Output = Result<R, InvocationError>> + Send + 'static,
{
    let app: &'static A = Box::leak(Box::new(app));
    let origin = line_origin(function)?;
    let service = service_fn(|event: LambdaEvent<E>| {
        let invocation = Invocation::from(&event.context);
        let id = invocation.request_id.clone();
        let work = Box::pin(handler(app, event.payload, invocation));
        observe_invocation(origin, id, work, |_| false)
    });
    lambda_runtime::run(service).await.map_err(StartError::Serve)
}

/// Serves HTTP requests and events until the platform ends the process: what a gateway hands over goes to
/// `request_handler`, anything else to `event_handler`. Each is served as by [`serve_http`] and [`serve_event`].
///
/// # Errors
/// If the platform's interface fails.
pub async fn serve_requests_and_events<A, R, F, Fut, G, Gut>(
    function: &'static str,
    app: A,
    request_handler: F,
    event_handler: G,
) -> Result<(), StartError>
where
    A: Send + Sync + 'static,
    R: Serialize + 'static,
    F: Fn(&'static A, Request) -> Fut,
    Fut: Future<Output = Response<Body>> + Send + 'static,
    G: Fn(&'static A, Value, Invocation) -> Gut,
    Gut: Future<Output = Result<R, InvocationError>> + Send + 'static,
{
    let app: &'static A = Box::leak(Box::new(app));
    let origin = line_origin(function)?;
    let service = service_fn(|request: Request| {
        let id = request_id(&request);
        let answer = Box::pin(request_handler(app, request));
        observe_invocation(origin, id, async { Ok(answer.await) }, |answer| {
            answer.status().is_server_error()
        })
    });
    let mut adapter = Adapter::from(service);
    let service = service_fn(move |event: LambdaEvent<Value>| {
        let LambdaEvent { payload, context } = event;
        let answer = if let Some(request) = read_request(&payload) {
            Ok(adapter.call(LambdaEvent::new(with_readable_query(request), context)))
        } else {
            let invocation = Invocation::from(&context);
            let id = invocation.request_id.clone();
            let work = Box::pin(event_handler(app, payload, invocation));
            Err(observe_invocation(origin, id, work, |_| false))
        };
        async move {
            match answer {
                Ok(answer) => Ok::<_, InvocationError>(serde_json::to_value(answer.await?)?),
                Err(answer) => Ok(serde_json::to_value(answer.await?)?),
            }
        }
    });
    lambda_runtime::run(service).await.map_err(StartError::Serve)
}

/// The request in a payload; `None` where a gateway handed none over.
fn read_request(payload: &Value) -> Option<LambdaRequest> {
    payload.get("requestContext")?;
    serde_json::from_str(&payload.to_string()).ok()
}

/// Whose the lines of this process are.
fn line_origin(function: &'static str) -> Result<&'static Origin, StartError> {
    let StackSettings { name } = settings::read_settings()?;
    Ok(Box::leak(Box::new(Origin { stack: name, function })))
}

/// Runs the work of one invocation: in a span of its own, counted, and safe against panics.
async fn observe_invocation<T>(
    origin: &Origin,
    request_id: String,
    work: impl Future<Output = Result<T, InvocationError>>,
    is_fault: fn(&T) -> bool,
) -> Result<T, InvocationError> {
    let watch = Stopwatch::start();
    let span = info_span!(
        "invocation",
        { fields::FUNCTION } = origin.function,
        { fields::REQUEST_ID } = request_id.as_str()
    );
    let (outcome, mut values) = metrics::count_work(log_outcome(work)).instrument(span).await;
    let fault = outcome.as_ref().map_or(true, is_fault);
    metrics::complete_values(&mut values, metrics::to_milliseconds(watch.elapsed()), fault.into());
    metrics::print_line(&metrics::metrics_line(
        origin,
        &request_id,
        clock::system_clock()(),
        &values,
    ));
    outcome
}

/// The outcome, a failure logged. A panic has been logged by its hook.
async fn log_outcome<T>(
    work: impl Future<Output = Result<T, InvocationError>>,
) -> Result<T, InvocationError> {
    match panics::catch_panic(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => {
            telemetry::log_failure("The invocation failed", failure.source_error());
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
        let (outcome, values) = metrics::count_work(log_outcome(failing)).await;
        assert!(outcome.is_err());
        assert_eq!(values.get(metric::EARLY_CLOSE), Some(&1.0));
    }

    #[test]
    fn a_query_that_is_no_part_of_a_uri_counts_as_percent_encoded() {
        for (raw, value) in
            [("a=<b>", "<b>"), ("a=x y\u{7f}", "x y\u{7f}"), ("a=\u{161}%41", "\u{161}A")]
        {
            let event = serde_json::json!({
                "version": "2.0", "routeKey": "$default", "rawPath": "/v1/claims",
                "rawQueryString": raw, "headers": {}, "isBase64Encoded": false,
                "requestContext": {
                    "accountId": "0", "apiId": "api", "stage": "$default", "requestId": "r",
                    "timeEpoch": 0, "domainName": "api.example",
                    "http": {"method": "GET", "path": "/v1/claims", "protocol": "HTTP/1.1",
                             "sourceIp": "127.0.0.1", "userAgent": "test"},
                },
            });
            let event: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
            let request = Request::from(with_readable_query(event));
            let parameters = request.query_string_parameters();
            assert_eq!(parameters.first("a"), Some(value), "{raw}");
        }
    }

    #[test]
    fn what_a_gateway_hands_over_is_a_request_and_anything_else_is_an_event() {
        let request = serde_json::json!({
            "version": "2.0", "routeKey": "GET /v1/webhooks", "rawPath": "/v1/webhooks",
            "rawQueryString": "", "headers": {}, "isBase64Encoded": false,
            "requestContext": {
                "accountId": "0", "apiId": "api", "stage": "$default", "requestId": "r",
                "timeEpoch": 1_795_000_000_123_i64, "domainName": "api.example",
                "http": {"method": "GET", "path": "/v1/webhooks", "protocol": "HTTP/1.1",
                         "sourceIp": "127.0.0.1", "userAgent": "test"},
            },
        });
        let read = Request::from(read_request(&request).unwrap());
        assert_eq!((read.method().as_str(), read.uri().path()), ("GET", "/v1/webhooks"));
        for event in [
            serde_json::json!({"source": "aws.events"}),
            serde_json::json!({"Records": []}),
            serde_json::json!(null),
            serde_json::json!({"requestContext": 3}),
        ] {
            assert!(read_request(&event).is_none(), "{event}");
        }
    }

    #[tokio::test]
    async fn a_panic_and_a_failure_are_errors_of_their_invocation() {
        let origin = Origin { stack: "cpor".to_owned(), function: "f" };
        let panicking = observe_invocation(
            &origin,
            "r1".to_owned(),
            async { panic!("on purpose") },
            |(): &()| false,
        );
        assert_eq!(format!("{:?}", panicking.await.unwrap_err()), "the function panicked");
        let failing = async { Err(InvocationError::new("the queue is away")) };
        let failing = observe_invocation(&origin, "r2".to_owned(), failing, |(): &()| false);
        assert_eq!(format!("{:?}", failing.await.unwrap_err()), "the queue is away");
    }
}
