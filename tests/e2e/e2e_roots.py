"""Daily roots: the deployed function closes a day, and a claim's bundle leads to its root."""

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from aws import client, invoke, outputs
from scene import Scene
from settings import BINARIES, STATE
from wait import until

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def the_versions_of_yesterday_are_in_its_root_and_a_bundle_leads_there(stack, api):
    scene = Scene(api).awaiting()
    scene.act("withdraw", "alpine_admin", {"reason_code": "claimed_in_error", "comment": "A mistake of ours."}).must(200)
    whole = lambda: next((bundle for bundle in [bundle_of(api, scene)] if bundle["complete"]), None)
    bundle = until("the whole bundle", whole)
    open_day = verify(bundle)
    assert open_day["verified"] and not open_day["root"]
    assert any("was not closed yet" in line for line in open_day["unchecked"]), open_day
    day = move_back_a_day(stack["table"], scene.claim, bundle["version"])
    assert day.isoformat() in invoke(stack["functions"]["root"], {"source": "e2e"})["closed"]
    assert invoke(stack["functions"]["root"], {"source": "e2e"}) == {"closed": []}
    bucket = outputs()["DocumentsBucket"]
    root = client("s3").get_object(Bucket=bucket, Key=f"roots/{day}.json")["Body"].read().decode()
    # Where midnight has passed since the stack was made, other claims' versions are of that day too.
    versions = {entry.hash for entry in staff_feed(stack["table"]) if entry.day == day}
    assert json.loads(root)["size"] == len(versions) >= bundle["version"], root
    for who in ["alpine_user", "reviewer"]:
        closed = bundle_of(api, scene, who)
        report = verify(closed, root)
        assert (report["verified"], report["findings"]) == (True, []), report
        assert report["checked"]["paths"] == bundle["version"]
        assert report["root"] == {"date": day.isoformat(), "chain": json.loads(root)["chain"], "trusted": True}
    other = {**json.loads(root), "previous": "0" * 64}
    assert verify(closed, json.dumps(other), ends=2) is None, "a root that contradicts itself is not believed"
    closed["entries"][-1]["inclusion"] = None
    assert {"path", "digest"} == {finding["kind"] for finding in verify(closed, root, ends=1)["findings"]}


def bundle_of(api, scene, who: str = "alpine_user") -> dict:
    return api.get(f"{scene.path}/bundle", who).must(200).json


def verify(bundle: dict, root: str | None = None, ends: int = 0) -> dict | None:
    """What `cpor verify` says of a bundle, by a root that is trusted."""
    (file := STATE / "root.json").write_text(root or "[]")
    command = [BINARIES / "cpor" / "bootstrap", "verify", "--sandbox", "--json", "--root", file, "-"]
    done = subprocess.run(command, input=json.dumps(bundle), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ends, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout else None


@dataclass(frozen=True)
class FeedEntry:
    """An entry of staff's feed: its item in the table, and what a root takes from it."""

    item: dict

    @property
    def at(self) -> datetime:
        return EPOCH + timedelta(milliseconds=int(self.item["sk"]["S"].split("#", 1)[0]))

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def claim(self) -> str:
        return self.item["sk"]["S"].split("#")[1]

    @property
    def hash(self) -> bytes:
        return bytes(self.item["h"]["B"])

    def written(self, at: datetime) -> dict:
        """The item as it would be, had it been written at that moment."""
        rest = self.item["sk"]["S"].split("#", 1)[1]
        return {**self.item, "sk": {"S": f"{(at - EPOCH) // timedelta(milliseconds=1):013}#{rest}"}}


def staff_feed(table: str) -> list[FeedEntry]:
    """All that staff's feed has, oldest first within each of its parts."""
    pages = client("dynamodb").get_paginator("query")
    return [
        FeedEntry(item)
        for part in range(16)
        for page in pages.paginate(
            TableName=table, KeyConditionExpression="pk = :pk", ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": f"F#S#{part}"}},
        )
        for item in page["Items"]
    ]


def move_back_a_day(table: str, claim: str, versions: int) -> date:
    """Writes what the archive has of a claim as if it had been archived on one day, the one before its first version:
    no test waits for midnight, and none minds that it passes. Returns that day."""
    dynamodb = client("dynamodb")
    entries = [entry for entry in staff_feed(table) if entry.claim == claim]
    day = min(entry.day for entry in entries) - timedelta(days=1)
    end = datetime.combine(day, time.max, UTC)
    for entry in entries:
        dynamodb.put_item(TableName=table, Item=entry.written(min(entry.at - timedelta(days=1), end)))
    for version in range(1, versions + 1):
        key = {"pk": {"S": f"C#{claim}"}, "sk": {"S": f"H#{version:06}"}}
        found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        dynamodb.put_item(TableName=table, Item={**found, "d": {"N": str((day - EPOCH.date()).days)}})
    return day
