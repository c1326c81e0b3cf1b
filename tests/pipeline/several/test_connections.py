"""How many connections to Postgres each process has while everybody asks for something at once."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg2

from services.api.database_connections import DEFAULT, LEAST, share_out
from services.configuration.environment import LEAST_CONNECTIONS
from services.local_stack.ports import remembered_ports
from tests.support.several import WITHOUT_TLS, another, is_ready
from tests.support.stack import Stack
from tests.support.waiting import eventually
from tests.support.world import person

APIS, CLIENTS_EACH, ROUNDS = 3, 16, 3
OTHERS_AT_MOST = 4
FOR_OTHERS_THAN_SUPERUSERS = 97
AGENCY = "- {code: la-north, name: An authority, kind: local-authority, authority: E06999001}\n"


def test_an_api_shares_out_what_it_may_have_and_has_one_for_requests_at_least() -> None:
    assert share_out(None) == share_out(DEFAULT) == (7, 2)
    assert LEAST == LEAST_CONNECTIONS
    assert share_out(LEAST).requests == 1


class Watch(threading.Thread):
    """Counts the connections of each process to the stack's Postgres, and all that Postgres has, while it runs."""

    def __init__(self, url: str, processes: dict[str, psutil.Process]) -> None:
        super().__init__()
        self._url, self._processes = url, processes
        self._enough = threading.Event()
        self.most: Counter[str] = Counter()
        self.in_all = 0

    def run(self) -> None:
        connection = psycopg2.connect(self._url, application_name="the test")
        connection.autocommit = True  # within a transaction, Postgres would give the same answer again and again
        with closing(connection), connection.cursor() as cursor:
            while not self._enough.wait(0.1):
                cursor.execute(
                    "select count(*) from pg_stat_activity"
                    " where backend_type = 'client backend' and application_name <> 'the test'"
                )
                ((number,),) = cursor.fetchall()
                self.in_all = max(self.in_all, number)
                for name, process in self._processes.items():
                    self.most[name] = max(self.most[name], self._of(process))

    def stop(self) -> None:
        self._enough.set()
        self.join()

    def _of(self, process: psutil.Process) -> int:
        port, number = urlsplit(self._url).port, 0
        for each in (process, *process.children(recursive=True)):
            try:
                number += sum(bool(c.raddr) and c.raddr.port == port for c in each.net_connections("tcp"))
            except psutil.NoSuchProcess:
                continue
        return number


def ask(url: str, token: str, number: int) -> list[int]:
    """The statuses of what one client asks: who it is, the entry, its history and a report, again and again."""
    headers = {"Authorization": f"Bearer {token}", "Access-Reason": "safeguarding enquiry"}
    statuses = []
    with httpx.Client(base_url=url, headers=headers, timeout=120, verify=WITHOUT_TLS) as client:
        for _ in range(ROUNDS):
            criteria = {"family_name": f"Quaternion{number % 10}", "date_of_birth": "2001-02-03", "given_name": "Ada"}
            found = client.post("/children/search", json={"criteria": criteria, "reason": "safeguarding enquiry"})
            assert found.status_code == 200, found.text
            (child, *_) = [each["child"] for each in found.json()["results"]]
            answers = [
                found,
                *(client.get(f"/children/{child}{more}") for more in ("", "/history", "?as_of=2030-01-01T00:00:00Z")),
            ]
            answers.append(client.get("/reports/no-gp"))
            statuses += [answer.status_code for answer in answers]
    return statuses


def test_three_apis_and_every_other_role_twice_stay_within_what_postgres_gives(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "agencies.yaml").write_text(AGENCY)
    feed = tmp_path / "feed.ndjson"
    feed.write_text("".join(json.dumps(person(f"S{n}", family_name=f"Quaternion{n}")) + "\n" for n in range(200)))
    given = stack.ask("submit", feed, "--agencies", tmp_path / "agencies.yaml", "--wait")
    assert given["accepted"] == 200
    state = json.loads((stack.data / "stack.json").read_text())
    url = stack.administrator_url()
    token = stack.ask("token", "demo-data-manager")["token"]
    processes = {role: psutil.Process(pid) for role, pid in stack.pids().items() if role not in ("kafka", "postgres")}
    ports = remembered_ports(tmp_path / "ports.json", [f"api-{n}" for n in range(1, APIS)])
    urls = [state["url"], *(f"http://127.0.0.1:{port}" for port in ports.values())]
    with ExitStack() as running:
        for name, port in ports.items():
            processes[name] = running.enter_context(another(stack, "api", port))
        for role in ("registrar", "relay", "projector"):
            processes[f"second {role}"] = running.enter_context(another(stack, role))
        eventually(lambda: all(map(is_ready, urls)))
        watch = Watch(url, processes)
        watch.start()
        try:
            with ThreadPoolExecutor(APIS * CLIENTS_EACH + 1) as clients:
                comparing = clients.submit(stack.ask, "policy", "compare")
                asked = [clients.submit(ask, each, token, n) for each in urls for n in range(CLIENTS_EACH)]
                statuses = Counter(status for each in asked for status in each.result())
                assert comparing.result()["policies"]
        finally:
            watch.stop()
    assert statuses == {200: APIS * CLIENTS_EACH * ROUNDS * 5}
    of_apis = {name: most for name, most in watch.most.items() if name.startswith("api")}
    assert len(of_apis) == APIS
    assert 3 < max(of_apis.values()) <= DEFAULT, watch.most
    others = watch.most - Counter(of_apis)
    assert 0 < max(others.values()) <= OTHERS_AT_MOST, watch.most
    assert max(of_apis.values()) * APIS < watch.in_all <= FOR_OTHERS_THAN_SUPERUSERS, watch.in_all
