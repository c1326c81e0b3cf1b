"""Writers, who send until they are told that it was taken; readers; and one who finds out what has to be visible."""

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import httpx
import orjson
import psycopg2
from kafka import KafkaProducer

from projections.engine.live_schema import ViewsNotBuilt, use_live
from projections.engine.positions import views_position
from services.submit.files import Line
from services.submit.sender import Sender, submission_producer
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import submissions_topic
from tests.crash.soak.ledger import Ledger
from tests.crash.soak.processes import Api
from tests.crash.soak.story import STEPS, Subject, submission

GROUP = 20
"""So many children are sent at a time."""
ANSWER_S = 15.0
PAUSE_S = 0.2

Steps = Sequence[tuple[Subject, int]]
Apis = Callable[[], Sequence[Api]]


class Client(threading.Thread, ABC):
    """Works in rounds until it is told to stop; what it could not do is in `error`."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.round()
        except BaseException as error:
            self.error = error
            raise

    @abstractmethod
    def round(self) -> None:
        """One round of its work."""


class Writer(Client):
    """Sends one group of children after the other, each step of all of them until all of it is taken."""

    def __init__(self, ledger: Ledger, agency: str, pause: float) -> None:
        super().__init__()
        self._ledger, self._agency, self._pause = ledger, agency, pause
        self._groups = 0

    def round(self) -> None:
        self._groups += 1
        subjects = [Subject(self._agency, f"{self._agency}-{self._groups}-{number}") for number in range(GROUP)]
        for step in range(STEPS):
            left: Steps = [(subject, step) for subject in subjects]
            while left:
                self._ledger.try_to_send(left)
                taken = self.send(left)
                self._ledger.acknowledge(taken)
                left = [each for each in left if each not in taken]
                self.stop.wait(self._pause)

    @abstractmethod
    def send(self, steps: Steps) -> Steps:
        """Sends these once; gives those that were taken."""


class KafkaWriter(Writer):
    """An agency that sends to Kafka."""

    def __init__(self, ledger: Ledger, agency: str, pause: float, kafka: KafkaSettings) -> None:
        super().__init__(ledger, agency, pause)
        self._kafka = kafka
        self._producer: KafkaProducer | None = None

    def send(self, steps: Steps) -> Steps:
        try:
            self._producer = self._producer or submission_producer(self._kafka)
            sender = Sender(self._producer)
            for subject, step in steps:
                value = orjson.dumps(submission(subject, step))
                sender.send(submissions_topic(self._agency), subject.key.encode(), Line(value, len(value)))
            sender.finish()
        except KafkaAway:
            self._producer = None
            return []
        return steps


class HttpWriter(Writer):
    """An agency that posts its submissions."""

    def __init__(self, ledger: Ledger, agency: str, pause: float, apis: Apis, token: str) -> None:
        super().__init__(ledger, agency, pause)
        self._apis, self._caller = apis, Caller(ledger, token)

    def send(self, steps: Steps) -> Steps:
        lines = b"".join(orjson.dumps(submission(*each)) + b"\n" for each in steps)
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._caller.ask("post", self._apis()[-1], "/submissions", content=lines, headers=headers)
        return steps if answer is not None and answer.status_code == 202 else []


class Caller:
    """Asks an API, and complains of an answer that no caller may get."""

    def __init__(self, ledger: Ledger, token: str) -> None:
        self._ledger = ledger
        self._client = httpx.Client(timeout=ANSWER_S, headers={"Authorization": f"Bearer {token}"}, trust_env=False)

    def ask(self, method: str, api: Api, path: str, **sent: Any) -> httpx.Response | None:
        """The answer; None where there was none, or "not now"."""
        try:
            answer: httpx.Response = self._client.request(method, api.url + path, **sent)
        except httpx.HTTPError:
            self._ledger.count("no answer")
            return None
        if answer.status_code in (429, 503):
            self._ledger.count(f"{answer.status_code}: not now")
            if "Retry-After" not in answer.headers:
                self._ledger.complain(f"{path}: {answer.status_code} without Retry-After")
            return None
        if answer.status_code not in (200, 202, 404):
            self._ledger.complain(f"{path}: {answer.status_code}")
            return None
        return answer


class Reader(Client):
    """Asks for children that the ledger knows, and for strangers."""

    def __init__(self, ledger: Ledger, apis: Apis, token: str, rng: random.Random) -> None:
        super().__init__()
        self._ledger, self._apis, self._rng = ledger, apis, rng
        self._caller = Caller(ledger, token)

    def round(self) -> None:
        self.stop.wait(self._rng.uniform(0, 2 * PAUSE_S))
        api, subjects = self._rng.choice(self._apis()), self._ledger.subjects()
        if self._rng.random() < 0.1:
            self._ask_for_a_stranger(api)
        elif subjects:
            recent = subjects[-3 * GROUP :] if self._rng.random() < 0.5 else subjects
            self._ask_for(api, self._rng.choice(recent))

    def _ask_for(self, api: Api, subject: Subject) -> None:
        bounds = self._ledger.bounds(api.version, subject)
        if bounds.child and self._rng.random() < 0.7:
            reason = {"Access-Reason": "a soak asks"}
            since = time.monotonic()
            answer = self._caller.ask("get", api, f"/children/{bounds.child}", headers=reason)
            if answer is not None:
                self._ledger.time_show(time.monotonic() - since)
                entry = None if answer.status_code == 404 else answer.json()
                self._ledger.judge_shown(api.version, subject, bounds, entry)
        elif (found := self._find(api, subject)) is not None:
            self._ledger.judge_found(api.version, subject, bounds, found)

    def _ask_for_a_stranger(self, api: Api) -> None:
        stranger = Subject("nobody", f"stranger {self._rng.random()}")
        found = self._find(api, stranger)
        if found is not None:
            self._ledger.count("find: a stranger")
            if found:
                self._ledger.complain(f"find: a stranger is {found[0]['child']}")

    def _find(self, api: Api, subject: Subject) -> list[dict[str, Any]] | None:
        sought = {"criteria": subject.particulars, "reason": "a soak asks"}
        answer = self._caller.ask("post", api, "/children/search", json=sought)
        if answer is None:
            return None
        found: list[dict[str, Any]] = answer.json()["results"]
        return found


class Settler(Client):
    """Finds out by the store and the positions of the views what each version has to answer from now on."""

    def __init__(self, ledger: Ledger, apis: Apis, administrator_url: str) -> None:
        super().__init__()
        self._ledger, self._apis, self._url = ledger, apis, administrator_url
        self._decided: dict[Subject, int] = {}

    def round(self) -> None:
        self.stop.wait(1)
        taken = self._ledger.taken()
        try:
            self._find_decided(taken)
            goal = self._decided.copy()
            register = self._ask("select last from register.counter")[0][0]
            for api in self._apis():
                if self._views_hold(api.version, register):
                    self._ledger.settle(api.version, goal)
        except psycopg2.Error:
            time.sleep(PAUSE_S)

    def _find_decided(self, taken: dict[Subject, int]) -> None:
        open_ = {f"{s.key}-{steps - 1}": (s, steps) for s, steps in taken.items() if self._decided.get(s, 0) < steps}
        rows = self._ask("select id from register.submissions where id = any(%s)", list(open_))
        self._decided.update(open_[id_] for (id_,) in rows)

    def _views_hold(self, version: str, position: int) -> bool:
        """Whether the live views of a version come to hold that position within a few looks."""
        until = time.monotonic() + 5
        while time.monotonic() < until and not self.stop.is_set():
            with closing(psycopg2.connect(self._url, connect_timeout=2)) as connection, connection.cursor() as cursor:
                try:
                    use_live(cursor, version)
                except ViewsNotBuilt:
                    return False
                if views_position(cursor) >= position:
                    return True
            time.sleep(PAUSE_S)
        return False

    def _ask(self, question: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self._url, connect_timeout=2)) as connection, connection.cursor() as cursor:
            cursor.execute(question, parameters)
            return cursor.fetchall()
