"""Clients that are generated from the contract: each is compiled or imported, and takes a claim from its submission to
the customer's "no", and to a refusal of its fields."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from scene import Scene
from settings import ENDPOINT, ROOT, STATE, TOOLS
from wait import until

HERE = Path(__file__).resolve().parent
CONTRACT = ROOT / "docs" / "openapi.json"
NODE_TOOLS = HERE / "node_modules" / ".bin"
CLIENTS = HERE / "clients"
GENERATED = CLIENTS / "generated"


def run(command: list[str | Path], **more) -> str:
    """What a tool printed; what it complained of, where it failed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def typescript():
    """The program of the TypeScript client, type-checked and compiled."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    run([NODE_TOOLS / "openapi-typescript", CONTRACT, "-o", GENERATED / "contract.d.ts"])
    run([NODE_TOOLS / "tsc", "-p", CLIENTS])
    return GENERATED / "js" / "life.js"


@pytest.fixture(scope="session")
def python():
    """The Python client, imported."""
    place = STATE / "clients"
    place.mkdir(parents=True, exist_ok=True)
    run([TOOLS / "openapi-python-client", "generate", "--path", CONTRACT, "--config", CLIENTS / "python.yaml",
         "--output-path", place / "python", "--overwrite", "--fail-on-warning"])
    sys.path.insert(0, str(place / "python"))
    import claims_contract_client

    return claims_contract_client


def the_contract_has_nothing_that_linters_find():
    # The linters ask nobody and tell nobody that they run.
    quiet = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    run([NODE_TOOLS / "redocly", "lint", "--config", CLIENTS / "redocly.yaml", CONTRACT, "--max-problems", "1000"], env=quiet)
    run([NODE_TOOLS / "spectral", "lint", "--ruleset", CLIENTS / "spectral.yaml", "--fail-severity", "hint", CONTRACT])


def a_claim_goes_from_submit_to_decline_by_the_typescript_client(api, typescript):
    scene = Scene(api)
    told = {
        **os.environ, "ENDPOINT": ENDPOINT, "API_HOST": api.host, "PARTNER": api.tokens["alpine_admin"],
        "REVIEWER": api.tokens["reviewer"], "KEY": str(uuid.uuid4()), "BODY": json.dumps(scene.body()),
    }
    begun = json.loads(run(["node", typescript, "begin"], env=told))
    assert (begun["status"], begun["turn"], begun["listed"], begun["misspelt"]) == ("notifying", "system", 1, False)
    assert begun["refused"] == {"status": 422, "code": "invalid-fields", "field": "item-not-in-tenant"}
    scene.claim = begun["id"]
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    told = {**told, "TOKEN": scene.link().token, "CODE": scene.code()}
    declined = json.loads(run(["node", typescript, "decline"], env=told))
    assert declined == {"status": "declined", "items": ["declined"] * 3, "stranger": 401}
    assert scene.statuses() == ["declined"] * 3


def a_claim_goes_from_submit_to_decline_by_the_python_client(api, python):
    from claims_contract_client.api.claims import create_claim, get_claim, list_claims
    from claims_contract_client.api.decision import decide
    from claims_contract_client.api.review import review_claim
    from claims_contract_client.models import (
        BeginAction, BeginActionAction, ClaimStatus, CreateClaimBody, DecisionForm, DecisionFormDecision,
        ListClaimsStatusItem,
        ValidateAction, ValidateActionAction,
    )

    def client(who: str):
        token = api.tokens.get(who, "junk")
        return python.AuthenticatedClient(base_url=ENDPOINT, token=token, headers={"Host": api.host})

    scene, partner, reviewer = Scene(api), client("alpine_admin"), client("reviewer")
    wrong = CreateClaimBody.from_dict(scene.body(items=[{"kind": "workload", "id": "no-such-item"}]))
    refused = create_claim.sync_detailed(client=partner, body=wrong, idempotency_key=str(uuid.uuid4()))
    assert (refused.status_code, refused.parsed.code) == (422, "invalid-fields")
    assert [error.code for error in refused.parsed.errors] == ["item-not-in-tenant"]
    body = CreateClaimBody.from_dict(scene.body())
    claim = create_claim.sync(client=partner, body=body, idempotency_key=str(uuid.uuid4()))
    for action in [BeginAction(action=BeginActionAction.BEGIN), ValidateAction(action=ValidateActionAction.VALIDATE)]:
        claim = review_claim.sync(claim.id, client=reviewer, body=action, if_match=f'"{claim.version}"')
    assert claim.status is ClaimStatus.NOTIFYING
    assert len(list_claims.sync(client=partner, status=[ListClaimsStatusItem.NOTIFYING], limit=1).items) == 1
    scene.claim = claim.id
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    form = DecisionForm(decision=DecisionFormDecision.DECLINE, code=scene.code())
    stranger = python.Client(base_url=ENDPOINT, headers={"Host": api.host, "Accept": "application/json"})
    decided = decide.sync(scene.link().token, client=stranger, body=form)
    assert decided.claim_status is ClaimStatus.DECLINED
    assert get_claim.sync(claim.id, client=partner).turn.who == "customer"
    # The gateway refuses a token that is none in a form of its own.
    assert get_claim.sync_detailed(claim.id, client=client("nobody")).status_code == 401
