"""What the end-to-end tests tell their stories with: a tenant of its own, a claim, its steps."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import seed
from api import Answer, Api
from aws import outbox
from demo import claim_body, code_of, instant, now, undo_code_of
from link import Link
from link import find as find_link
from wait import until


@dataclass
class Scene:
    """One claim at a tenant of its own, and the calls that move it.

    `contact` is whom the partner names, `verified` are the contacts that the directory knows. The first of
    these is the reader whose mails and links are meant where none is named. `locale` is the language of the mails, if not
    the one of Contoso.
    """

    api: Api
    items: list[str] = field(default_factory=lambda: list(seed.WORKLOADS))
    contact: str = "it"
    verified: tuple[str, ...] = ("it",)
    claim: str = ""
    tenant: dict = field(default_factory=dict)
    partner: str = "alpine"
    locale: str = ""

    def __post_init__(self):
        if self.tenant:
            return
        self.tenant = seed.contoso(str(uuid.uuid4()), f"contoso-{uuid.uuid4().hex[:8]}.example")
        self.tenant["contacts"] = [{"name": f"Contoso {name}", "email": self.address(name), "verified": True} for name in self.verified]
        self.tenant["locale"] = self.locale or self.tenant["locale"]
        self.api.put(f"/v1/tenants/{self.tenant['id']}", "operator", self.tenant).must(201)

    def address(self, name: str) -> str:
        return f"{name}@{self.tenant['domains'][0]}"

    @property
    def path(self) -> str:
        return f"/v1/claims/{self.claim}"

    def body(self, **changes) -> dict:
        body = claim_body(self.tenant, now(self.api), self.items)
        body["customer_contact"]["email"] = self.address(self.contact)
        if self.partner == "borealis":
            body["location_id"] = "4712"
            body["partner_contact"] = {"name": "Bo Borg", "email": "bo@borealis.example"}
        return {**body, **changes}

    def submit(self, key: str | None = None, **changes) -> Answer:
        """The partner submits; a refusal is for the caller to look at."""
        answer = self.api.post("/v1/claims", self.admin, self.body(**changes), idempotency_key=key or str(uuid.uuid4()))
        if answer.status == 201:
            self.claim = answer.json["id"]
        return answer

    @property
    def admin(self) -> str:
        return f"{self.partner}_admin"

    def read(self, who: str | None = None) -> dict:
        return self.api.get(self.path, who or self.admin).must(200).json

    def association(self, who: str, item: int = 1) -> dict:
        return self.api.get(f"/v1/associations/{self.claim}-{item}", who).must(200).json

    def edit(self, who: str, patch: dict) -> Answer:
        """A merge patch of the claim as it stands."""
        etag = self.api.get(self.path, who).must(200).etag
        return self.api.call("PATCH", self.path, who, patch, if_match=etag)

    def act(self, command: str, who: str, body: dict | None = None) -> Answer:
        """A command on the claim as it stands."""
        etag = self.api.get(self.path, who).must(200).etag
        return self.api.post(f"{self.path}/{command}", who, body or {}, if_match=etag)

    def validated(self, **changes) -> "Scene":
        self.submit(**changes).must(201)
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

    def mail(self, to: str = "", notice: int = 1) -> dict:
        """The notice as it arrived at one recipient."""
        return until(f"notice {notice} to {to}", lambda: self._notice(to or self.verified[0], notice), seconds=60)

    def _notice(self, to: str, notice: int) -> dict | None:
        found = ((mail, find_link(mail["BodyText"])) for mail in outbox() if self.address(to) in mail["To"])
        return next((mail for mail, one in found if one and (one.claim, one.notice) == (self.claim, notice)), None)

    def link(self, to: str = "", notice: int = 1) -> Link:
        return find_link(self.mail(to, notice)["BodyText"])

    def code(self, to: str = "", notice: int = 1) -> str:
        """The six digits of a recipient's notice."""
        return code_of(self.mail(to, notice)["BodyText"])

    def undo_code(self, to: str = "") -> str:
        """The ten digits of a recipient's receipt, which is awaited."""
        found = lambda: next((code for text in self.mails(to or self.verified[0]) if self.claim in text and (code := undo_code_of(text))), None)
        return until("a receipt with a code", found, seconds=60)

    def mails(self, to: str = "") -> list[str]:
        """The texts of all mails to one of the tenant's people, or to all of them, without the marks around names."""
        end = self.address(to)
        texts = [mail["BodyText"] for mail in outbox() if any(one.endswith(end) for one in mail["To"])]
        return [text.translate({0x2068: None, 0x2069: None}) for text in texts]

    def told(self, to: str, words: str) -> None:
        """Waits for a mail with those words."""
        until(f"{words!r} to {to}", lambda: any(words in text for text in self.mails(to)), seconds=60)

    def decide(self, decision: str, items: list[int] = (), code: str | None = None, by: str = "", **headers) -> Answer:
        """The decision page's form, with a recipient's link and code, answered as JSON."""
        if code is None:
            code = self.undo_code(by) if decision == "undo" else self.code(by)
        fields = [("decision", decision), *(("items", str(item)) for item in items), ("code", code)]
        return self.api.form(f"/d/{self.link(by).token}", fields, **{"accept": "application/json", **headers})

    def reason_of(self, event: str, who: str) -> str | None:
        """Why the party did what the last event of that type tells, as far as the reader is told."""
        entries = self.api.get(f"{self.path}/history?limit=100", who).must(200).json["items"]
        return [entry for entry in entries if entry["type"] == event][-1]["detail"].get("reason_code")

    def recipients(self) -> dict[str, str]:
        """Where everybody stands who is asked, as staff see it."""
        return {one["email"].partition("@")[0]: one["state"] for one in self.read("reviewer")["recipients"]}

    def past_the_deadline(self) -> None:
        """Moves the stack's clock past the deadline and the grace; does nothing where it is past already."""
        closes_at = instant(self.read()["window"]["closes_at"]) + timedelta(minutes=3)
        self.clock_to(closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def clock_to(self, at: str) -> None:
        """Moves the stack's clock forwards; never back."""
        if now(self.api) < instant(at):
            self.api.put("/v1/sandbox/clock", "operator", {"now": at}).must(200)

    def statuses(self) -> list[str]:
        return [item["status"] for item in self.read()["items"]]
