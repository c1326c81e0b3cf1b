import logging
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from services.configuration.logs import OneLine
from services.configuration.private_files import private_folder, secret
from services.configuration.settings import NotConfigured, Settings, read_settings
from services.runtime import roles as runtime
from streams.store.schema import Migration, migrate, shipped

pytestmark = pytest.mark.usefixtures("own_signals_and_log")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(tmp_path, {})


def raising(error: Exception) -> runtime.Run:
    def run(settings: Settings, stop: threading.Event) -> None:
        raise error

    return run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_role_runs_until_it_is_told_to_stop(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def run(settings: Settings, stop: threading.Event) -> None:
        os.kill(os.getpid(), number)
        assert stop.wait(10)

    monkeypatch.setitem(runtime.ROLES, "relay", run)
    assert runtime.run_role("relay", settings) == 0


def test_a_role_that_lacks_an_address_says_so_and_exits_with_3(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(runtime.ROLES, "relay", raising(NotConfigured("Kafka cannot be reached")))
    assert runtime.run_role("relay", settings) == 3
    assert capsys.readouterr().err.endswith("relay Kafka cannot be reached\n")


def test_a_registrar_whose_matcher_has_no_usable_settings_says_so_and_exits_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = tmp_path / "matcher.yaml"
    matcher.write_text("version: [")
    secret(private_folder(tmp_path / "keys") / "key-encryption.key")
    environ = {"CONTACTPOINT_MATCHER": str(matcher), "CONTACTPOINT_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    assert runtime.run_role("registrar", read_settings(tmp_path, environ)) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(f"the matcher's settings cannot be used: {matcher}, line 1 is not YAML")


def test_a_role_whose_port_for_figures_is_taken_says_so_and_exits_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environ = {"CONTACTPOINT_METRICS_PORT": port, "CONTACTPOINT_HOST": "127.0.0.1"}
        assert runtime.run_role("relay", read_settings(tmp_path, environ)) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert f"CONTACTPOINT_METRICS_PORT, 127.0.0.1:{port} (Address already in use)" in line


def test_an_unforeseen_error_shows_its_place_and_never_its_text(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(runtime.ROLES, "relay", raising(ValueError("Zorvel Quamip")))
    assert runtime.run_role("relay", settings) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "ValueError at test_runtime.py" in line
    assert "Zorvel" not in line


def test_what_ends_a_thread_is_reported_likewise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(settings: Settings, stop: threading.Event) -> None:
        thread = threading.Thread(target=raising(ValueError("Zorvel Quamip")), args=(settings, stop), name="reader")
        thread.start()
        thread.join()

    monkeypatch.setitem(runtime.ROLES, "relay", run)
    runtime.run_role("relay", settings)
    [line] = capsys.readouterr().err.splitlines()
    assert "relay reader ended by ValueError at test_runtime.py" in line
    assert "Zorvel" not in line


def test_a_log_that_cannot_be_written_shows_no_exception(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(settings: Settings, stop: threading.Event) -> None:
        handler = logging.getLogger().handlers[-1]
        assert isinstance(handler, logging.StreamHandler)
        with Path(os.devnull).open() as unwritable:
            handler.stream = unwritable
        raise ValueError("Zorvel Quamip")

    monkeypatch.setitem(runtime.ROLES, "relay", run)
    assert runtime.run_role("relay", settings) == 1
    assert capsys.readouterr().err == ""


def test_a_message_of_the_log_is_one_line_without_the_text_of_its_exception() -> None:
    try:
        raise KeyError("Zorvel")
    except KeyError as error:
        record = logging.LogRecord(
            "x", logging.WARNING, "", 0, "two\nlines", None, (KeyError, error, error.__traceback__)
        )
    line = OneLine("relay").format(record)
    assert line.startswith(time.strftime("%H:%M:", time.localtime(record.created)))
    assert " relay two lines (KeyError at test_runtime.py:" in line
    assert "Zorvel" not in line


def test_every_role_of_the_stack_can_be_run() -> None:
    assert set(runtime.ROLES) == {"init", "registrar", "relay", "projector", "api"}


@pytest.mark.parametrize("role", ["registrar", "relay", "projector", "api"])
def test_a_role_refuses_tables_that_are_not_up_to_date(
    database_url: str, tmp_path: Path, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runtime.run_role(role, _beside(database_url, tmp_path)) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert "the tables in Postgres are at number 0 and this version of the product needs number" in line
    assert line.endswith("stop its services and run `contactpoint run init`")


def test_init_refuses_tables_of_a_newer_version(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = [*shipped(), Migration(9_999, "later", "select 1")]
    migrate(database_url, newer)
    assert runtime.run_role("init", _beside(database_url, tmp_path)) == 3
    assert "at number 9999 and this version of the product knows only" in capsys.readouterr().err


def _beside(database_url: str, folder: Path) -> Settings:
    environ = {"CONTACTPOINT_DATABASE_URL": database_url, "CONTACTPOINT_KAFKA": "127.0.0.1:1"}
    return read_settings(folder, environ)
