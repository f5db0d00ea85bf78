"""Sample events: every function has some, and `make invoke` runs a function with one of them."""

import json
import subprocess
from contextlib import nullcontext

import pytest

import invoke
import process
import seed
from settings import STATE

DONE = {"batchItemFailures": []}


def answer_of(stack, function: str, event: str):
    return invoke.readable(invoke.invoke(stack, function, invoke.read(function, event)).answer)


@pytest.mark.parametrize("function", invoke.functions())
def every_function_has_sample_events_in_json(function):
    found = invoke.events(function)
    assert found, f"functions/{function}/events is empty"
    for file in found.values():
        assert isinstance(json.loads(file.read_text()), dict), file


def the_sample_claim_is_submitted_again_and_again_and_is_the_one_that_is_read(stack):
    first, second = (answer_of(stack, "claims", "submit") for _ in range(2))
    assert (first["statusCode"], second["statusCode"]) == (201, 201)
    assert second["headers"]["idempotent-replayed"] == "true"
    read = answer_of(stack, "claims", "read")
    assert (read["statusCode"], read["body"]["id"]) == (200, first["body"]["id"])
    assert read["body"]["tenant"]["id"] == seed.TENANTS["contoso"]


@pytest.mark.parametrize(
    ("function", "event", "status"),
    [
        ("associations", "list", 200), ("associations", "read", 404), ("claims", "check", 200), ("customer", "claims", 200),
        ("customer", "decline", 404), ("customer", "rules", 200), ("decision", "decline", 404), ("decision", "page", 404),
        ("directory", "health", 200), ("directory", "read-tenant", 200), ("directory", "windows", 200),
        ("evidence", "add", 404), ("evidence", "read", 404), ("overview", "ask", 200), ("overview", "page", 404),
        ("overview", "request", 200), ("review", "queue", 200), ("webhooks", "list", 200),
    ],
)
def a_sample_request_is_answered(stack, function, event, status):
    assert answer_of(stack, function, event)["statusCode"] == status


@pytest.mark.parametrize(
    ("function", "event", "expected"),
    [
        ("delivery", "bounced", DONE), ("delivery", "delivered", DONE), ("finalize", "shard", DONE), ("finalize", "tick", DONE),
        ("notify", "reminder", DONE), ("notify", "validated", DONE), ("publish", "reminder", DONE), ("publish", "submitted", DONE),
        ("root", "tick", {"closed": []}),
        ("scan", "clean", DONE), ("scan", "infected", DONE), ("sweep", "tenant", DONE), ("webhooks", "look", DONE), ("webhooks", "turn", DONE),
    ],
)
def a_sample_of_the_stream_a_queue_or_the_bus_is_worked_off(stack, function, event, expected):
    invoked = invoke.invoke(stack, function, invoke.read(function, event))
    assert invoked.answer == expected
    lines = [json.loads(line) for line in invoked.log.splitlines()]
    assert [line["message"] for line in lines if line.get("level") in ("WARN", "ERROR")] in ([], ["A mail event is of an unknown claim"])


def the_body_of_a_page_stays_text(stack):
    page = answer_of(stack, "decision", "page")
    assert page["headers"]["content-type"].startswith("text/html") and page["body"].startswith("<!DOCTYPE html>")


def an_unknown_event_or_function_is_refused_with_those_that_there_are():
    with pytest.raises(invoke.Refused, match="claims has no event 'approve'. EVENT is one of: check, counts, draft, read, submit."):
        invoke.read("claims", "approve")
    with pytest.raises(invoke.Refused, match="FUNCTION is one of: associations, claims, customer, "):
        invoke.read("approvals", "submit")


def an_event_that_the_function_cannot_read_is_told_in_its_own_words(stack):
    with pytest.raises(invoke.Refused, match="an event without records"):
        invoke.invoke(stack, "publish", {"source": "elsewhere"})


def no_stack_is_needed_to_be_told_that_there_is_none(monkeypatch, tmp_path):
    for module in (invoke, process):
        monkeypatch.setattr(module, "STATE", tmp_path)
    with pytest.raises(invoke.Refused, match="`make up`"):
        invoke.running_stack()


@pytest.mark.parametrize("event", [{"Records": []}, {"source": "elsewhere"}])
def no_process_and_no_file_is_left_behind(stack, monkeypatch, event):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    with nullcontext() if "Records" in event else pytest.raises(invoke.Refused):
        invoke.invoke(stack, "publish", event)
    assert len(started) == 3 and all(child.returncode is not None for child in started)
    assert not list(STATE.glob("invoke-*"))
