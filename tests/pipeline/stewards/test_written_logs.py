"""Real processes that get personal values in every way, broken ones too: no log, metric or error has any of them."""

import json
import os
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from kafka import KafkaProducer

from services.configuration.settings import read_settings
from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS, receipt_topic, submissions_topic
from tests.support.several import WITHOUT_TLS
from tests.support.stack import Stack
from tests.support.waiting import eventually
from tests.support.world import person, submission

NAME, FORMER, CARER = "Zebulonia", "Quorndon", "Brindlewick"
STREET, POSTCODE, PHONE = "Quillfeather", "ZX7 7QQ", "07700 900777"
NUMBER, BORN, SUBJECT = "9990000018", "1997-09-13", "Ledgerbook-77"
SCHOOL, WHY = "Saltmarsh", "Thistledown"
PERSONAL = (NAME, FORMER, CARER, STREET, POSTCODE, "ZX77QQ", PHONE, NUMBER, BORN, SUBJECT, SCHOOL, WHY)
ALL = " ".join(PERSONAL)
AGENCY = "la-logs"
CHILD: dict[str, Any] = {
    "given_name": NAME,
    "family_name": NAME,
    "date_of_birth": BORN,
    "gender": "female",
    "nhs_number": NUMBER,
    "address": {"lines": [f"1 {STREET}"], "postcode": POSTCODE, "authority": "E06999001", "status": "current"},
    "carers": [{"name": CARER, "relationship": "mother", "phone": PHONE}],
    "other_names": [{"given_name": NAME, "family_name": FORMER, "kind": "former"}],
}
NOBODY = "6f1d2c3b-4a59-4e68-8776-95a4b3c2d1e0"


def known_values_in(text: str) -> list[str]:
    """Which of the known values a text has, also where they are coded as in a URL."""
    folded = text.casefold()
    return [each for each in PERSONAL if each.casefold() in folded or quote(each).casefold() in folded]


def broken() -> list[Any]:
    """What a careless agency sends: values of wrong types, in wrong fields, or in none."""
    child = person(SUBJECT, AGENCY, **CHILD)
    fields = [child | {"data": CHILD | {field: wrong}} for field in CHILD for wrong in (ALL, [ALL], {ALL: ALL}, 7)]
    heads = [child | {name: ALL} for name in ("specversion", "type", "time", "source", "id")]
    others = [child | {ALL: ALL}, child | {"data": ALL}, child | {"data": [ALL]}, ALL, [ALL], {ALL: ALL}, None]
    return [*fields, *heads, *others]


def unreadable() -> list[bytes]:
    """What is no message at all."""
    return [
        ALL.encode(),
        f'{{"{ALL}": '.encode(),
        ALL.encode("utf-16"),
        b"\xff" + ALL.encode(),
        f'"{ALL}"'.encode(),
        b"",
    ]


def published() -> list[bytes]:
    """What looks like a published event, by somebody who should not publish."""
    event = {"specversion": "1.0", "id": "1", "subject": NOBODY, "type": "RecordRegistered.v1", "position": 10**6}
    event |= {"version": 1, "time": "2008-01-01T00:00:00.000000Z", "recordedat": "2008-01-01T00:00:00.000000Z"}
    event |= {"source": f"urn:agency:{AGENCY}", "data": CHILD, "sealed": "AAAA"}
    wrong = [event | {name: value} for name in event for value in (ALL, [ALL], {ALL: ALL}, None)]
    kinds = ["ChildListed.v1", "RecordLinked.v1", "ChildrenMerged.v1", "MatchSuspected.v1", "ShieldApplied.v2"]
    data = {"record": ALL, "record_version": ALL, "merged": ALL, "suspicions": [ALL], "since": ALL, "review_by": [ALL]}
    wrong += [event | {"type": kind, "data": data} for kind in kinds]
    wrong += [event | {"type": "ChildrenShown.v2", "data": {"children": [ALL], "action": ALL, "count": ALL}}]
    return [json.dumps(each).encode() for each in wrong] + unreadable()


