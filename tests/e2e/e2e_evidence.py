"""Documents of evidence on the running stack: uploaded by form, scanned, fetched by link."""

import urllib.request

import pytest

from aws import client, physical
from documents import PDF, add, announcement, drafted, scan_of, upload
from scanner import EICAR
from wait import until


@pytest.fixture
def scene(api):
    return drafted(api)


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


@pytest.fixture
def hurried(stack):
    """A queue of scans that hands out what comes back at once, and not after six minutes."""
    sqs, url = client("sqs"), physical("ScanQueue")
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


@pytest.mark.parametrize("fails", [1, 2])
def a_document_that_could_not_be_scanned_is_scanned_again_and_clean_then(hurried, scene, fails):
    content = f"%PDF-1.7\nfails {fails} scans\n%%EOF\n".encode()
    assert upload(add(scene, content)["upload"], content) in (200, 204)
    until("the scan", lambda: scan_of(scene) == "clean", seconds=60)


def a_form_takes_nothing_but_what_it_was_made_for(scene):
    form = add(scene, PDF)["upload"]
    assert upload(form, PDF + b"!") >= 400, "another size"
    assert upload(form, PDF, **{"Content-Type": "text/html"}) >= 400, "another type"
    assert upload(form, PDF, key="quarantine/elsewhere") >= 400, "another place"
    assert upload(form, PDF, **{"x-amz-signature": "0" * 64}) >= 400, "another signature"
    assert upload(form, PDF, **{"x-amz-meta-scans": "9"}) >= 400, "a member of the metadata"
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
