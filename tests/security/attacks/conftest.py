"""A verb, run as a client of the served directory, with all that it wrote."""

import pytest

from tests.security.attacks.run import Run
from tests.support.served import runner


@pytest.fixture
def run(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs a verb; gives its exit status and all it wrote."""
    verb = runner(environ, monkeypatch)

    def ran(*words: object) -> tuple[int, str]:
        status = verb(*words)
        captured = capfdbinary.readouterr()
        return status, (captured.out + captured.err).decode()

    return ran
