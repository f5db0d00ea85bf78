"""Waiting for a condition, never for a time."""

import time


def until(what: str, look, seconds: float = 30.0, pause: float = 0.2):
    """The first value of `look` that is true; an error that names `what` when the time is up."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)
