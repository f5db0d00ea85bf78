"""Problem documents (RFC 9457), in English."""

import json
from pathlib import Path

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from .table import Unavailable

_TEXTS = json.loads(Path(__file__).with_name("texts.json").read_text())
MAX_BODY_BYTES = 64 * 1024


class Problem(Exception):
    def __init__(self, code: str, errors=(), retry_after: int | None = None, **more):
        super().__init__(code)
        self.code, self.errors, self.retry_after, self.more = code, errors, retry_after, more

    def response(self, instance: str, headers: dict) -> Response:
        status, title, detail = _TEXTS["problems"][self.code]
        body = {
            "type": f"urn:cpor:problem:{self.code}", "title": title, "status": status,
            "detail": detail.format_map({"tries": self.more.get("tries_left"), **self.more}),
            "code": self.code, "instance": instance,
        }
        if self.errors:
            told = _TEXTS["fields"]
            body["errors"] = [{"pointer": at, "code": code, "detail": told[code]} for at, code in self.errors]
        headers = {**headers, "Content-Language": "en"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return Response(status, "application/problem+json", json.dumps(body | self.more, ensure_ascii=False), headers)


def handle_problems(app: APIGatewayHttpResolver, logger, metrics, headers: dict) -> None:
    """What a request is refused with; a fault of ours is logged once, and tells nothing of itself."""

    def answer(problem: Problem) -> Response:
        return problem.response(app.current_event.request_context.request_id, headers)

    @app.exception_handler(Problem)
    def refused(problem: Problem) -> Response:
        metrics.add_metric("refused", MetricUnit.Count, 1)
        return answer(problem)

    @app.exception_handler([ClientError, BotoCoreError, Unavailable])
    def unavailable(error: Exception) -> Response:
        metrics.add_metric("faults", MetricUnit.Count, 1)
        logger.error("A request could not be answered", error=str(error))
        return answer(Problem("unavailable", retry_after=2))

    @app.not_found
    def not_found(_: NotFoundError) -> Response:
        metrics.add_metric("refused", MetricUnit.Count, 1)
        return answer(Problem("not-found"))


def bounded_body(event, content_type: str) -> str:
    """The body as text: 413, 400, 415."""
    try:
        text = event.decoded_body or ""
    except ValueError:
        raise Problem("malformed-body") from None
    if len(text.encode()) > MAX_BODY_BYTES:
        raise Problem("payload-too-large")
    if not text:
        raise Problem("malformed-body")
    if (event.headers.get("content-type") or "").split(";")[0].strip().lower() != content_type:
        raise Problem("unsupported-media-type")
    return text
