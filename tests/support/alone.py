"""Keeps tests that flood or time something away from the load of other tests, where several workers run them at once.

A test marked `alone` begins when no other test runs, and no other begins before it has ended. Files that everybody has
serve as locks: whoever waits to be alone holds the door, so that no later test slips in before it. They come last, and
so keep nobody waiting.
"""

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DOOR, ROOM = Path(__file__), Path(__file__).with_name("__init__.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts those that are to be alone last."""
    items.sort(key=lambda item: item.get_closest_marker("alone") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Runs a test, with what it makes first and cleans up after, in the company that it bears."""
    with _locked(ROOM, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH):
        return (yield)


@contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    with file.open() as room:
        with DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, how)
        yield
