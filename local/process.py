"""Processes in the background: started once, known by an id in a file, stopped by that id."""

import os
import signal
import subprocess
from pathlib import Path

from settings import STATE
from wait import until


def pid_file(name: str) -> Path:
    return STATE / f"{name}.pid"


def log_file(name: str) -> Path:
    return STATE / f"{name}.log"


def start(name: str, command: list[str], environment: dict[str, str]) -> int:
    """Starts `command` on its own, with its output in `<name>.log`."""
    STATE.mkdir(parents=True, exist_ok=True)
    (STATE / "tmp").mkdir(exist_ok=True)
    with log_file(name).open("wb") as log:
        child = subprocess.Popen(
            command, env=environment, cwd=STATE, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    pid_file(name).write_text(f"{child.pid} {_started_at(child.pid)}\n")
    return child.pid


def running(name: str) -> int | None:
    """The id of the process if it is still the one that was started, else nothing."""
    try:
        pid, started_at = pid_file(name).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if _started_at(int(pid)) == started_at else None


def stop(name: str) -> bool:
    """Asks the process to stop, then makes it. Says whether there was one."""
    pid = running(name)
    if pid:
        os.killpg(pid, signal.SIGTERM)
        try:
            until(f"the end of {name}", lambda: running(name) is None, seconds=10)
        except TimeoutError:
            os.killpg(pid, signal.SIGKILL)
    pid_file(name).unlink(missing_ok=True)
    return pid is not None


def _started_at(pid: int) -> str:
    """The start time the kernel keeps: an id that was given to another process has another one."""
    try:
        _reap(pid)
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "gone"
    return "gone" if fields[0] == "Z" else fields[19]


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
