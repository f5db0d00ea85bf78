"""The body of a new claim, read so that every error is found at once, each at its JSON Pointer."""

import re
from datetime import date

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"{_LABEL}(\.{_LABEL})+"


class Wrong(Exception):
    """The code of what is wrong with a value."""


def _text(pattern: str, longest: int = 10_000, lower: bool = False):
    fits = re.compile(pattern).fullmatch

    def read(value) -> str:
        if isinstance(value, str) and len(value) > longest:
            raise Wrong("too-long")
        if not isinstance(value, str) or not fits(value):
            raise Wrong("malformed")
        return value.lower() if lower else value

    return read


def _date(value) -> str:
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise Wrong("malformed")


def _no_draft(value) -> bool:
    # Drafts are another job than the one that is measured.
    if value is not False:
        raise Wrong("malformed")
    return value


_id = _text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_name = _text(r"(?=.*\S)[^\x00-\x1f\x7f-\x9f]+", longest=200)
_email = _text(rf"[!#-'*+\-./0-9=?A-Z^-~]{{1,64}}@{_DOMAIN}", longest=254)
_CONTACT = {"name": _name, "title": _name, "email": _email}
CLAIM = {
    "program": _id, "activity": _id, "location_id": _id,
    "tenant": {
        "id": _text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "domain": _text(_DOMAIN, longest=253, lower=True),
    },
    "items": [25, {"kind": _text("workload|subscription"), "id": _id}],
    "customer_contact": _CONTACT, "technical_contact": _CONTACT,
    "partner_contact": {"name": _name, "email": _email},
    "label": _name, "external_ref": _name,
    "evidence": [20, {"name": _name, "sha256": _text("[0-9A-Fa-f]{64}", lower=True), "acknowledged_on": _date}],
    "draft": _no_draft,
}


def read(shape, value, at: str, errors: list, required: bool = True):
    """The value in its shape; `None`, and errors, where it is not of it. `null` counts as left out."""
    if isinstance(shape, list):
        return _list(*shape, value, at, errors)
    if callable(shape):
        try:
            return shape(value)
        except Wrong as wrong:
            errors.append((at, str(wrong)))
            return None
    if not isinstance(value, dict):
        errors.append((at, "malformed"))
        return None
    for name in value.keys() - shape.keys():
        errors.append((f"{at}/{name.replace('~', '~0').replace('/', '~1')}", "unknown-field"))
    found = {}
    for name, inner in shape.items():
        if value.get(name) is not None:
            found[name] = read(inner, value[name], f"{at}/{name}", errors)
        elif required:
            errors.append((f"{at}/{name}", "required"))
    return found


def _list(longest: int, shape, value, at: str, errors: list) -> list:
    if not isinstance(value, list) or len(value) > longest:
        errors.append((at, "too-long" if isinstance(value, list) else "malformed"))
        return []
    return [read(shape, entry, f"{at}/{no}", errors) for no, entry in enumerate(value)]


def read_claim(body) -> tuple[dict, list]:
    """What of the body could be read, and everything that could not."""
    errors = []
    claim = read(CLAIM, body, "", errors, required=False) or {}
    return claim, errors


def missing(claim: dict, kind: str | None, malformed: list) -> list:
    """What submit still lacks; a place that could not be read is not reported twice."""
    tenant = claim.get("tenant") or {}
    names = ("program", "activity", "location_id", "items", "customer_contact", "partner_contact")
    there = {f"/{name}": claim.get(name) for name in names}
    there |= {"/tenant/id": tenant.get("id"), "/tenant/domain": tenant.get("domain")}
    if kind == "subscription":
        there["/technical_contact"] = claim.get("technical_contact")
    known = [f"{at}/" for at, _ in malformed]

    def is_known(pointer: str) -> bool:
        return any(at.startswith(f"{pointer}/") or f"{pointer}/".startswith(at) for at in known)

    return [(pointer, "required") for pointer, value in there.items() if not value and not is_known(pointer)]
