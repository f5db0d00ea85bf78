"""The API as a caller sees it: a request with the gateway's host name, an answer."""

import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from settings import PORT


@dataclass
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent: str = ""

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def etag(self) -> str:
        return self.headers["etag"]

    def must(self, *statuses: int) -> "Answer":
        """Itself, if it has one of these statuses; an error that shows request and answer otherwise."""
        if self.status not in statuses:
            raise AssertionError(f"{self.sent}: expected {statuses}, got {self.status}: {self.body[:2000].decode(errors='replace')}")
        return self


@dataclass
class Api:
    """The deployed API. `tokens` are by user name; a call without one is a stranger's."""

    host: str
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def call(self, method: str, path: str, who: str | None = None, body=None, **headers: str) -> Answer:
        """`headers` are written `if_match="\\"3\\""`; a body that is no text or bytes goes as JSON."""
        sent = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if who:
            sent["Authorization"] = f"Bearer {self.tokens[who]}"
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            sent.setdefault("content-type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        try:
            connection.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=sent)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, received, response.read(), f"{method} {path} as {who or 'nobody'}")
        finally:
            connection.close()

    def get(self, path: str, who: str | None = None, **headers: str) -> Answer:
        return self.call("GET", path, who, **headers)

    def put(self, path: str, who: str | None, body, **headers: str) -> Answer:
        return self.call("PUT", path, who, body, **headers)

    def post(self, path: str, who: str | None, body=None, **headers: str) -> Answer:
        return self.call("POST", path, who, body, **headers)

    def form(self, path: str, fields: list[tuple[str, str]], **headers: str) -> Answer:
        """A form as a browser sends it."""
        headers.setdefault("content_type", "application/x-www-form-urlencoded")
        return self.call("POST", path, None, urlencode(fields), **headers)
