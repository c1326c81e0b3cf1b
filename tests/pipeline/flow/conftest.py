"""A stack for each module of the flow."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.lab.simulate.feeds import write_feeds
from tests.pipeline.flow.stack import Stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A running stack."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-flow-") as folder:
        running = Stack(Path(folder))
        yield running
        running.close()


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The feeds of a small county with the truth behind them, and the memo's case."""
    out = tmp_path_factory.mktemp("county") / "feeds"
    write_feeds(300, 7, out)
    return out
