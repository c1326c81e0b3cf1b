"""Folders for stacks. pytest's own lie in one that every new run closes again to all but its owner, and root's
Postgres runs as somebody else."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of this test's own."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    """A folder that the tests of a module share."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as made:
        yield Path(made)
