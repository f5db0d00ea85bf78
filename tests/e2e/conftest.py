"""The end-to-end tests' own stack: own port, own state, stopped at the end whatever happened."""

import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "local"))

# Before anything reads the settings: a port that was free a moment ago, and a folder beside that of
# `make up`. With CPOR_TEST_PORT the stack keeps that port and stays up for the next run; CPOR_TEST_STATE names
# another folder, for a second run beside the first.
KEPT = os.environ.get("CPOR_TEST_PORT")
os.environ["CPOR_STATE"] = os.environ.get("CPOR_TEST_STATE", str(ROOT / ".local" / "test"))


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


os.environ["CPOR_PORT"] = KEPT or free_port()


@pytest.fixture(scope="session")
def stack():
    """What `stack.json` says about the tests' stack."""
    import down
    import up

    if not KEPT:
        down.main()  # what a killed run may have left
    try:
        yield up.main()
    finally:
        if not KEPT:
            down.main()


@pytest.fixture(scope="session")
def api(stack):
    from api import Api

    return Api(stack["api_host"], stack["tokens"])


@pytest.fixture(scope="module")
def browser():
    """Chromium, and an empty folder for the documents that html-validate looks at."""
    import browser as chromium

    shutil.rmtree(chromium.PAGES, ignore_errors=True)
    with chromium.started() as started:
        yield started
