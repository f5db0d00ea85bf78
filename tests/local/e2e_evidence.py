"""Documents of evidence on the running stack: uploaded by form, scanned, fetched by link."""

import hashlib
import urllib.error
import urllib.request
import uuid

import pytest

from scanner import EICAR
from scene import Scene
from wait import until

PDF = b"%PDF-1.7\nsigned by Contoso\n%%EOF\n"


def announcement(content: bytes, **changes) -> dict:
    return {
        "name": "smlouva č. 1.pdf", "size": len(content), "content_type": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(), "acknowledged_on": "2026-10-01", **changes,
    }


def upload(form: dict, content: bytes, **changed) -> int:
    """Posts a form as a browser does; the status."""
    boundary = uuid.uuid4().hex
    fields = {**form["fields"], **changed}
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(form["url"], body, headers), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.fixture
def scene(api):
    scene = Scene(api)
    scene.submit(draft=True, program="osu-security", evidence=[]).must(201)
    return scene


def add(scene: Scene, content: bytes, **changes) -> dict:
    return scene.api.post(f"{scene.path}/evidence", "alpine_user", announcement(content, **changes)).must(201).json


def scan_of(scene: Scene) -> str:
    return scene.read()["evidence"][0]["scan"]


def a_clean_document_is_kept_fetched_and_validated(scene):
    added = add(scene, PDF)
    assert (added["evidence"]["id"], added["evidence"]["scan"]) == ("e1", "pending")
    assert upload(added["upload"], PDF) in (200, 204)
    until("the scan", lambda: scan_of(scene) == "clean", seconds=60)
    fetched = scene.api.get(f"{scene.path}/evidence/e1", "reviewer").must(200).json
    with urllib.request.urlopen(fetched["url"], timeout=10) as answer:
        assert answer.read() == PDF
        assert answer.headers["content-disposition"].startswith("attachment;")
    scene.act("submit", "alpine_admin").must(200)
    scene.act("review", "reviewer", {"action": "begin"}).must(200)
    assert scene.act("review", "reviewer", {"action": "validate"}).must(200).json["status"] == "notifying"


def an_infected_document_is_found_and_refused(scene):
    content = b"%PDF-1.7\n" + EICAR + b"\n%%EOF\n"
    assert upload(add(scene, content)["upload"], content) in (200, 204)
    until("the scan", lambda: scan_of(scene) == "infected", seconds=60)
    scene.api.get(f"{scene.path}/evidence/e1", "reviewer").must(404)
    scene.act("submit", "alpine_admin").must(200)
    scene.act("review", "reviewer", {"action": "begin"}).must(200)
    refused = scene.act("review", "reviewer", {"action": "validate"}).must(422).json
    assert [(one["claim_pointer"], one["code"]) for one in refused["errors"]] == [("/evidence", "evidence-rejected")]


def a_form_takes_nothing_but_what_it_was_made_for(scene):
    form = add(scene, PDF)["upload"]
    assert upload(form, PDF + b"!") >= 400, "another size"
    assert upload(form, PDF, **{"Content-Type": "text/html"}) >= 400, "another type"
    assert upload(form, PDF, key="quarantine/elsewhere") >= 400, "another place"
    assert upload(form, PDF, **{"x-amz-signature": "0" * 64}) >= 400, "another signature"
    assert upload(form, b"") >= 400, "nothing"


@pytest.mark.parametrize("changes, error", [
    ({"size": 0}, ("/size", "out-of-range")),
    ({"size": 10 * 1024 * 1024 + 1}, ("/size", "out-of-range")),
    ({"content_type": "application/vnd.ms-word.document.macroEnabled.12"}, ("/content_type", "unknown-code")),
    ({"sha256": "ab"}, ("/sha256", "malformed")),
    ({"acknowledged_on": "2024-01-01"}, ("/acknowledged_on", "evidence-too-old")),
    ({"scan": "clean"}, ("/scan", "unknown-field")),
])
def an_announcement_that_makes_no_sense_is_refused(scene, changes, error):
    refused = scene.api.post(f"{scene.path}/evidence", "alpine_user", announcement(PDF, **changes)).must(422).json
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [error]
