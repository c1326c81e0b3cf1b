"""The stack that these modules share, one after the other, and what they send."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.lab.simulate.feeds import write_feeds
from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """A whole stack, as a user runs it."""
    with running_stack(as_a_user=True) as running:
        yield running


@pytest.fixture(scope="package")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The feeds of a small county with the truth behind them, and the memo's case."""
    out = tmp_path_factory.mktemp("county") / "feeds"
    write_feeds(300, 7, out)
    return out


@pytest.fixture(scope="package")
def sent(stack: Stack, feeds: Path) -> list[dict[str, Any]]:
    """The county's submissions, all of them taken."""
    files = sorted(feeds.glob("*.ndjson"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    counts = stack.ask("submit", *files, "--agencies", feeds / "agencies.yaml", "--wait")
    assert (counts["submitted"], counts["accepted"]) == (len(lines), len(lines))
    return lines
