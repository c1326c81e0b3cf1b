"""The stack that these modules share, one after the other."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """A whole stack, as a user runs it."""
    with running_stack() as running:
        yield running
