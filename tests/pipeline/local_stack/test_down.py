"""`contactpoint down` and `up --detach`, and what `status` says while a part is away."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from services.configuration.settings import read_stack
from tests.pipeline.local_stack.stacks import Stack
from tests.support.forked import forked_verb, run_verb
from tests.support.stack import SECONDS
from tests.support.waiting import eventually

Ended = subprocess.CompletedProcess[str]


def contactpoint(data: Path, *words: str, **environment: str) -> Ended:
    """A verb on a data directory, run to its end: `up` as a user starts it, and the others forked."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("CONTACTPOINT_")} | environment
    verb = [*words, "--data", str(data)]
    if words[0] != "up":
        return run_verb(verb, environ, SECONDS)
    return subprocess.run(
        [sys.executable, "-m", "services.cli.main", *verb],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def detached(module_folder: Path) -> Iterator[Path]:
    """The data directory of a real stack in the background, with two projectors and two registrars."""
    data = module_folder / "detached"
    up = contactpoint(data, "up", "--detach", "--projectors", "2", "--registrars", "2")
    assert up.returncode == 0, up.stderr
    assert up.stdout.startswith("ready http"), up.stdout
    pages = up.stdout.splitlines()[1]
    assert pages.startswith("pages http")
    with httpx.Client(follow_redirects=True) as browser:  # the code leaves the address for a cookie
        assert "demo-practitioner" in browser.get(pages.removeprefix("pages ")).text
    yield data
    contactpoint(data, "down")


@pytest.fixture
def stand_ins(folder: Path) -> Iterator[Stack]:
    """A stack of stand-ins, which runs."""
    stack = Stack(folder).until_ready()
    yield stack
    stack.clean()


def test_down_stops_all_of_it_and_says_so_and_once_more_that_nothing_runs(stand_ins: Stack) -> None:
    running = stand_ins.descendants()
    down = contactpoint(stand_ins.data, "down", "--json")
    assert down.returncode == 0, down.stderr
    assert set(json.loads(down.stdout)["stopped"]) == {"kafka", "postgres", "registrar", "api"}
    assert stand_ins.process.wait(10) == 0
    assert [process for process in running if process.is_running()] == []

    again = contactpoint(stand_ins.data, "down")
    assert (again.returncode, again.stdout) == (1, "")
    assert "no stack runs in" in again.stderr


def test_down_ends_what_a_killed_supervisor_left(stand_ins: Stack) -> None:
    running = stand_ins.descendants()
    stand_ins.process.kill()
    stand_ins.process.wait()
    down = contactpoint(stand_ins.data, "down")
    assert "Traceback" not in down.stderr
    psutil.wait_procs(running, timeout=60)
    assert [process for process in running if process.is_running()] == []
    assert read_stack(stand_ins.data) == {}


def test_a_stack_that_was_never_started_cannot_be_stopped(tmp_path: Path) -> None:
    down = contactpoint(tmp_path / "none", "down")
    assert down.returncode == 1
    assert "no stack runs in" in down.stderr
    assert not (tmp_path / "none").exists()


def test_up_in_the_background_goes_on_without_its_terminal_and_keeps_its_log(detached: Path) -> None:
    supervisor = read_stack(detached)["pid"]
    assert os.getsid(supervisor) == supervisor
    assert "everything runs" in (detached / "logs" / "up.log").read_text()
    second = contactpoint(detached, "up", "--detach")
    assert second.returncode == 1
    assert f"process {supervisor}" in second.stderr


def test_a_stack_with_several_processes_of_a_role_shows_each(detached: Path) -> None:
    status = contactpoint(detached, "status", "--json")
    running = {each["name"]: each for each in json.loads(status.stdout)["processes"]}
    assert [name for name in running if name.startswith(("registrar", "projector"))] == [
        "registrar",
        "registrar-2",
        "projector",
        "projector-2",
    ]
    assert {running[name]["role"] for name in ("projector", "projector-2")} == {"projector"}
    assert running["projector"]["pid"] != running["projector-2"]["pid"]
    assert {each["state"] for each in running.values()} == {"running"}
    assert (detached / "logs" / "registrar-2.log").exists()
    assert "projector-2" in contactpoint(detached, "status").stdout


def test_up_in_the_background_fails_as_it_does_in_the_foreground(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        up = contactpoint(folder / "data", "up", "--detach", CONTACTPOINT_PORT=port)
    assert (up.returncode, up.stdout) == (3, "")
    assert f"port {port} is taken" in up.stderr


@pytest.mark.parametrize(("part", "unknown"), [("postgres", ["positions", "lag"]), ("kafka", ["dead_letters"])])
def test_status_shows_the_others_while_a_part_is_away(detached: Path, part: str, unknown: list[str]) -> None:
    well = contactpoint(detached, "status", "--json")
    assert (well.returncode, json.loads(well.stdout)["troubles"]) == (0, []), well.stderr

    pid = next(each["pid"] for each in read_stack(detached)["processes"] if each["role"] == part)
    os.kill(pid, signal.SIGSTOP)
    try:
        ill, for_people = contactpoint(detached, "status", "--json"), contactpoint(detached, "status")
    finally:
        os.kill(pid, signal.SIGCONT)
    status = json.loads(ill.stdout)
    assert ill.returncode == for_people.returncode == 3
    assert {each["role"] for each in status["processes"]} >= {"registrar", "relay", "projector", "api"}
    assert [status[name] for name in unknown] == [None] * len(unknown)
    assert [trouble["part"] for trouble in status["troubles"]] == [part]
    assert f"{part.capitalize()} cannot be reached" in ill.stderr
    assert "start " in status["troubles"][0]["do"]
    assert "projector" in for_people.stdout
    assert "Traceback" not in ill.stderr + for_people.stderr


def test_status_says_why_a_role_does_not_run(folder: Path, detached: Path) -> None:
    servers = read_stack(detached)
    stack = Stack(
        folder,
        CONTACTPOINT_KAFKA=servers["kafka"],
        CONTACTPOINT_DATABASE_URL=servers["database_url"],
        STAND_IN_FAILS="registrar",
    )
    said = None
    while said is None and stack.process.poll() is None:
        processes = read_stack(stack.data).get("processes", [])
        said = next((each.get("said") for each in processes if each["role"] == "registrar"), None)
    stack.clean()
    assert said is not None
    assert "it has no settings to work with" in said


@pytest.mark.parametrize("role", ["registrar", "relay", "projector"])
def test_a_second_process_of_a_role_that_is_stopped_ends_in_order(detached: Path, role: str, tmp_path: Path) -> None:
    postgres = urlsplit(read_stack(detached)["database_url"]).port
    log = tmp_path / "log"
    second = forked_verb(["run", role, "--data", str(detached)], os.environ, log, log)

    def has_begun() -> bool:
        to = [each.raddr.port for each in psutil.Process(second.pid).net_connections() if each.raddr]
        return postgres in to or second.poll() is not None

    eventually(has_begun)
    second.terminate()
    assert second.wait(60) == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    assert "ended by" not in log.read_text()


def test_the_metrics_of_a_stack_have_every_lag(detached: Path) -> None:
    """As the API's own role of Postgres and client of Kafka may read them."""
    stack = read_stack(detached)
    token = json.loads(contactpoint(detached, "token", "demo-data-manager", "--json").stdout)["token"]
    told = httpx.get(
        f"{stack['url']}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=60
    ).text.splitlines()
    figures = dict(line.rsplit(" ", 1) for line in told if not line.startswith("#"))
    assert figures["contactpoint_database_up"] == "1.0"
    assert figures["contactpoint_views_lag_seconds"] == "0.0"
    parts = ("registrar", "relay", "projector", "access", "outbox")
    assert [figures[f'contactpoint_lag{{part="{part}"}}'] for part in parts] == ["0.0"] * len(parts)
