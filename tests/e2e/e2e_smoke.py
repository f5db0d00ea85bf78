"""The look at a deployed stack: everything is as expected here, and what is not is named."""

import sys
from contextlib import contextmanager

import pytest

import tool
from aws import client, physical
from settings import ROOT, STACK

sys.path.append(str(ROOT / "tools"))

import smoke  # noqa: E402


def lines(done) -> dict[str, list[str]]:
    """The lines of a look by their first word."""
    found: dict[str, list[str]] = {}
    for word, _, text in (line.partition(" ") for line in done.stdout.splitlines()):
        found.setdefault(word, []).append(text.strip())
    return found


def every_line_of_a_look_at_the_local_stack_is_as_expected_or_says_why_it_was_skipped(stack):
    done = tool.run("smoke")
    assert done.returncode == 0 and "EXPECTED" not in done.stdout, done.stdout + done.stderr
    found = lines(done)
    for text in ("the statement that closes windows: ConditionalCheckFailed", "health: 200", "the rule of the tick: ENABLED",
                 "messages in DeliveryDeadLetters: 0", "the table's stream: NEW_AND_OLD_IMAGES"):
        assert text in found["OK"], done.stdout
    assert all(": " in text for text in found["SKIPPED"]), done.stdout


@contextmanager
def message_that_nobody_reads():
    client("sqs").send_message(QueueUrl=physical("ParkQueue"), MessageBody="{}")
    try:
        yield "messages in ParkQueue: 0, found 1"
    finally:
        client("sqs").purge_queue(QueueUrl=physical("ParkQueue"))


@contextmanager
def tick_that_is_off():
    client("events").disable_rule(Name=physical("TickRule"))
    try:
        yield "the rule of the tick: ENABLED, found DISABLED"
    finally:
        client("events").enable_rule(Name=physical("TickRule"))


@contextmanager
def alarm_that_nobody_hears():
    name = physical("PoisonAlarm")
    client("cloudwatch").disable_alarm_actions(AlarmNames=[name])
    try:
        yield f"alarms that tell nobody: [], found ['{name}']"
    finally:
        client("cloudwatch").enable_alarm_actions(AlarmNames=[name])


@pytest.mark.parametrize("wrong", [message_that_nobody_reads, tick_that_is_off, alarm_that_nobody_hears], ids=lambda wrong: wrong.__name__)
def no_fault_of_a_stack_goes_unseen(stack, wrong):
    with wrong() as expected:
        done = tool.run("smoke")
    assert done.returncode == 1 and lines(done)["EXPECTED"] == [expected], done.stdout + done.stderr


def the_statement_that_is_tried_is_the_one_that_the_code_sends():
    source = (ROOT / "shared" / "store" / "src" / "timers" / "batch_close.rs").read_text()
    assert f'r#"{smoke.CLOSING}"#' in source


def an_unknown_stack_is_refused(stack):
    done = tool.run("smoke", stack="cpor-elsewhere")
    assert done.returncode == 1 and "there is no stack" in done.stderr, done
