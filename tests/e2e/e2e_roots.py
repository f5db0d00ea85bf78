"""Daily roots: the deployed function closes a day, and a claim's bundle leads to its root."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

from aws import client, invoke, outputs
from scene import Scene
from settings import BINARIES, STATE
from wait import until

DAY_MS = 24 * 60 * 60 * 1000


def the_versions_of_yesterday_are_in_its_root_and_a_bundle_leads_there(stack, api):
    scene = Scene(api).awaiting()
    scene.act("withdraw", "alpine_admin", {"reason_code": "claimed_in_error", "comment": "A mistake of ours."}).must(200)
    whole = lambda: next((bundle for bundle in [bundle_of(api, scene)] if bundle["complete"]), None)
    bundle = until("the whole bundle", whole)
    open_day = verify(bundle)
    assert open_day["verified"] and not open_day["root"]
    assert any("was not closed yet" in line for line in open_day["unchecked"]), open_day
    move_back_a_day(stack["table"], scene.claim, bundle["version"])
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    assert yesterday in invoke(stack["functions"]["root"], {"source": "e2e"})["closed"]
    assert invoke(stack["functions"]["root"], {"source": "e2e"}) == {"closed": []}
    bucket = outputs()["DocumentsBucket"]
    root = client("s3").get_object(Bucket=bucket, Key=f"roots/{yesterday}.json")["Body"].read().decode()
    assert json.loads(root)["size"] == bundle["version"], root
    for who in ["alpine_user", "reviewer"]:
        closed = bundle_of(api, scene, who)
        report = verify(closed, root)
        assert (report["verified"], report["findings"]) == (True, []), report
        assert report["checked"]["paths"] == bundle["version"]
        assert report["root"] == {"date": yesterday, "chain": json.loads(root)["chain"], "trusted": True}
    other = {**json.loads(root), "previous": "0" * 64}
    assert verify(closed, json.dumps(other), ends=2) is None, "a root that contradicts itself is not believed"
    closed["entries"][-1]["inclusion"] = None
    assert {"path", "digest"} == {finding["kind"] for finding in verify(closed, root, ends=1)["findings"]}


def bundle_of(api, scene, who: str = "alpine_user") -> dict:
    return api.get(f"{scene.path}/bundle", who).must(200).json


def verify(bundle: dict, root: str | None = None, ends: int = 0) -> dict | None:
    """What `cpor verify` says of a bundle, by a root that is trusted."""
    (file := STATE / "root.json").write_text(root or "[]")
    command = [BINARIES / "cpor" / "bootstrap", "verify", "--json", "--root", file, "-"]
    done = subprocess.run(command, input=json.dumps(bundle), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ends, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout else None


def move_back_a_day(table: str, claim: str, versions: int) -> None:
    """Writes what the archive has of a claim as if it had been archived a day before: no test waits for midnight."""
    dynamodb = client("dynamodb")
    parts = [f"F#S#{part}" for part in range(16)]
    for part in parts:
        found = dynamodb.query(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": part}}, ConsistentRead=True
        )["Items"]
        for item in found:
            stamp, rest = item["sk"]["S"].split("#", 1)
            if rest.startswith(claim):
                dynamodb.put_item(TableName=table, Item={**item, "sk": {"S": f"{int(stamp) - DAY_MS:013}#{rest}"}})
    for version in range(1, versions + 1):
        key = {"pk": {"S": f"C#{claim}"}, "sk": {"S": f"H#{version:06}"}}
        entry = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        entry["d"] = {"N": str(int(entry["d"]["N"]) - 1)}
        dynamodb.put_item(TableName=table, Item=entry)
