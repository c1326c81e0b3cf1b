"""A look starts fast: a client of the API loads nothing that only a service needs, and reads its settings alike."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.configuration.client_environment import ClientEnvironment, read_client_environment
from services.configuration.environment import Environment, read_environment
from services.configuration.setting_errors import BadSetting
from services.configuration.setting_kinds import variable

NOBODY = "00000000-0000-4000-8000-000000000000"
OF_SERVICES = {"pydantic", "pydantic_settings", "fastapi", "psycopg2", "kafka", "yaml", "rich", "click", "pygments"}
VALUES = (
    "",
    " ",
    "a b",
    "tests",
    "https://id.example.org",
    "http://id.example.org",
    "x" * 501,
    "\u00e9",
    "\udcff",
    "1",
)


@pytest.mark.parametrize("elsewhere", [{}, {"CONTACTPOINT_URL": "http://127.0.0.1:1", "CONTACTPOINT_TOKEN": "x"}])
def test_a_look_loads_nothing_that_only_a_service_needs(elsewhere: dict[str, str], tmp_path: Path) -> None:
    """`elsewhere` is an API that refuses the connection, so that the client comes as far as its first call."""
    words = ["show", NOBODY, "--reason", "an enquiry", "--data", str(tmp_path)]
    asked = f"import sys, services.cli.main as m; s = m.main({words}); print(s, *sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", asked], env=elsewhere, cwd=Path.cwd(), capture_output=True, text=True, check=True
    )
    status, *loaded = ran.stdout.split()
    assert (status, "Traceback" in ran.stderr) == ("3", False), ran.stderr
    assert ("httpx" in loaded) == bool(elsewhere)
    assert not OF_SERVICES & set(loaded)


@pytest.mark.parametrize("field", sorted(ClientEnvironment.__annotations__))
@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_both_readers_of_the_environment_take_and_refuse_the_same(field: str, value: str) -> None:
    environ = {variable(field): value}

    def outcome(read: object) -> object:
        try:
            return {name: getattr(read(environ), name) for name in ClientEnvironment.__annotations__}  # type: ignore[operator]
        except BadSetting as bad:
            return str(bad)

    assert outcome(read_client_environment) == outcome(read_environment)
    assert set(ClientEnvironment.__annotations__) < set(Environment.model_fields)
