"""Gives links a new key, or with `--cursors` the cursors of lists, without a moment in which one is refused.

A key is added first, and nothing is signed with it. After a while every process knows it, and it becomes the
current one. No key is ever taken away: a mailed link lives as long as its key. Stopped at any point, the command
is given again: it says what it has found, and does what is missing. No key is printed.
"""

import argparse
import json
import secrets
import sys
import time
from datetime import UTC, datetime

from stack import Refused, Stack, print_refusal

KEY_BYTES = 32  # 64 characters, as many as the template generates
LAST_ID = 255
LONGEST_WAIT_S = 3600
KEYS_OF = "KEYS_OF"  # when the processes of a function were made to read its keys again; nothing reads it


class Keys:
    """The keys of a secret: texts by whole numbers, and the number of the current one."""

    def __init__(self, text: str):
        try:
            found = json.loads(text)
            self.current = _id(found.pop("current"))
            self.by_id = {_id(id): key for id, key in found.items()}
            if self.current not in self.by_id or not all(isinstance(key, str) and key for key in self.by_id.values()):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused("the secret is not as the functions read it: look at it in the console, and print it nowhere") from None

    @property
    def newest(self) -> int:
        return max(self.by_id)

    def text(self) -> str:
        return json.dumps({"current": str(self.current), **{str(id): key for id, key in sorted(self.by_id.items())}})


def _id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= LAST_ID or str(int(text)) != text:
        raise ValueError
    return int(text)


class Rotation:
    """The rotation of one secret of a stack."""

    def __init__(self, stack: Stack, secret: str, new_processes: bool = False, say=print, sleep=time.sleep):
        self.stack, self.id, self.new_processes, self.say, self.sleep = stack, stack.resource(secret), new_processes, say, sleep
        self.secrets = stack.connect("secretsmanager")

    def run(self, wait_s: int) -> None:
        keys = self._read()
        self.say(f"found the keys {', '.join(map(str, sorted(keys.by_id)))}; {keys.current} is the current one")
        if keys.newest > keys.current:
            self.say(f"key {keys.newest} was added by a rotation that was stopped")
        else:
            if keys.newest == LAST_ID:
                raise Refused(f"key {LAST_ID} is the last that there can be")
            keys.by_id[keys.newest + 1] = secrets.token_hex(KEY_BYTES)
            self._write(keys)
            self.say(f"added key {keys.newest}; nothing is signed with it yet")
        self._start_processes()
        self.say(f"waiting {wait_s} s, until every process can know it")
        self.sleep(wait_s)
        now = self._read()
        if (now.current, now.by_id) != (keys.current, keys.by_id):
            raise Refused("somebody else has changed the secret meanwhile: look who, then begin again")
        keys.current = keys.newest
        self._write(keys)
        self._start_processes()
        self.say(f"key {keys.current} is the current one; all others are kept")

    def _read(self) -> Keys:
        return Keys(self.secrets.get_secret_value(SecretId=self.id).get("SecretString", ""))

    def _write(self, keys: Keys) -> None:
        self.secrets.put_secret_value(SecretId=self.id, SecretString=keys.text())

    def _start_processes(self) -> None:
        """Has Lambda start new processes of the functions that are given the secret: they get another variable."""
        if not self.new_processes:
            return
        functions, updated = self.stack.connect("lambda"), []
        for name in sorted(self.stack.of_type("AWS::Lambda::Function").values()):
            given = functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
            if self.id in given.values():
                variables = {**given, KEYS_OF: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
                functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
                updated.append(name)
        for name in updated:
            functions.get_waiter("function_updated_v2").wait(FunctionName=name)
            self.say(f"new processes of {name} read the secret")


@print_refusal
def main(arguments: list[str], open_stack=Stack):
    asking = argparse.ArgumentParser(prog="rotate_links", description="Gives links a new key; no key is taken away.")
    asking.add_argument("--stack", required=True)
    asking.add_argument("--cursors", action="store_true", help="the key of the cursors of lists instead")
    asking.add_argument("--wait", type=int, default=120, metavar="SECONDS", help="until every process can know the new key")
    asking.add_argument("--new-processes", action="store_true", help="start new processes of the functions at each step")
    asked = asking.parse_args(arguments)
    if not 0 <= asked.wait <= LONGEST_WAIT_S:
        raise Refused(f"--wait is 0 to {LONGEST_WAIT_S} seconds")
    stack = open_stack(asked.stack)
    secret = "CursorSecret" if asked.cursors else "LinkSecret"
    Rotation(stack, secret, asked.new_processes, lambda text: print(text, flush=True)).run(asked.wait)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