class Office:
    """Whoever sends: by file, over HTTP, and as a producer of its own."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack, self.folder = stack, folder
        self.url = stack.ask("status")["url"]
        self.errors: list[str] = []
        self.tokens: dict[tuple[str, ...], str] = {}

    def submit(self, *messages: Any) -> None:
        """Sends a file, and waits until each line has its receipt."""
        file = self.folder / "messages.ndjson"
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in messages]
        file.write_bytes(b"\n".join(lines) + b"\n")
        done = self.stack.run("submit", file, "--wait")
        self.errors += [done.stdout, done.stderr]

    def publish(self, topic: str, values: list[bytes]) -> None:
        """Sends by Kafka itself, with values in keys and headers too."""
        producer = KafkaProducer(**read_settings(self.stack.data).need_kafka().for_kafka_python())
        for value in values:
            producer.send(topic, value=value, key=ALL.encode(), headers=[(NAME, ALL.encode())])
        producer.flush(60)
        producer.close()

    def ask(
        self, method: str, path: str, subject: tuple[str, ...] = ("demo-data-manager",), **more: Any
    ) -> httpx.Response:
        """One request; the answer to what is wrong is kept."""
        if subject not in self.tokens:
            self.tokens[subject] = self.stack.ask("token", *subject)["token"]
        headers = {
            "Authorization": f"Bearer {self.tokens[subject]}",
            "Access-Reason": f"safeguarding: {WHY}",
            **more.pop("headers", {}),
        }
        answer = httpx.request(method, self.url + path, headers=headers, timeout=60, verify=WITHOUT_TLS, **more)
        if answer.status_code >= 400:
            self.errors += [answer.text, *(f"{name}: {value}" for name, value in answer.headers.items())]
        return answer

    def send_while_away(self, token: str, child: str) -> None:
        """Asks while parts are away; whatever the answer is, it is kept."""
        headers = {"Authorization": f"Bearer {token}", "Access-Reason": f"safeguarding: {WHY}"}
        body = {"criteria": {"nhs_number": NUMBER}, "reason": WHY}
        asked = [
            httpx.get(f"{self.url}/children/{child}", headers=headers, timeout=60, verify=WITHOUT_TLS),
            httpx.post(f"{self.url}/children/search", headers=headers, json=body, timeout=60, verify=WITHOUT_TLS),
        ]
        self.errors += [each.text for each in asked if each.status_code >= 400]

    def metrics(self) -> str:
        return httpx.get(f"{self.url}/metrics", timeout=60, verify=WITHOUT_TLS).text

    def failed(self) -> int:
        """How many published messages no view could take."""
        line = next(each for each in self.metrics().splitlines() if each.startswith("contactpoint_failed_messages "))
        return int(float(line.rpartition(" ")[2]))


@pytest.fixture(scope="module")
def office(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("logs")
    agencies = folder / "agencies.yaml"
    agencies.write_text(f"- {{code: {AGENCY}, name: An authority, kind: local-authority, authority: E06999001}}\n")
    stack.ask("agencies", "add", agencies)
    return Office(stack, folder)


def send_all(office: Office) -> None:
    """Every kind of wrong question, and some right ones."""
    wild = quote(ALL)
    office.ask("POST", "/children/search", json={"criteria": {"nhs_number": NUMBER}, "reason": WHY})
    for body in ({"criteria": {"nhs_number": [ALL], ALL: BORN}, "reason": ALL}, {"criteria": ALL}, [ALL], {ALL: ALL}):
        office.ask("POST", "/children/search", json=body)
    for content in unreadable():
        office.ask("POST", "/children/search", content=content)
        for kind in ("application/cloudevents+json", "application/cloudevents-batch+json", ALL):
            office.ask("POST", "/submissions", ("--agency", AGENCY), content=content, headers={"Content-Type": kind})
    for path in (
        f"/{wild}",
        f"/children/{wild}",
        f"/children/{wild}/history",
        f"/reports/{wild}",
        f"/dead-letters/{wild}",
    ):
        office.ask("GET", path)
        office.ask("PATCH", path, content=ALL)
    for path in ("/receipts", "/export", "/duplicates", "/dead-letters", "/access/report", "/reports/no-gp", "/users"):
        for name in ("after", "limit", "on", "authority", "source", "from", NAME):
            office.ask("GET", f"{path}?{name}={wild}")
    office.ask("GET", f"/children/{NOBODY}", headers={"Authorization": f"Bearer {ALL}", "Cookie": ALL, NAME: ALL})
    office.ask("POST", "/users", json={"name": ALL, "role": ALL, "organisation": ALL})
    office.ask("POST", "/policies/compare", json={"policies": [f"{ALL}\n{ALL}: ["], "model": f"{ALL}: {{"})
    place = urlsplit(office.url)
    for head in (f"GET /{ALL} HTTP/1.1\r\nHost: x\r\n\r\n", f"{ALL}\r\n\r\n", f"GET / HTTP/1.1\r\n{ALL}\r\n\r\n"):
        with socket.create_connection((place.hostname or "", place.port or 0), 60) as client:
            client.sendall(head.encode())
            client.shutdown(socket.SHUT_WR)
            office.errors.append(client.recv(65_536).decode())


def test_no_log_of_any_process_has_a_personal_value(stack: Stack, office: Office) -> None:
    started = {"involvement": SUBJECT, "service": "education", "organisation": {"name": SCHOOL}}
    office.submit(person(SUBJECT, AGENCY, **CHILD), submission("involvement.started", SUBJECT, started, AGENCY))
    (found,) = stack.ask("find", "--nhs-number", NUMBER)["results"]
    office.submit(*broken(), *unreadable())
    office.publish(submissions_topic(AGENCY), [*unreadable(), *(json.dumps(each).encode() for each in broken())])
    send_all(office)
    token = stack.ask("token", "demo-data-manager")["token"]
    os.kill(stack.pids()["postgres"], signal.SIGKILL)
    for _ in range(3):
        office.send_while_away(token, found["child"])
    stack.pids()
    eventually(lambda: httpx.get(f"{office.url}/health/ready", timeout=60, verify=WITHOUT_TLS).status_code == 200)
    before = office.failed()
    for topic in (REGISTER_EVENTS, ACCESS_EVENTS, receipt_topic(AGENCY)):
        office.publish(topic, published())
    eventually(lambda: office.failed() > before)
    assert stack.run("find", "--nhs-number", NUMBER).returncode == 0
    office.submit(person(f"{SUBJECT}-2", AGENCY, **CHILD | {"nhs_number": None}))
    logs = {log.name: log.read_text(errors="replace") for log in sorted((stack.data / "logs").iterdir())}
    assert {"api.log", "registrar.log", "relay.log", "projector.log", "postgres.log"} <= logs.keys()
    for name, text in [*logs.items(), ("up", stack.errors()), ("metrics", office.metrics())]:
        lines = [line[:400] for line in text.splitlines() if known_values_in(line)]
        assert (name, lines[:5]) == (name, [])
    assert [each for each in office.errors if known_values_in(each)] == []
