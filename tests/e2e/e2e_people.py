"""The script that brings people into a stack: a first user of a partner and of a customer signs in with role and party."""

import base64
import json
import time
import urllib.request

import pytest

import people as local_people
import tool
from aws import client, outputs
from seed import TENANTS
from settings import ENDPOINT

PASSWORD = "Chosen-by-its-user-1"


def people(*arguments: str, password: str | None = None):
    return tool.run("people", *arguments, given=password)


def sign_in(name: str, app: str, secret: str | None = None) -> str:
    found = outputs()
    return local_people.sign_in(found["UserPoolId"], found[app], name, secret, PASSWORD)["IdToken"]


def me(stack: dict, token: str) -> dict:
    request = urllib.request.Request(
        f"{ENDPOINT}/v1/me", headers={"Host": stack["api_host"], "Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def given_user(name: str, role: str, party: str | None) -> None:
    """A new user of that name; one of an earlier run on the same stack is deleted."""
    try:
        client("cognito-idp").admin_delete_user(UserPoolId=outputs()["UserPoolId"], Username=name)
    except client("cognito-idp").exceptions.UserNotFoundException:
        pass
    arguments = ["add", name, "--email", f"{name}@people.example", "--role", role, "--password-stdin"]
    done = people(*arguments, *(["--party", party] if party else []), password=PASSWORD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "role", "party", "app"), [
    ("petra", "partner_admin", "p-borealis", "PartnersClientId"),
    ("carl", "customer_admin", f"{{{TENANTS['fabrikam'].upper()}}}", "CustomersClientId"),
    ("rita", "reviewer", None, "OperatorsClientId"),
])
def a_first_user_signs_in_with_role_and_party(stack, name, role, party, app):
    given_user(name, role, party)
    seen = me(stack, sign_in(name, app))
    assert seen["role"] == role
    assert (seen["party"] and seen["party"]["id"]) == (party and party.strip("{}").lower())
    if party:
        assert f"{name}\t" in people("list", "--party", party).stdout
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


@pytest.fixture
def pool(stack) -> str:
    """The users' pool, which asks who has a second factor for it."""
    pool = outputs()["UserPoolId"]
    assert client("cognito-idp").get_user_pool_mfa_config(UserPoolId=pool)["MfaConfiguration"] == "OPTIONAL"
    return pool


@pytest.mark.parametrize("name", local_people.WITH_SECOND_FACTOR)
def a_user_with_a_second_factor_signs_in_by_it_and_not_without(stack, pool, name):
    app = outputs()[local_people.USERS[name][0]]
    with pytest.raises(PermissionError, match="SOFTWARE_TOKEN_MFA"):
        local_people.sign_in(pool, app, name)  # enrolled when the stack came up
    # The authenticator is forgotten, and another one enrolled: whoever administers the pool may do so.
    secret = local_people.enrol(pool, app, name)
    token = local_people.sign_in(pool, app, name, secret)["IdToken"]
    assert me(stack, token)["role"] == local_people.USERS[name][1]["role"]
    with pytest.raises(PermissionError, match="SOFTWARE_TOKEN_MFA"):
        local_people.sign_in(pool, app, name)
    with pytest.raises(client("cognito-idp").exceptions.ClientError):
        local_people.sign_in(pool, app, name, "A" * len(secret))


def the_tokens_of_the_stack_are_those_of_all_users_with_a_second_factor_too(stack, pool):
    assert local_people.tokens(outputs()).keys() == local_people.USERS.keys()


def a_lost_second_factor_is_taken_away_and_another_one_enrolled(stack, pool):
    given_user("lena", "reviewer", None)
    app = outputs()["OperatorsClientId"]
    access = local_people.sign_in(pool, app, "lena", password=PASSWORD)["AccessToken"]
    secret = client("cognito-idp").associate_software_token(AccessToken=access)["SecretCode"]
    client("cognito-idp").verify_software_token(AccessToken=access, UserCode=local_people.code_at(secret, time.time()))
    with pytest.raises(PermissionError):
        sign_in("lena", "OperatorsClientId")
    assert sign_in("lena", "OperatorsClientId", secret)
    done = people("reset-factor", "lena")
    assert done.returncode == 0, done.stderr
    assert sign_in("lena", "OperatorsClientId")
    assert people("reset-factor", "nobody-known").returncode == 1


def the_codes_are_those_of_rfc_6238():
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert [local_people.code_at(secret, at) for at in (59, 1111111109, 2000000000)] == ["287082", "081804", "279037"]
