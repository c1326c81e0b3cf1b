"""A stack whose servers lose what they hold while it is down."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.lab.simulate.feeds import write_feeds
from tests.support.stack import Stack
from tests.support.waiting import eventually

CHILDREN = 20


class Recovering(Stack):
    """`kept` are copies of server folders by their name."""

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(90) == 0, self.errors()

    def until_ready(self) -> None:
        eventually(self.says_ready)

    def lose(self, server: str) -> None:
        shutil.rmtree(self.data / server)

    def keep(self, server: str) -> None:
        subprocess.run(["cp", "-a", self.data / server, self.folder / f"kept-{server}"], check=True)

    def put_back(self, server: str) -> None:
        self.lose(server)
        (self.folder / f"kept-{server}").rename(self.data / server)

    def trouble(self, command: str) -> dict[str, Any]:
        """What `status` says once it names the command that mends it; its exit status is 3."""

        def found() -> dict[str, Any] | None:
            answer = self.run("status")
            troubles = json.loads(answer.stdout)["troubles"] if answer.stdout and answer.returncode == 3 else []
            return next((each for each in troubles if command in each["do"]), None)

        told: dict[str, Any] = eventually(found)
        return told

    def is_at_rest(self) -> bool:
        answer = self.run("status")
        return answer.returncode == 0 and len(set(json.loads(answer.stdout)["positions"].values())) == 1


@contextmanager
def recovering(folder: Path) -> Iterator[Recovering]:
    """A stack that knows the children of a small county."""
    folder.chmod(0o755)
    stack = Recovering(folder)
    feeds = folder / "feeds"
    write_feeds(CHILDREN, 7, feeds)
    stack.ask("submit", *sorted(feeds.glob("*.ndjson")), "--agencies", feeds / "agencies.yaml", "--wait")
    yield stack
    stack.close()
