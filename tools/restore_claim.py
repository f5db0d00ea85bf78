"""Puts one claim back as a restored table has it: its whole partition, and a timer for its deadline.

The restored table stands beside the live one (point-in-time recovery). What the live partition has besides is
deleted: an entry of a later version would stay under the number of a new one. A claim that was erased is not put
back, and one that has gone on since then only when that is said: what was decided since is lost, a customer's
"no" as well. Locks and blocks are other items and stay as they are. It may be stopped and begun again.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from stack import Refused, Stack, print_refusal

CLAIM = re.compile(r"[a-z2-7]{26}")
TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
QUARTER_MS = 15 * 60 * 1000
TIMER_KEPT_S = 90 * 24 * 3600


class Restore:
    """One claim, the live table, and the restored one."""

    def __init__(self, stack: Stack, source: str, claim: str, now_ms=lambda: time.time_ns() // 1_000_000):
        if not CLAIM.fullmatch(claim):
            raise Refused(f"{claim!r} is no id of a claim")
        if not TABLE.fullmatch(source) or source == stack.outputs["TableName"]:
            raise Refused("the restored table has another name than the live one")
        self.dynamodb, self.live, self.source, self.claim = stack.connect("dynamodb"), stack.outputs["TableName"], source, claim
        self.sandbox, self.now_ms = stack.is_sandbox, now_ms

    def run(self, lose_later: bool) -> str:
        """Puts the claim back. Says what was done, without anything of its contents."""
        if self._get("Z#erased", self.claim):
            raise Refused("the claim was erased: it is not put back (docs/operations.md §6.5)")
        restored, live = self._partition(self.source), self._partition(self.live)
        if "A" not in restored:
            raise Refused(f"{self.source} has no such claim")
        was, is_now = _version(restored["A"]), _version(live["A"]) if "A" in live else None
        if is_now is not None and is_now > was and not lose_later:
            raise Refused(f"the claim is at version {is_now}, and the restored one at {was}: what was decided since would be lost (--lose-later)")
        timer = self._put_timer(restored["A"])
        # The record comes last: until then the claim is as it was, or cannot be read.
        for sort in sorted(restored, reverse=True):
            self.dynamodb.put_item(TableName=self.live, Item=restored[sort])
        besides = sorted(live.keys() - restored.keys())
        for sort in besides:
            self.dynamodb.delete_item(TableName=self.live, Key=self._key(sort))
        return f"version {was} is back: {len(restored)} items put, {len(besides)} deleted; {timer}"

    def _put_timer(self, record: dict) -> str:
        """A timer in the quarter at or after the deadline; not in one that is about to begin."""
        deadline = record.get("cl" if record["st"]["S"] == "awaiting_customer" else "du")
        if not deadline:
            return "it has no deadline"
        due = int(deadline["N"])
        clock = self._get("S", "clock") if self.sandbox else None
        now = self.now_ms() + (int(clock["o"]["N"]) if clock else 0)
        quarter = max(-(-due // QUARTER_MS), now // QUARTER_MS + 2) * QUARTER_MS
        at = datetime.fromtimestamp(quarter / 1000, UTC)
        self.dynamodb.put_item(TableName=self.live, Item={
            "pk": {"S": f"T#{at:%Y-%m-%dT%H:%M}#0"}, "sk": {"S": self.claim}, "k": {"S": "other"}, "d": {"N": str(due)},
            "expires": {"N": str(quarter // 1000 + TIMER_KEPT_S)},
        })
        return f"a timer stands at {at:%Y-%m-%dT%H:%MZ}"

    def _partition(self, table: str) -> dict[str, dict]:
        """Every item of the claim, by its sort key."""
        pages: Iterator[dict] = self.dynamodb.get_paginator("query").paginate(
            TableName=table, ConsistentRead=True, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": f"C#{self.claim}"}},
        )
        return {item["sk"]["S"]: item for page in pages for item in page["Items"]}

    def _get(self, partition: str, sort: str) -> dict | None:
        key = {"pk": {"S": partition}, "sk": {"S": sort}}
        return self.dynamodb.get_item(TableName=self.live, Key=key, ConsistentRead=True).get("Item")

    def _key(self, sort: str) -> dict:
        return {"pk": {"S": f"C#{self.claim}"}, "sk": {"S": sort}}


def _version(record: dict) -> int:
    return int(record["v"]["N"])


@print_refusal
def main(arguments: list[str], open_stack=Stack):
    asking = argparse.ArgumentParser(prog="restore_claim", description="Puts one claim back as a restored table has it.")
    asking.add_argument("--stack", required=True)
    asking.add_argument("--source", required=True, metavar="TABLE", help="the restored table")
    asking.add_argument("--claim", required=True)
    asking.add_argument("--lose-later", action="store_true", help="also where the claim has gone on since then")
    asked = asking.parse_args(arguments)
    print(Restore(open_stack(asked.stack), asked.source, asked.claim).run(asked.lose_later))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
