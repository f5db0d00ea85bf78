"""The script that brings people into a stack: a first user of a partner and of a customer signs in with role and party."""

import json
import urllib.request

import pytest

import tool
from aws import client, outputs
from seed import TENANTS
from settings import ENDPOINT

PASSWORD = "Chosen-by-its-user-1"


def people(*arguments: str, password: str | None = None):
    return tool.run("people", *arguments, given=password)


def sign_in(name: str, app: str) -> str:
    found = outputs()
    answer = client("cognito-idp").admin_initiate_auth(
        UserPoolId=found["UserPoolId"], ClientId=found[app], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    return answer["AuthenticationResult"]["IdToken"]


def me(stack: dict, token: str) -> dict:
    request = urllib.request.Request(
        f"{ENDPOINT}/v1/me", headers={"Host": stack["api_host"], "Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def given_user(name: str, role: str, party: str | None) -> None:
    arguments = ["add", name, "--email", f"{name}@people.example", "--role", role, "--password-stdin"]
    done = people(*arguments, *(["--party", party] if party else []), password=PASSWORD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "role", "party", "app"), [
    ("petra", "partner_admin", "p-borealis", "PartnersClientId"),
    ("carl", "customer_admin", TENANTS["fabrikam"].upper(), "CustomersClientId"),
    ("rita", "reviewer", None, "OperatorsClientId"),
])
def a_first_user_signs_in_with_role_and_party(stack, name, role, party, app):
    given_user(name, role, party)
    seen = me(stack, sign_in(name, app))
    assert seen["role"] == role
    assert (seen["party"] and seen["party"]["id"]) == (party and party.lower())
    if seen["actor_id"]:
        assert f"{name}\t{role}\t-\tactive\t{seen['actor_id']}" in people("list").stdout.splitlines()


@pytest.mark.parametrize("arguments", [
    ["--role", "partner_admin"],
    ["--role", "partner_admin", "--party", "p-unknown"],
    ["--role", "customer_admin", "--party", "p-alpine"],
    ["--role", "operator", "--party", "p-alpine"],
])
def a_party_that_does_not_fit_or_is_not_there_is_refused(stack, arguments):
    refused = people("add", "nobody", "--email", "nobody@people.example", *arguments)
    assert refused.returncode == 1 and refused.stderr, refused
    assert "nobody\t" not in people("list").stdout


def a_user_is_listed_changed_and_removed(stack):
    given_user("ulla", "partner_user", "p-alpine")
    assert "ulla\tpartner_user\tp-alpine\tactive" in people("list", "--party", "p-alpine").stdout
    changed = people("change", "ulla", "--role", "auditor")
    assert changed.returncode == 0, changed.stderr
    assert me(stack, sign_in("ulla", "OperatorsClientId"))["role"] == "auditor"
    again = people("add", "ulla", "--email", "ulla@people.example", "--role", "auditor")
    assert again.returncode == 1 and "already" in again.stderr, again
    assert people("remove", "ulla").returncode == 0
    with pytest.raises(client("cognito-idp").exceptions.ClientError):
        sign_in("ulla", "OperatorsClientId")
    assert people("remove", "nobody-known").returncode == 1
