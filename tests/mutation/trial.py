"""Runs tests against mutants, each in a forked process: the fault is in the imported code only, no file is touched.

The tests are collected once and run without a fault, which says which of them call which function. A fault in a
function that nothing calls at import is put into the functions as loaded, and the tests that call it are run. A fault
in a value at module level may be anywhere by then, so the tests of the room are imported and run anew.
"""

import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import mmap
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import _lru_cache_wrapper
from types import CodeType, FrameType, FunctionType

import pytest
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant
from tests.support.tree import LAYERS, ROOT

OPTIONS = (
    *("-o", "addopts=", "-x", "-s", "--noconftest", "--assert=plain", "--hypothesis-profile=mutants"),
    *(part for name in ("cacheprovider", "terminal", "unraisableexception") for part in ("-p", f"no:{name}")),
)
PATIENCE = 5
"""How many times as long as without a fault the tests may take; at least `LEAST_SECONDS`."""
LEAST_SECONDS = 10
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

Function = tuple[str, int]
"""A function: its file, and the first line of it or its decorators."""


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


class Trials:
    """A plugin of pytest that tries mutants in place of running the tests that were collected."""

    def __init__(self, tests: Sequence[str], mutants: Iterable[Mutant], survived: Callable[[Mutant], None]) -> None:
        self._tests, self._mutants, self._survived = tests, mutants, survived
        self._at_import: set[Function] = set()
        self._calls: dict[pytest.Item, set[Function]] = {}
        self._seconds: dict[pytest.Item, float] = {}

    def run(self) -> None:
        """Tries all, and hands over each that no test notices; raises ValueError where the tests fail already."""
        with _recorded(self._at_import):
            status = _pytest(self._tests, [self])
        if status != 0:
            raise ValueError(f"these tests fail without any fault, or need a server: {' '.join(self._tests)}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests without a fault, then against each; True says that this was all."""
        for cached in _caches():
            if cached.__module__.startswith("tests.") and not inspect.signature(cached).parameters:
                cached()
        caches = _caches()
        sys.setprofile(None)
        for item in session.items:
            before = _processor_seconds()
            with _recorded(self._calls.setdefault(item, set())):
                _run(item)
            self._seconds[item] = _processor_seconds() - before
            _forget(caches)
        if session.testsfailed:
            return True
        order = sorted(session.items, key=self._seconds.__getitem__)
        loaded = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
        gc.freeze()
        for mutant in self._mutants:
            if not self._is_noticed(mutant, order, loaded):
                self._survived(mutant)
        return True

    def _is_noticed(self, mutant: Mutant, order: list[pytest.Item], loaded: Iterable[FunctionType]) -> bool:
        """Whether a test fails, or takes more processor time than it may; that test comes first from then on."""
        path = str(ROOT / mutant.path)
        function = path, mutant.function
        if not mutant.function or function in self._at_import:
            seconds = sum(self._seconds.values())
            return any(
                _forked(lambda some=some: _anew(mutant, some, seconds)) for some in _by_closeness(mutant, self._tests)
            )
        items = [item for item in order if function in self._calls[item]]
        items.sort(key=lambda item: item.path.stem != _closest(mutant))
        noticing = mmap.mmap(-1, 8)

        def run() -> int:
            _limit(sum(self._seconds[item] for item in items))
            (code,) = _code_at(function[1], compile(mutant.source, path, "exec"))
            for each in loaded:
                if (each.__code__.co_filename, each.__code__.co_firstlineno) == function:
                    each.__code__ = code
            for number, item in enumerate(items):
                noticing[:] = number.to_bytes(8)
                _run(item)
                if item.session.testsfailed:
                    return 1
            return 0

        is_noticed = _forked(run) != 0
        if is_noticed:
            item = items[int.from_bytes(noticing[:])]
            order.remove(item)
            order.insert(0, item)
        return is_noticed


def _closest(mutant: Mutant) -> str:
    """The name of the tests that bear the file's name: these notice most faults, and are quickly run."""
    return "test_" + mutant.path.rpartition("/")[2].removesuffix(".py")


def _by_closeness(mutant: Mutant, tests: Sequence[str]) -> list[list[str]]:
    closest = [path for path in tests if path.endswith(f"/{_closest(mutant)}.py")]
    return [some for some in (closest, [path for path in tests if path not in closest]) if some]


@contextlib.contextmanager
def _recorded(calls: set[Function]) -> Iterator[None]:
    """Records which functions are called."""

    def record(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            calls.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    sys.setprofile(record)
    try:
        yield
    finally:
        sys.setprofile(None)


def _caches() -> "list[_lru_cache_wrapper[object]]":
    return [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]


def _forget(caches: "Iterable[_lru_cache_wrapper[object]]") -> None:
    """What one test has had computed is computed anew in the next, so that it calls what it needs."""
    for cached in caches:
        if cached.__module__.partition(".")[0] in LAYERS:
            cached.cache_clear()


def _run(item: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _code_at(line: int, code: CodeType) -> list[CodeType]:
    """The outermost function that begins at a line of a module."""
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    found = [each for each in inner if each.co_firstlineno == line and each.co_flags & inspect.CO_OPTIMIZED]
    for each in inner:
        found = found or _code_at(line, each)
    return found[:1]


def _anew(mutant: Mutant, tests: Sequence[str], seconds: float) -> int:
    _limit(seconds)
    sys.meta_path.insert(0, _MutantFinder(mutant))
    return _pytest(tests)


def _limit(seconds: float) -> None:
    most = max(LEAST_SECONDS, round(seconds * PATIENCE))
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _pytest(tests: Sequence[str], plugins: Sequence[object] = ()) -> int:
    for name in [name for name in sys.modules if name.partition(".")[0] in (*LAYERS, "tests")]:
        del sys.modules[name]
    return pytest.main([*OPTIONS, *tests], plugins)


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
