"""A verb, run as a client of the served directory."""

import pytest

from tests.cli.run import Run
from tests.support.served import runner


@pytest.fixture
def run(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a verb; gives its exit status, standard output and standard error."""
    verb = runner(environ, monkeypatch)

    def ran(*words: object) -> tuple[int, str, str]:
        status = verb(*words)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return ran
