"""Policies compared on a real stack: over HTTP and by the verb, what is recorded, and where parts go away."""

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from starlette.testclient import TestClient

from projections.engine.live_schema import use_live
from services.cli.main import main
from services.inclusion_policy.shipped import SHIPPED
from tests.support.api_world import NHS_NUMBER, looking
from tests.support.served import served as serving
from tests.support.waiting import eventually
from tests.support.world import World, person, submission

OTHER = "9990000026"
WHO = ["--as", "demo-data-manager", "--reason", "an annual comparison"]


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """A child with a GP, and one with whom social care works."""
    particulars = {"given_name": "Bea", "family_name": "Octonion", "date_of_birth": "2004-05-06"}
    started = {"involvement": "sc1", "service": "social-care", "started_on": "2008-10-30"}
    raised = {"flag": "common-assessment", "raised_on": "2008-10-28", "contact": {}}
    late = {"time": "2008-10-30T09:00:00Z"}
    outcomes = one_child.submit(
        person("S2", nhs_number=OTHER, **particulars),
        submission("involvement.started", "S2", started) | late,
        submission("flag.raised", "S2", raised) | late,
    )
    assert outcomes == ["accepted"] * 3
    return one_child


def compared(client: TestClient, world: World, **asked: Any) -> list[dict[str, Any]]:
    """The lines of an answer."""
    answer = client.post("/policies/compare", headers=looking(world), json={"policies": list(SHIPPED)} | asked)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_lists_and_counts_part_the_children(client: TestClient, world: World) -> None:
    *progress, comparison = compared(client, world, on="2008-11-14")
    assert progress[-1] == {"done": 2, "of": 2}
    seen, hidden = world.child_with(OTHER), world.child_with(NHS_NUMBER)
    assert comparison["on"] == "2008-11-14"
    assert comparison["not_listed_now"] == {
        name: [] if name in ("universal", "girfec") else [hidden] for name in SHIPPED
    }
    assert comparison["not_listed_ever"] == comparison["not_listed_now"]
    selective = comparison["policies"]["selective"]
    assert (selective["listed_now"], selective["listed_ever"], comparison["children"]) == (1, 1, 2)
    assert selective["unseen_days"]["total"] == 2
    assert seen not in comparison["not_listed_now"]["assessment-only"]


def test_what_lies_after_the_day_is_not_counted(client: TestClient, world: World) -> None:
    *_, comparison = compared(client, world, on="2008-10-29", policies=["selective"])
    assert comparison["policies"]["selective"]["listed_ever"] == 0
    *_, comparison = compared(client, world, on="2008-10-01")
    assert (comparison["children"], comparison["not_yet_known"]) == (0, 2)
    assert comparison["not_listed_ever"]["universal"] == []


def test_the_look_is_recorded_with_the_number_of_children_shown(client: TestClient, world: World) -> None:
    before = len(world.looks())
    compared(client, world, on="2008-11-14", lists=["not_listed_now"])
    (look,) = world.looks()[before:]
    assert (look["action"], look["count"]) == ("policy", 1)


def test_one_comparison_at_a_time(client: TestClient, world: World) -> None:
    with client.stream("POST", "/policies/compare", headers=looking(world), json={"policies": ["universal"]}) as first:
        busy = client.post("/policies/compare", headers=looking(world), json={"policies": ["universal"]})
        assert busy.status_code == 429
        assert busy.headers["Retry-After"]
        first.read()
    assert compared(client, world)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"policies": ["nobody"]}, "policy 1 is unknown"),
        ({"policies": ["universal", "universal"]}, "two of the policies have one name"),
        ({"policies": ["name: x\nversion: 1\ntitle: X\nsays: X\nlisted: {flag: none}\n"]}, "policy 1, line 5"),
        ({"policies": ["universal"], "model": "contacts: 1\n"}, "the model, line 1"),
        ({"policies": []}, "policies"),
        ({"policies": ["universal"], "lists": ["everybody"]}, "lists"),
        ({"policies": ["universal"], "on": "yesterday"}, "on"),
    ],
)
def test_what_cannot_be_compared(client: TestClient, world: World, asked: dict[str, Any], problem: str) -> None:
    answer = client.post("/policies/compare", headers=looking(world), json=asked)
    assert answer.status_code == 422
    assert problem in answer.json()["detail"]


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[dict[str, str]]:
    """The environment of a client of this directory, whose API is served meanwhile."""
    with serving(world) as made:
        yield made


@pytest.fixture(autouse=True)
def _environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "served" in request.fixturenames:
        for name, value in request.getfixturevalue("served").items():
            monkeypatch.setenv(name, value)


