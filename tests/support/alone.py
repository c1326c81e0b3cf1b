"""Keeps tests that flood or time something away from the load of other tests, where several workers run them at once.

A test marked `alone` begins when no other test runs, and no other begins before it has ended; what it needs made first
is made beside others. Files that everybody has serve as locks: whoever waits to be alone holds the door, so that no
later test slips in before it. They come last, and so keep nobody waiting.
"""

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

DOOR, ROOM = Path(__file__), Path(__file__).with_name("__init__.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts those that are to be alone last."""
    items.sort(key=_is_alone)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Runs a test, with what it makes first and cleans up after, beside others that bear company."""
    with nullcontext() if _is_alone(item) else _locked(ROOM, fcntl.LOCK_SH):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Makes what a test needs that is to be alone, while others run that are not."""
    with _locked(ROOM, fcntl.LOCK_SH) if _is_alone(item) else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Runs it while no other test does anything."""
    with _locked(ROOM, fcntl.LOCK_EX) if _is_alone(item) else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Cleans up after it as it was set up."""
    with _locked(ROOM, fcntl.LOCK_SH) if _is_alone(item) else nullcontext():
        return (yield)


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    with file.open() as room:
        with DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, how)
        yield
