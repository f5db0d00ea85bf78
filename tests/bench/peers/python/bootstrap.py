"""The Runtime API of Lambda, spoken by as little as it takes: import, next, response or error, for ever."""

import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from http.client import HTTPConnection

from app.main import handler

PATH = "/2018-06-01/runtime/invocation/"


@dataclass
class Context:
    """What Powertools and the handlers ask of an invocation."""

    aws_request_id: str
    invoked_function_arn: str
    deadline_ms: int
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "peer")
    memory_limit_in_mb: str = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.deadline_ms - time.time_ns() // 1_000_000)


def main() -> None:
    # As on the platform, where a line that was printed is out.
    sys.stdout.reconfigure(line_buffering=True)
    connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        headers, body = call(connection, "GET", f"{PATH}next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        arn = headers.get("Lambda-Runtime-Invoked-Function-Arn", "")
        context = Context(request_id, arn, int(headers["Lambda-Runtime-Deadline-Ms"]))
        try:
            outcome, answer = "response", json.dumps(handler(json.loads(body), context), ensure_ascii=False)
        except Exception as error:
            traceback.print_exc()
            outcome, answer = "error", json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        call(connection, "POST", f"{PATH}{request_id}/{outcome}", answer.encode())


def call(connection: HTTPConnection, method: str, path: str, body: bytes | None = None):
    connection.request(method, path, body)
    response = connection.getresponse()
    return response.headers, response.read()


if __name__ == "__main__":
    main()
