"""How several workers share the test files: what shares a stack is one worker's, and the longest begin first."""

import gc
import importlib
from collections.abc import Generator
from contextlib import suppress

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = (
    "tests/pipeline/belonging",
    "tests/pipeline/flow",
    "tests/pipeline/several",
    "tests/pipeline/stewards",
)
"""Folders whose modules use one stack after the other."""
LONGEST = (
    "tests/pipeline/belonging/",
    "tests/noninterference/test_every_answer.py",
    "tests/crash/test_every_role_killed.py",
    "tests/pipeline/flow/",
    "tests/security/sign_in/test_kafka_rights.py",
    "tests/pipeline/local_stack/test_down.py",
    "tests/pipeline/local_stack/test_supervisor.py",
    "tests/pipeline/stewards/",
    "tests/pipeline/several/",
    "tests/lab/test_identity_commands.py",
    "tests/crash/test_shared_projectors.py",
    "tests/pipeline/memo/",
    "tests/pipeline/feeds/test_on_a_stack.py",
    "tests/pipeline/relay/test_publishing.py",
    "tests/pipeline/local_stack/test_up_waits.py",
    "tests/crash/test_two_registrars.py",
    "tests/lab/",
    "tests/crash/",
    "tests/contracts/test_compose.py",
    "tests/security/protection/test_masked_views.py",
    "tests/noninterference/",
    "tests/views/",
    "tests/pipeline/",
)
"""What takes half a minute or more, the longest first, and then whatever takes many seconds a file: begun last, it
would keep one worker long after the others ended. What floods comes after all else, and waits until no other test
runs."""


class ByStack(LoadFileScheduling):  # type: ignore[misc]
    """As `--dist loadfile` does, with the files of some folders as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder in TOGETHER else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """None leaves every other way of sharing to xdist."""
    return ByStack(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest first."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collects without the collector of cycles, which would go over all that is collected again and again."""
    gc.disable()
    try:
        _import_a_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _import_a_share(config: pytest.Config) -> None:
    """Imports some of the modules before all are collected: what pytest makes of a module, one worker makes.

    It is kept beside the module; where it is not there yet, making it takes as long as all else of collecting.
    """
    worker, root = getattr(config, "workerinput", None), config.rootpath
    if worker is None:
        return
    named = [root / argument.partition("::")[0] for argument in config.args]
    files = sorted(file for path in named for file in (path.rglob("test_*.py") if path.is_dir() else [path]))
    for file in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        with suppress(Exception):  # collecting says what is wrong with it
            importlib.import_module(".".join(file.relative_to(root).with_suffix("").parts))
