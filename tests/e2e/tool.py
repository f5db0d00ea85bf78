"""The operators' tools, as their commands run them: in a process of their own, against the tests' stack."""

import subprocess
import sys

from settings import ROOT, STACK, tool_environment

TOOLS = ROOT / "tools"


def run(tool: str, *arguments: str, given: str | None = None, stack: str = STACK, seconds: int = 120) -> subprocess.CompletedProcess:
    """Runs a tool for a stack and waits for its end; `given` is what is typed into it."""
    return subprocess.run(
        [sys.executable, str(TOOLS / f"{tool}.py"), "--stack", stack, *arguments],
        input=given, env=tool_environment(), capture_output=True, text=True, timeout=seconds, check=False,
    )
