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


def without_discriminators(node):
    """The contract as the generator for Rust needs it: with a discriminator its clients write the property twice, as the
    tag and as a field, and an object that has a name twice is refused."""
    if isinstance(node, list):
        return [without_discriminators(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    return {name: without_discriminators(value) for name, value in node.items() if name != "discriminator"}


def generate(language: str, contract: Path = CONTRACT, **properties: str) -> Path:
    """The folder of a program with the client beside it, apart from the sources."""
    place = STATE / "clients" / language
    shutil.copytree(CLIENTS / language, place, dirs_exist_ok=True)
    given = ",".join(f"{name}={value}" for name, value in properties.items())
    run([TOOLS / "openapi-generator-cli", "generate", "-i", contract, "-g", language, "-o", place / "generated",
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
    contract = STATE / "clients" / "openapi-rust.json"
    contract.parent.mkdir(parents=True, exist_ok=True)
    contract.write_text(json.dumps(without_discriminators(json.loads(CONTRACT.read_text()))))
    place = generate("rust", contract, packageName="claims")
    run(["cargo", "build", "--quiet", "--target", "host-tuple", "--target-dir", "target"], cwd=place)
    # Cargo names the folder after the machine.
    [program] = (place / "target").glob("*/debug/life")
    return program


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
