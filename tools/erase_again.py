"""Erases the personal data of each claim of a list again, after a restore (docs/operations.md §6.5).

The token of an operator stands in the environment as TOKEN. What could not be erased is printed, and the exit status
is 1 then.
"""

import os
import re
import sys
import time
import urllib.error
import urllib.request

CLAIM = re.compile(r"[a-z2-7]{26}")
ATTEMPTS = 5


def erase(api, token, claim):
    """The status of the answer; one that passes is asked for again."""
    request = urllib.request.Request(
        f"{api.rstrip('/')}/v1/claims/{claim}/erase",
        method="POST",
        headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
    )
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 503) or attempt + 1 == ATTEMPTS:
                return refusal.code
            time.sleep(2)
    return 0


def main(api, path):
    token = os.environ["TOKEN"]
    with open(path, encoding="utf-8") as lines:
        claims = [line.strip() for line in lines if line.strip()]
    strange = [claim for claim in claims if not CLAIM.fullmatch(claim)]
    if strange:
        sys.exit(f"no ids of claims: {strange[:5]}")
    left = 0
    for claim in claims:
        status = erase(api, token, claim)
        if status != 200:
            left += 1
            print(f"{claim} was not erased: {status}")
    print(f"{len(claims) - left} of {len(claims)} claims are erased")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
