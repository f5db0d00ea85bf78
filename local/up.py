"""`make up`: the whole system on this machine. Run again, it does only what is missing."""

import json
import sys
import time
import urllib.request

import deploy
import people
import process
import seed
from api import Api
from aws import outputs
from settings import ENDPOINT, OUTBOX, PORT, REGION, ROOT, STATE, TOOLS, cloud_environment
from wait import until

STACK_FILE = STATE / "stack.json"


def main() -> dict:
    """Brings the stack up and returns what `stack.json` says about it."""
    began = time.monotonic()
    deploy.build()
    _say("built", began)
    if _start_cloud() or not deploy.is_current():
        deploy.deploy()
        _say("deployed", began)
    stack = _describe(outputs())
    api = Api(stack["api_host"], stack["tokens"])
    until("the API", lambda: api.get("/v1/health").status == 200, seconds=30)
    seed.seed(api)
    _start_postman()
    STACK_FILE.write_text(json.dumps(stack, indent=2) + "\n")
    _say(f"up at {stack['api']}, described in {_relative(STACK_FILE)}", began)
    return stack


def _start_cloud() -> bool:
    """Starts the local cloud if it does not run. Says whether it did."""
    if process.running("cloud"):
        return False
    if _answers():
        sys.exit(f"Port {PORT} is taken by something else; choose another one with CPOR_PORT.")
    deploy.forget()
    process.stop("postman")
    (STATE / "postman.seen").unlink(missing_ok=True)
    process.start("cloud", [str(TOOLS / "ministack")], cloud_environment())
    until("the local cloud", lambda: process.running("cloud") is None or _answers(), seconds=60)
    if not process.running("cloud"):
        sys.exit(f"The local cloud did not start:\n{process.log_file('cloud').read_text()}")
    return True


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"{ENDPOINT}/_ministack/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _start_postman() -> None:
    if not process.running("postman"):
        script = ROOT / "local" / "postman.py"
        environment = {**cloud_environment(), "CPOR_PORT": str(PORT), "CPOR_STATE": str(STATE)}
        found = outputs()
        command = [sys.executable, "-u", str(script), found["MailEventsTopic"], found["DocumentsBucket"]]
        process.start("postman", command, environment)


def _describe(outputs: dict[str, str]) -> dict:
    suffix = "Function"
    functions = {name.removesuffix(suffix).lower(): value for name, value in outputs.items() if name.endswith(suffix)}
    host = f"{outputs['ApiId']}.execute-api.localhost:{PORT}"
    return {
        "endpoint": ENDPOINT, "region": REGION, "api": f"http://{host}", "api_host": host,
        "table": outputs["TableName"], "functions": functions, "mail": OUTBOX,
        "tenants": seed.TENANTS, "subscriptions": seed.SUBSCRIPTIONS,
        "sign_in": ENDPOINT, "clients": {name: outputs[f"{name}ClientId"] for name in ("Partners", "Operators", "Customers")},
        "tokens": people.tokens(outputs),
    }


def _relative(path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _say(what: str, began: float) -> None:
    print(f"[{time.monotonic() - began:5.1f} s] {what}", flush=True)


if __name__ == "__main__":
    main()
