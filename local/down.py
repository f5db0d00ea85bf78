"""`make down`: stops what `make up` started and removes what it kept."""

import deploy
import process
from settings import STATE


def main() -> None:
    stopped = [name for name in ("postman", "cloud") if process.stop(name)]
    deploy.forget()
    for name in ("stack.json", "postman.seen", "postman.log", "cloud.log"):
        (STATE / name).unlink(missing_ok=True)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


if __name__ == "__main__":
    main()
