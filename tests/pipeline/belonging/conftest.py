"""The stack that these modules share, one after the other: what each of them loses it has got back at its end."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.belonging.recovering import Recovering, recovering


@pytest.fixture(scope="package")
def stack() -> Iterator[Recovering]:
    """A stack that knows a small county, in a folder that Postgres can read."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-stack-") as folder, recovering(Path(folder)) as made:
        yield made
