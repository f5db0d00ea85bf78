"""Clients in Go and Rust that are generated from the contract: each is compiled, and takes a claim from its submission
to the customer's "no", and to a refusal of its fields. It needs Java 11 and Go 1.19 or newer: `make clients-all`."""

import json
import os
import shutil
import uuid
from pathlib import Path

import pytest

from e2e_clients import CLIENTS, CONTRACT, run
from scene import Scene
from settings import ENDPOINT, STATE, TOOLS
from wait import until


def generate(language: str, **properties: str) -> Path:
    """The folder of a program with the client beside it, apart from the sources."""
    place = STATE / "clients" / language
    shutil.copytree(CLIENTS / language, place, dirs_exist_ok=True)
    given = ",".join(f"{name}={value}" for name, value in properties.items())
    run([TOOLS / "openapi-generator-cli", "generate", "-i", CONTRACT, "-g", language, "-o", place / "generated",
         f"--additional-properties={given}", "--global-property", "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"])
    return place


@pytest.fixture(scope="session")
def go():
    place = generate("go", enumClassPrefix="true", packageName="claims", withGoMod="false")
    (place / "generated" / "go.mod").write_text("module claims\n\ngo 1.19\n")
    quiet = {**os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    run(["go", "build", "-o", "life", "."], cwd=place, env=quiet)
    return place / "life"


@pytest.fixture(scope="session")
def rust():
    place = generate("rust", packageName="claims")
    own = {name: value for name, value in os.environ.items() if name != "CARGO_BUILD_TARGET"}
    run(["cargo", "build", "--quiet", "--target-dir", "target"], cwd=place, env=own)
    return place / "target" / "debug" / "life"


@pytest.mark.parametrize("language", ["go", "rust"])
def a_claim_goes_from_submit_to_decline(api, language, request):
    program, scene = request.getfixturevalue(language), Scene(api)
    told = {
        **os.environ, "ENDPOINT": ENDPOINT, "API_HOST": api.host, "PARTNER": api.tokens["alpine_admin"],
        "REVIEWER": api.tokens["reviewer"], "KEY": str(uuid.uuid4()), "BODY": json.dumps(scene.body()),
    }
    begun = json.loads(run([program, "begin"], env=told))
    assert (begun["status"], begun["refused"]) == ("notifying", [422, "invalid-fields", "item-not-in-tenant"])
    scene.claim = begun["id"]
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    declined = json.loads(run([program, "decline"], env={**told, "TOKEN": scene.link().token, "CODE": scene.code()}))
    assert declined == {"status": "declined"}
