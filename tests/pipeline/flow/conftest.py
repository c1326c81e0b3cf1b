"""What the modules of the flow send."""

from pathlib import Path

import pytest

from services.lab.simulate.feeds import write_feeds


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The feeds of a small county with the truth behind them, and the memo's case."""
    out = tmp_path_factory.mktemp("county") / "feeds"
    write_feeds(300, 7, out)
    return out
