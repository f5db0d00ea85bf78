"""What the end-to-end tests tell their stories with: a tenant of its own, a claim, its steps."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import link
import seed
from api import Answer, Api
from aws import outbox
from demo import claim_body, code_of, instant, now
from wait import until


@dataclass
class Scene:
    """One claim at a tenant of its own, and the calls that move it."""

    api: Api
    items: list[str] = field(default_factory=lambda: list(seed.WORKLOADS))
    contact: str = "it"
    claim: str = ""
    tenant: dict = field(default_factory=dict)

    def __post_init__(self):
        self.tenant = seed.contoso(str(uuid.uuid4()), f"contoso-{uuid.uuid4().hex[:8]}.example")
        self.api.put(f"/v1/tenants/{self.tenant['id']}", "operator", self.tenant).must(200)

    @property
    def path(self) -> str:
        return f"/v1/claims/{self.claim}"

    def body(self, **changes) -> dict:
        body = claim_body(self.tenant, now(self.api), self.items)
        body["customer_contact"]["email"] = f"{self.contact}@{self.tenant['domains'][0]}"
        return {**body, **changes}

    def submit(self, key: str | None = None, **changes) -> Answer:
        """Alpine submits; a refusal is for the caller to look at."""
        answer = self.api.post("/v1/claims", "alpine_admin", self.body(**changes), idempotency_key=key or str(uuid.uuid4()))
        if answer.status == 201:
            self.claim = answer.json["id"]
        return answer

    def read(self, who: str = "alpine_admin") -> dict:
        return self.api.get(self.path, who).must(200).json

    def act(self, command: str, who: str, body: dict | None = None) -> Answer:
        """A command on the claim as it stands."""
        etag = self.api.get(self.path, who).must(200).etag
        return self.api.post(f"{self.path}/{command}", who, body or {}, if_match=etag)

    def validated(self) -> "Scene":
        self.submit().must(201)
        self.act("review", "reviewer", {"action": "begin"}).must(200)
        self.act("review", "reviewer", {"action": "validate"}).must(200)
        return self

    def awaiting(self) -> "Scene":
        self.validated()
        until("the window to open", lambda: self.read()["status"] == "awaiting_customer", seconds=60)
        return self

    def associated(self) -> "Scene":
        self.awaiting()
        self.past_the_deadline()
        assert self.read()["status"] == "associated"
        return self

    def mail(self) -> dict:
        """The notice as it arrived."""
        return until("the notice", self._notice, seconds=60)

    def _notice(self) -> dict | None:
        found = ((mail, link.find(mail["BodyText"])) for mail in outbox())
        return next((mail for mail, one in found if one and one.claim == self.claim), None)

    def decide(self, decision: str, items: list[int] = (), code: str | None = None, **headers) -> Answer:
        """The decision page's form, with link and code of the mail, answered as JSON."""
        text = self.mail()["BodyText"]
        fields = [("decision", decision), *(("items", str(item)) for item in items), ("code", code or code_of(text))]
        return self.api.form(f"/d/{link.find(text).token}", fields, **{"accept": "application/json", **headers})

    def past_the_deadline(self) -> None:
        """Moves the stack's clock past the deadline and the grace; does nothing where it is past already."""
        target = instant(self.read()["window"]["closes_at"]) + timedelta(minutes=3)
        if now(self.api) < target:
            self.api.put("/v1/sandbox/clock", "operator", {"now": target.strftime("%Y-%m-%dT%H:%M:%SZ")}).must(200)

    def statuses(self) -> list[str]:
        return [item["status"] for item in self.read()["items"]]
