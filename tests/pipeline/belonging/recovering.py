"""A stack whose servers lose what they hold while it is down."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.lab.simulate.feeds import write_feeds
from services.local_stack.ports import remembered_ports
from services.local_stack.postgres_server import NAME, postgres_program
from services.local_stack.program import running
from tests.support.stack import Stack
from tests.support.waiting import eventually

CHILDREN = 20


class Recovering(Stack):
    """`kept` are copies of server folders by their name."""

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(90) == 0, self.errors()

    def until_ready(self) -> None:
        eventually(self.is_ready)

    def lose(self, server: str) -> None:
        shutil.rmtree(self.data / server)

    def dump(self) -> None:
        """Copies the database as `pg_dump` does; the stack has ended."""
        self._with_postgres("pg_dump", "--format=custom", f"--file={self.folder / 'kept.dump'}", database=NAME)

    def restore(self) -> None:
        """Puts the dump in the place of the database; the stack has ended."""
        words = ("--clean", "--if-exists", "--create", "--exit-on-error", self.folder / "kept.dump")
        self._with_postgres("pg_restore", *words, database="postgres")

    def _with_postgres(self, tool: str, *words: str | Path, database: str) -> None:
        """Runs one of Postgres's own tools while the server alone runs, as its administrator."""
        port = remembered_ports(self.folder / "alone.json", ("postgres",))["postgres"]
        program, url = postgres_program(self.data / "postgres", self.folder / "alone.log", port)
        address = urlsplit(url)._replace(path=f"/{database}").geturl()
        with running(program):
            subprocess.run([Path(program.command[0]).parent / tool, f"--dbname={address}", *words], check=True)

    def trouble(self, command: str) -> dict[str, Any]:
        """What `status` says once it names the command that mends it; its exit status is 3."""

        def found() -> dict[str, Any] | None:
            answer = self.run("status")
            troubles = json.loads(answer.stdout)["troubles"] if answer.stdout and answer.returncode == 3 else []
            return next((each for each in troubles if command in each["do"]), None)

        document: dict[str, Any] = eventually(found)
        return document


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
