"""A stack for the modules that send."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.flow.stack import Stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A running stack."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-feeds-") as folder:
        running = Stack(Path(folder))
        yield running
        running.close()