def test_the_verb_prints_the_contracts_document(served: object, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["policy", "compare", "--policies", "universal,selective", "--on", "2008-11-14", "--json"]
    assert main([*asked, *WHO, "--list", "removed_in_need"]) == 0
    comparison = json.loads(capfd.readouterr().out)
    assert list(comparison["policies"]) == ["universal", "selective"]
    assert comparison["policies"]["universal"]["listed_ever"] == 2
    assert comparison["not_listed_ever"]["universal"] == []
    assert len(comparison["not_listed_now"]["selective"]) == 1
    assert comparison["removed_in_need"] == {"universal": [], "selective": []}


def test_the_verb_shows_people_a_table_and_the_list_they_asked_for(
    served: object, world: World, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    assert main(["policy", "compare", *WHO, "--list", "not_listed_now", "--html", str(page)]) == 0
    shown = capfd.readouterr().out
    assert "Taken off while in need" in shown
    assert world.child_with(NHS_NUMBER) in shown
    assert world.child_with(NHS_NUMBER) in page.read_text(encoding="utf-8")
    assert main(["policy", "compare", *WHO, "--html", str(page)]) == 0
    assert world.child_with(NHS_NUMBER) not in capfd.readouterr().out + page.read_text(encoding="utf-8")


def test_files_of_ones_own_are_compared_by_their_names(
    served: object, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, model = tmp_path / "mine.yaml", tmp_path / "model.yaml"
    file.write_text("name: mine\nversion: 3\ntitle: Mine\nsays: Mine.\nlisted: {known_to: local-authority}\n")
    model.write_text("contacts_a_year: {estimate: 10, low: 10, high: 10}\nhours_each: {estimate: 1, low: 1, high: 1}\n")
    asked = ["policy", "compare", "--policies", f"{file},selective", "--model", str(model), "--json", *WHO]
    assert main(asked) == 0
    comparison = json.loads(capfd.readouterr().out)["policies"]["mine"]
    assert comparison["listed_now"] == 2
    assert comparison["hours_saved"]["model"]["contacts_a_year"]["estimate"] == 10


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: mine\nnobody: 1\n", "mine.yaml, line 2"),
        ("name: [mine\n", "mine.yaml, line 2"),
        ("", "mine.yaml, line 1"),
    ],
)
def test_a_bad_file_is_refused_by_line(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    assert main(["policy", "check", str(file)]) == 1
    assert problem in capfd.readouterr().err
    assert main(["policy", "compare", "--policies", str(file), *WHO]) == 2
    assert problem in capfd.readouterr().err


def _of_comparisons(world: World) -> list[int]:
    """The backends in Postgres that comparisons use."""
    with closing(psycopg2.connect(world.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where application_name = 'contactpoint policies'")
        return [pid for (pid,) in cursor.fetchall()]


def _locked(world: World) -> Any:
    """Holds up whoever reads chronologies, until it is closed."""
    connection = psycopg2.connect(world.database_url)
    cursor = connection.cursor()
    use_live(cursor)
    cursor.execute("lock table chronology in access exclusive mode")
    return closing(connection)


def test_where_postgres_goes_away_the_verb_says_so(
    served: object, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    ended: list[int] = []
    with _locked(world):
        verb = threading.Thread(target=lambda: ended.append(main(["policy", "compare", *WHO])))
        verb.start()
        eventually(lambda: _of_comparisons(world))
        with closing(psycopg2.connect(world.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", (_of_comparisons(world)[0],))
        verb.join()
    assert ended == [3]
    assert "Postgres" in capfd.readouterr().err


def test_where_the_look_cannot_be_recorded_nothing_is_shown(client: TestClient, world: World) -> None:
    with closing(psycopg2.connect(world.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select last from access.counter for update")
        *_, last = compared(client, world)
    assert list(last) == ["problem"]
    assert "access log" in last["problem"]


def test_where_the_process_is_killed_the_answer_says_that_it_is_not_whole(client: TestClient, world: World) -> None:
    answers: list[list[dict[str, Any]]] = []
    with _locked(world):
        asking = threading.Thread(target=lambda: answers.append(compared(client, world)))
        asking.start()
        eventually(lambda: _of_comparisons(world))
        os.kill(_children_of(os.getpid())[0], signal.SIGKILL)
        asking.join()
    assert "try again" in answers[0][-1]["problem"]


def test_where_the_client_goes_away_the_process_ends(served: dict[str, str], world: World) -> None:
    asked = json.dumps({"policies": ["universal"]}).encode()
    headers = {**looking(world), "Content-Type": "application/json"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    host, port = served["CONTACTPOINT_URL"].removeprefix("http://").split(":")
    with _locked(world), socket.create_connection((host, int(port))) as client:
        head = f"POST /policies/compare HTTP/1.1\r\nHost: {host}\r\n{lines}Content-Length: {len(asked)}\r\n\r\n"
        client.sendall(head.encode() + asked)
        eventually(lambda: _of_comparisons(world))
        client.close()
        eventually(lambda: not _children_of(os.getpid()))
    eventually(lambda: main(["policy", "compare", *WHO]) == 0)


def _children_of(pid: int) -> list[int]:
    """The processes that a process has started for comparisons, but those that end meanwhile."""
    import psutil

    found = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):
            found += [child.pid] * ("services.inclusion_policy.process" in child.cmdline())
    return found
