"""The rotation of keys on a stack: links from before it and after it are opened, and lists are turned on."""

import json

import pytest

import tool
from aws import client
from scene import Scene
from settings import STACK


def keys(secret: str) -> dict[str, str]:
    found = client("cloudformation").describe_stack_resources(StackName=STACK, LogicalResourceId=secret)["StackResources"]
    return json.loads(client("secretsmanager").get_secret_value(SecretId=found[0]["PhysicalResourceId"])["SecretString"])


@pytest.mark.parametrize(("secret", "options"), [("LinkSecret", []), ("CursorSecret", ["--cursors"])])
def a_rotation_adds_a_key_keeps_the_others_and_makes_it_current(stack, secret, options):
    before = keys(secret)
    done = tool.run("rotate_links", "--wait", "1", "--new-processes", *options)
    assert done.returncode == 0, done
    after, new = keys(secret), str(int(before["current"]) + 1)
    assert after == {**before, "current": new, new: after[new]} and len(after[new]) == 64
    assert not [key for name, key in after.items() if name != "current" and key in done.stdout + done.stderr]


def a_link_from_before_a_rotation_and_one_from_after_it_are_opened(stack, api):
    before = Scene(api).awaiting()
    assert api.get(f"/d/{before.link().token}").status == 200
    assert tool.run("rotate_links", "--wait", "1", "--new-processes").returncode == 0
    after = Scene(api).awaiting()
    assert [api.get(f"/d/{scene.link().token}").status for scene in (before, after)] == [200, 200]
    assert before.link().token[:2] != after.link().token[:2]
    before.decide("decline", [1]).must(200)
