"""Runs tests against one mutant in a forked process: the fault is in the imported code only, no file is touched."""

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Sequence
from types import CodeType

import pytest
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant
from tests.support.tree import LAYERS

OPTIONS = ("-q", "-x", "--noconftest", "-p", "no:cacheprovider", "--hypothesis-profile=mutants")
_MEMORY = 4 << 30
"""Bytes a trial may take: a fault may turn a bounded loop into an endless one."""

settings.register_profile(
    "mutants",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=30,
    phases=(Phase.explicit, Phase.generate),
)


class _MutantFinder(importlib.abc.MetaPathFinder):
    """Imports the mutant in place of its file."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.module = mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.mutant.path, loader=_MutantLoader(self.mutant))


class _MutantLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.path.removesuffix(".py").replace("/", "."), mutant.path)
        self.source = mutant.source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec")


def import_libraries(tests: Sequence[str]) -> None:
    """Imports what the tests import of other people's, so that no trial has to; nothing of the project."""
    with tempfile.TemporaryFile() as names:
        _forked(lambda: _collect(tests, names.fileno()))
        names.seek(0)
        for name in names.read().decode().split():
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def processor_seconds(tests: Sequence[str]) -> float:
    """How long the tests take without a fault; raises ValueError where they fail."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if _forked(lambda: _pytest(tests)) != 0:
        raise ValueError(f"these tests fail without any fault, or need a server: {' '.join(tests)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def is_noticed(mutant: Mutant, tests: Sequence[str], most_seconds: int) -> bool:
    """Whether a test fails, or the tests take more processor time than that, which an endless loop does."""

    def run() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        sys.meta_path.insert(0, _MutantFinder(mutant))
        return _pytest(tests)

    return _forked(run) != 0


def _collect(tests: Sequence[str], names: int) -> int:
    status = _pytest(("--collect-only", *tests))
    others = [name for name in sys.modules if name.partition(".")[0] not in (*LAYERS, "tests", "__main__")]
    os.write(names, "\n".join(others).encode())
    return status


def _pytest(arguments: Sequence[str]) -> int:
    for name in [name for name in sys.modules if name.partition(".")[0] in (*LAYERS, "tests")]:
        del sys.modules[name]
    return pytest.main([*OPTIONS, *arguments])


def _forked(run: Callable[[], int]) -> int:
    """The exit status of a forked process that runs a function and says nothing."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            status = int(run())
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]
