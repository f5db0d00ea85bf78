"""The contract against the deployed system: hundreds of requests that are nearly right, by people of four roles. No answer
is a fault of the server's, and none has a status, a content type or a field that the document does not describe."""

import copy
import http.client
import json
import random
import uuid
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from api import Answer, Api
from scene import Scene
from settings import PORT, ROOT

REQUESTS = 500
ROLES = {
    "partner_admin": "alpine_admin", "reviewer": "reviewer", "operator": "operator", "customer_admin": "contoso_admin",
}
# What the document leaves to the gateway, in a form of the gateway's own.
GATEWAY = {"message"}
# The clock and the rules of the customer whom all tests share stay as they are.
LEFT_OUT = {"putClock", "putRules"}
ODD = [None, True, -1, 0, 26, 1.5, 2**32, "", " ", "x" * 300, "a\0b", "žluťoučký kůň", "2026-02-30", "teams", [], [1, 1], {}]


class Contract:
    """The document, and what of an answer it does not describe."""

    def __init__(self):
        self.document = json.loads((ROOT / "docs" / "openapi.json").read_text())
        self.operations = [
            (method.upper(), path, operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if operation["operationId"] not in LEFT_OUT
        ]

    def undescribed(self, operation: dict, answer: Answer) -> str | None:
        described = operation["responses"].get(str(answer.status))
        if described is None:
            return f"the status {answer.status}"
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        content = described.get("content", {})
        if not answer.body:
            return None if not content else "an empty body"
        if media_type not in content:
            return f"{media_type} with {answer.status}"
        if not media_type.endswith("json"):
            return None
        schema = {**content[media_type]["schema"], "components": self.document["components"]}
        wrong = next(Draft202012Validator(schema).iter_errors(answer.json), None)
        return wrong and f"{wrong.json_path}: {wrong.message[:300]}"


def places(value, at=()):
    """Where something stands in a body."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*at, name)
        yield from places(member, (*at, name))


def changed(rng: random.Random, body):
    """A body with a change somewhere in it."""
    found = list(places(body))
    if not found:
        return body
    body = copy.deepcopy(body)
    *above, name = rng.choice(found)
    parent = body
    for part in above:
        parent = parent[part]
    if isinstance(parent, dict) and rng.random() < 0.25:
        del parent[name]
    else:
        parent[name] = rng.choice(ODD)
    return body


class Requests:
    """Requests that are nearly right, the same in every run but for the ids."""

    def __init__(self, claims: list[str], own: Scene):
        self.rng, self.claims, self.own = random.Random(1), claims, own

    def path(self, template: str) -> str:
        claim = self.rng.choice(self.claims)
        entry = {"tenants": self.own.tenant["id"], "partners": "p-robot", "programs": "robots"}
        kind = template.split("/")[2] if template.startswith("/v1/") else ""
        id = f"{claim}-1" if "associations" in template else entry.get(kind, claim)
        if self.rng.random() < 0.05:
            id = "unknown"
        values = {"id": id, "country": self.rng.choice(["TV", "tv", "ZZ"]), "eid": "e1", "token": "unknown",
                  "code": "7K2M9QXP", "date": self.rng.choice(["2026-12-30", "someday"])}
        for name, value in values.items():
            template = template.replace(f"{{{name}}}", value)
        return template

    def query(self, operation: dict) -> str:
        pairs = []
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            schema = parameter["schema"]
            example = quote(str(schema.get("example", (schema.get("enum") or ["submitted"])[0])).lower())
            drawn = self.rng.random()
            if drawn < 0.1:
                pairs.append(f"{parameter['name']}={self.rng.choice(['', '%00', '%FF', '%C3%28'])}")
            elif drawn < 0.5 or parameter.get("required"):
                pairs.append(f"{parameter['name']}={example}")
        return f"?{'&'.join(pairs)}" if pairs else ""

    def body(self, operation: dict):
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return None, {}
        media_type, described = next(iter(content.items()))
        headers = {"content_type": media_type}
        if media_type == "application/x-www-form-urlencoded":
            return self.rng.choice(["decision=decline&code=123456", "decision=undo&items=1&code=1", "x=1"]), headers
        body = copy.deepcopy(described.get("example", {}))
        if "tenant" in body and self.rng.random() < 0.5:
            body = self.own.body()
        for _ in range(self.rng.randrange(3)):
            body = changed(self.rng, body)
        return self.rng.choices([json.dumps(body), "{", ""], [20, 1, 1])[0], headers

    def headers(self, operation: dict) -> dict:
        names = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"}
        drawn = {
            "If-Match": self.rng.choice(['"1"', '"999"', "*", "7"]), "If-None-Match": '"1"',
            "Idempotency-Key": self.rng.choice([str(uuid.uuid4()), "two words", "always-the-same"]),
        }
        return {name: value for name, value in drawn.items() if name in names and self.rng.random() < 0.9}


@pytest.fixture(scope="module")
def scenes(api) -> list[Scene]:
    """Claims in several states, at tenants that no other test knows."""
    drafted, submitted, rejected, waiting = (Scene(api) for _ in range(4))
    drafted.submit(draft=True).must(201)
    submitted.submit().must(201)
    rejected.submit().must(201)
    rejected.act("review", "reviewer", {"action": "begin"}).must(200)
    reason = {"code": "evidence_missing", "comment": "Which?"}
    rejected.act("review", "reviewer", {"action": "reject", "reasons": [reason]}).must(200)
    waiting.awaiting()
    return [drafted, submitted, rejected, waiting]


def no_answer_to_five_hundred_requests_is_a_fault_or_is_not_described(api, scenes):
    contract, requests = Contract(), Requests([scene.claim for scene in scenes], scenes[0])
    statuses = set()
    for no in range(REQUESTS):
        method, template, operation = requests.rng.choice(contract.operations)
        public = operation.get("security") == []
        who = None if public else ROLES[requests.rng.choice(list(ROLES))]
        body, content_type = requests.body(operation)
        path = requests.path(template) + requests.query(operation)
        headers = {name.lower(): value for name, value in {**content_type, **requests.headers(operation)}.items()}
        answer = api.call(method, path, who, body, **headers)
        told = f"request {no}: {method} {path} as {who}: {body!r}: {answer.status} {answer.body[:500]!r}"
        statuses.add(answer.status)
        assert answer.status < 500, told
        assert contract.undescribed(operation, answer) is None, f"{contract.undescribed(operation, answer)}: {told}"
    assert {200, 400, 403, 404, 409, 422} <= statuses, statuses


def a_query_that_is_no_uri_is_refused_and_breaks_nothing(api: Api):
    for raw in (b"status=\xff", b"status=a b", b"status=%zz", b"cursor=\xc3\x28", b"limit=1;2", b"status=submitted&status=%00"):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        connection.putrequest("GET", "/", skip_host=True)
        connection._buffer[0] = b"GET /v1/claims?" + raw + b" HTTP/1.1"
        connection.putheader("Host", api.host)
        connection.putheader("Authorization", f"Bearer {api.tokens['alpine_admin']}")
        connection.endheaders()
        assert connection.getresponse().status == 400, raw
        connection.close()
