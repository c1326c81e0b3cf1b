"""What `up` says of what it waits for, by a clock of the test's own."""

import subprocess
from pathlib import Path

import pytest

from services.local_stack.child import Child, State
from services.local_stack.patience import Patience
from services.local_stack.program import CannotStart, Program

BEGAN = 1_000.0
"""When it began to wait, in seconds."""


class Registrar(Child):
    """One whose every start fails for the reason that it has at that time."""

    def __init__(self) -> None:
        super().__init__(Program("registrar", [], Path.cwd(), Path("registrar.log")), self._fail)
        self.reason = "no key"

    def _fail(self, _program: Program) -> subprocess.Popen[bytes]:
        raise CannotStart(self.reason)


@pytest.fixture
def registrar() -> Registrar:
    made = Registrar()
    made.step(BEGAN)
    return made


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged since the last call."""
    lines = [record.getMessage() for record in caplog.records if record.name == "services.local_stack.patience"]
    caplog.clear()
    return lines


def test_within_ten_seconds_it_names_what_it_waits_for_why_and_for_how_long(
    registrar: Registrar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    patience = Patience(BEGAN)
    patience.spend([registrar], BEGAN + 2)
    assert logged(caplog) == [], "a start of a few seconds needs no words"
    patience.spend([registrar], BEGAN + 10)
    assert logged(caplog) == ["waiting for registrar (registrar could not be started (no key)), for 10 s so far"]


def test_it_says_so_again_where_the_reason_is_another_one(
    registrar: Registrar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    patience = Patience(BEGAN)
    patience.spend([registrar], BEGAN + 10)
    patience.spend([registrar], BEGAN + 30)
    assert len(logged(caplog)) == 1
    registrar.reason = "no table"
    registrar.step(BEGAN + 31)
    patience.spend([registrar], BEGAN + 31)
    assert logged(caplog) == ["waiting for registrar (registrar could not be started (no table)), for 31 s so far"]


def test_it_says_nothing_of_what_runs(registrar: Registrar, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    registrar.state = State.RUNNING
    Patience(BEGAN).spend([registrar], BEGAN + 10)
    assert logged(caplog) == []
