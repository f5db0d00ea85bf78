"""`make bench`: size and cold start of the release binaries, each in a process of its own.

A binary is started with the settings of the running stack and a Runtime API of this script's; what is
timed is the way from the start of the process to its first request for work: dynamic linking, settings,
clients, the read that opens the connection. No network but the loopback, no limit on the processor, so
the figures compare builds with each other; they are no prediction for Lambda.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "local"))

from aws import client, outputs  # noqa: E402
from settings import cloud_environment  # noqa: E402

BINARIES = ROOT / "target" / "bench"
RUNS = 15


def main() -> None:
    runtime_api = socket.create_server(("127.0.0.1", 0))
    runtime_api.settimeout(30)
    print(f"{'function':<14}{'MB':>7}{'RSS MB':>8}{'median ms':>11}{'worst ms':>10}   ({RUNS} cold starts each)")
    for name, deployed in sorted(functions().items()):
        binary = BINARIES / name / "bootstrap"
        runs = [start(runtime_api, binary, deployed) for _ in range(RUNS)]
        times, memory = [run[0] for run in runs], max(run[1] for run in runs)
        print(f"{name:<14}{binary.stat().st_size / 1e6:>7.1f}{memory:>8.1f}{statistics.median(times):>11.1f}{max(times):>10.1f}", flush=True)


def functions() -> dict[str, str]:
    return {key.removesuffix("Function").lower(): value for key, value in outputs().items() if key.endswith("Function")}


def start(runtime_api: socket.socket, binary: Path, deployed: str) -> tuple[float, float]:
    """Milliseconds to the first request for work, and the memory held then, in MB."""
    settings = client("lambda").get_function_configuration(FunctionName=deployed)["Environment"]["Variables"]
    platform = {
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:%d" % runtime_api.getsockname()[1], "AWS_LAMBDA_FUNCTION_NAME": deployed,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench", "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
    }
    began = time.perf_counter()
    process = subprocess.Popen([binary], env={**cloud_environment(), **settings, **platform}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        accepted, _ = runtime_api.accept()
        took = (time.perf_counter() - began) * 1000
        held = resident_mb(process.pid)
        accepted.close()
        return took, held
    finally:
        process.kill()
        process.wait()


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
