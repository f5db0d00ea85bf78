"""`make invoke`: one function, built from the code as it is now, answers one of its sample events.

The function runs here, outside the local cloud, under cargo-lambda's emulator of the Lambda runtime, with
the settings of the deployed one: it reads and writes the table of the stack that `make up` started. It acts
as the local cloud's owner, not under the function's role.

The events are in `functions/<name>/events`. They are as their sources send them, but for two members of a
request that this script puts in as the gateway would: the moment, and the client of the token by its id.

The emulator gives every invocation a deadline in the past. Only `finalize` and `root` read it: with the event `shard`
the one takes the shard, drains nothing, and gives it back; the other closes no day.
"""

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import deploy
import process
from aws import client
from settings import AWS, BINARIES, ROOT, STATE, TOOLS, tool_environment
from wait import until

FUNCTIONS = ROOT / "functions"
CARGO_LAMBDA = [str(TOOLS / "cargo-lambda"), "lambda"]
HOST = "127.0.0.1"
ANSWERS_S = 60  # the longest timeout of a function in the template


class Refused(Exception):
    """What was asked for cannot be done; the message says why."""


@dataclass
class Invoked:
    """What came of an invocation: the answer as JSON, and the function's own log."""

    answer: object
    log: str


def main(function: str, event: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # an exit stops what was started
    try:
        sample = read(function, event)
        stack = running_stack()
        deploy.build()
        invoked = invoke(stack, function, sample)
    except subprocess.CalledProcessError:
        sys.exit("The code does not build; the output above says why.")
    except (Refused, TimeoutError) as reason:
        sys.exit(str(reason))
    print(invoked.log, end="", file=sys.stderr, flush=True)
    print(json.dumps(readable(invoked.answer), indent=2, ensure_ascii=False))


def functions() -> list[str]:
    """The names of all functions."""
    return sorted(manifest.parent.name for manifest in FUNCTIONS.glob("*/Cargo.toml"))


def events(function: str) -> dict[str, Path]:
    """The sample events of a function, by name."""
    return {file.stem: file for file in sorted((FUNCTIONS / function / "events").glob("*.json"))}


def read(function: str, event: str) -> dict:
    """A sample event as it is in its file."""
    if function not in functions():
        raise Refused(f"There is no function {function!r}. FUNCTION is one of: {', '.join(functions())}.")
    known = events(function)
    if event not in known:
        raise Refused(f"{function} has no event {event!r}. EVENT is one of: {', '.join(known)}.")
    return json.loads(known[event].read_text())


def running_stack() -> dict:
    """What `stack.json` says, if that stack runs."""
    file = STATE / "stack.json"
    if not file.exists() or not process.running("cloud"):
        raise Refused("There is no stack to run against. Start it with `make up`, then try again.")
    return json.loads(file.read_text())


def invoke(stack: dict, function: str, event: dict) -> Invoked:
    """Runs the built function for one event. Nothing that was started for it is left running."""
    binary = BINARIES / function / "bootstrap"
    if not binary.exists():
        raise Refused(f"{function} is not built: {binary.relative_to(ROOT)} is missing.")
    port = _free_port()
    with TemporaryDirectory(prefix="invoke-", dir=STATE) as folder:
        payload, log = Path(folder, "event.json"), Path(folder, "function.log")
        settings = _environment(stack, function, port)
        payload.write_text(json.dumps(stamped(event, settings)))
        with _started(_emulator(port), tool_environment(), Path(folder, "emulator.log")):
            until("the emulator of the runtime", lambda: _listens(port))
            with _started([str(binary)], settings, log) as running:
                answer = _ask(port, function, payload, running, log)
        return Invoked(answer, log.read_text())


def stamped(event: dict, settings: dict[str, str]) -> dict:
    """The event with this moment as that of its arrival and the stack's client as that of its token, if it is a request."""
    if "requestContext" not in event:
        return event
    context = {**event["requestContext"], "timeEpoch": time.time_ns() // 1_000_000}
    if "authorizer" in context:
        claims = context["authorizer"]["jwt"]["claims"]
        claims = {**claims, "aud": settings[f"{claims['aud'].upper()}_CLIENT"]}
        context["authorizer"] = {"jwt": {**context["authorizer"]["jwt"], "claims": claims}}
    return {**event, "requestContext": context}


def readable(answer):
    """An answer to a request with its body as JSON where it is JSON; any other answer as it is."""
    if not isinstance(answer, dict) or not isinstance(answer.get("body"), str):
        return answer
    try:
        return {**answer, "body": json.loads(answer["body"])}
    except ValueError:
        return answer


def _emulator(port: int) -> list[str]:
    """The emulator alone: left to itself, `watch` would build the function in its own way."""
    return [*CARGO_LAMBDA, "watch", "--only-lambda-apis", "--invoke-address", HOST, "--invoke-port", str(port)]


def _environment(stack: dict, function: str, port: int) -> dict[str, str]:
    """The settings of the deployed function, with the way to the local cloud and to the emulator."""
    deployed = client("lambda").get_function_configuration(FunctionName=stack["functions"][function])
    return {
        **deployed["Environment"]["Variables"], **AWS,
        "AWS_LAMBDA_RUNTIME_API": f"http://{HOST}:{port}/.rt/{function}",
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(deployed["MemorySize"]),
    }


def _ask(port: int, function: str, event: Path, running: subprocess.Popen, log: Path):
    """The function's answer, as JSON. A function that ends before it answers is an error with its log."""
    command = [*CARGO_LAMBDA, "invoke", "--invoke-address", HOST, "--invoke-port", str(port), "--data-file", str(event), function]
    said = event.with_name("answer.json")
    with _started(command, tool_environment(), said) as asking:
        until(f"the answer of {function}", lambda: asking.poll() is not None or running.poll() is not None, ANSWERS_S)
        answered = asking.poll() == 0
    if not answered:
        raise Refused(f"{log.read_text()}{said.read_text()}{function} did not answer.")
    return json.loads(said.read_text())


@contextmanager
def _started(command: list[str], environment: dict[str, str], output: Path):
    """A process that runs as long as the block does, with what it says in a file."""
    with output.open("wb") as file:
        child = subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    main(*sys.argv[1:])
