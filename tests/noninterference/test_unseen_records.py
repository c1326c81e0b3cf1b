"""What a data manager who sees all there is to see of a child is answered does not tell of records that nobody sees.

In one directory a clinic's record to which there is no consent, and one that was removed, are the child's; in its twin
they are another child's. All else is equal, numbers too.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from kafka import KafkaConsumer, TopicPartition
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from projections.base.partition import Partition
from services.api.routes import steward_decisions
from services.lab.simulate.identifiers import nhs_number
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from streams.access.grants import FAR
from streams.kafka.settings import KafkaSettings
from tests.conftest import numbers
from tests.noninterference.answers import client_under
from tests.support.api_world import looking
from tests.support.databases import drop, make
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.shields import decide
from tests.support.waiting import eventually
from tests.support.world import World, person, submission

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COUNCIL = Agency("la-south", "South Council", AgencyKind.LOCAL_AUTHORITY, SOUTH)
MANAGER = "user:north-manager"
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "or", "en", "il")]

Fields = dict[str, Any]


class Case(NamedTuple):
    """A child with a record at the council and one at a surgery, and another child like that."""

    child: str
    other: str
    name: str


def record(agency: str, subject: str) -> Fields:
    return {"source": f"urn:agency:{agency}", "subject": subject}


class Directory(World):
    """One of the two; `hers` says that what nobody sees is the child's."""

    def __init__(self, kafka: KafkaSettings, database_url: str, folder: Path, *, hers: bool) -> None:
        chance = Random(2008)
        super().__init__(
            kafka,
            database_url,
            folder,
            clock=lambda: NOW,
            new_id=lambda: UUID(int=chance.getrandbits(128), version=4),
        )
        self.hers = hers
        self.enrol(COUNCIL)
        manager = entitlement("data-manager", user="north-manager", trained_until=FAR, authority=NORTH, sensitive=True)
        grants.add_users(database_url, self.key, [manager])

    def case(self, name: str) -> Case:
        """Two children whom two agencies know."""
        for which in ("child", "other"):
            self.know(f"{name}-{which}", somebody(f"{name}-{which}"), "la-north", "gp")
        child, other = (self.child_with(somebody(f"{name}-{which}")["nhs_number"]) for which in ("child", "other"))
        return Case(child, other, name)

    def know(self, subject: str, who: Fields, *agencies: str) -> None:
        """Agencies register somebody under one number."""
        assert self.submit(*(person(subject, each, **who) for each in agencies)) == ["accepted"] * len(agencies)

    def register_unseen(self, case: Case) -> None:
        """A clinic's record, to which there is no consent, and a council's that was removed, of either child."""
        which = "child" if self.hers else "other"
        self.know(f"{case.name}-unseen", somebody(f"{case.name}-{which}"), "clinic", "la-south")
        gone = submission("record.removed", f"{case.name}-unseen", {"reason": "court-order"}, "la-south")
        assert self.submit(gone) == ["accepted"]

    def child_of(self, subject: str, agency: str) -> str:
        """The child of an agency's record."""
        with self.database.transaction() as cursor:
            cursor.execute(
                "select i.child::text from register.match_index i join register.record_keys k on k.stream = i.record"
                " where k.source = %s and k.key = %s",
                (f"urn:agency:{agency}", subject),
            )
            ((child,),) = cursor.fetchall()
            return str(child)


def somebody(name: str) -> Fields:
    """Somebody whom nobody else is like; the same for the same name."""
    chance = Random(name)
    given, family = ("".join(chance.choices(SYLLABLES, k=3)).capitalize() for _ in range(2))
    home = {"lines": [f"{chance.randint(1, 99)} {family} Row"], "postcode": f"ZX{chance.randint(10, 99)} 1AA"}
    return {
        "given_name": given,
        "family_name": family,
        "date_of_birth": f"{chance.randint(1995, 2006)}-{chance.randint(1, 12):02}-{chance.randint(2, 28):02}",
        "nhs_number": nhs_number(chance.randrange(10**6), 7),
        "address": home | {"authority": NORTH, "status": "current"},
    }


@pytest.fixture(scope="module")
def pair(
    kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[tuple[Directory, TestClient]]]:
    with ExitStack() as opened:
        made = []
        for hers in (True, False):
            name = f"unseen_{next(numbers)}"
            url = make(postgres, name)
            opened.callback(drop, postgres, name)
            directory = Directory(kafka, url, tmp_path_factory.mktemp(name), hers=hers)
            opened.callback(directory.close)
            made.append((directory, opened.enter_context(client_under(directory))))
        yield made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is carried out once it is answered as under way."""
    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 0.01)


def answer(directory: Directory, client: TestClient, path: str, **body: Any) -> object:
    """What a steward is told in the end: the status and the code, or the outcome of what was sent and its codes."""
    place = TopicPartition(STEWARDS_TOPIC, 0)
    with closing(KafkaConsumer(**directory.kafka.for_kafka_python(), group_id=None)) as consumer:
        consumer.assign([place])
        consumer.seek_to_end(place)
        begin = consumer.position(place)
        sent = {"reason": "court-order: all of it", **body}
        answered = client.post(path, headers=looking(directory, MANAGER), json=sent)
        if answered.status_code != HTTPStatus.ACCEPTED:
            assert consumer.end_offsets([place])[place] == begin
            return int(answered.status_code), answered.json().get("code")
        found = eventually(lambda: consumer.poll(timeout_ms=100))
    ((message,),) = found.values()
    offset = directory.registrar.offsets.get(Partition(STEWARDS_TOPIC, 0), 0)
    (results,) = directory.registrar.handle([Message(STEWARDS_TOPIC, 0, offset, message.value, None)])
    directory.show()
    return results.outcome, *[reason["code"] for reason in results.reasons]


Query = Callable[[Directory, TestClient, Case], object]


def alike(pair: list[tuple[Directory, TestClient]], query: Query, case: str) -> object:
    """What both directories answer, which is the same."""
    results = []
    for directory, client in pair:
        made = directory.case(case)
        results.append(query(directory, client, made))
    assert results[0] == results[1]
    return results[0]


def shown_sources(directory: Directory, client: TestClient, child: str) -> list[str]:
    """The agencies of the records in a child's entry; nothing where it is absent."""
    shown = client.get(f"/children/{child}", headers=looking(directory, MANAGER))
    return sorted(each["source"] for each in shown.json().get("records", ()))


BOTH = ["urn:agency:gp", "urn:agency:la-north"]


def test_a_record_that_nobody_sees_is_answered_as_one_that_nobody_has(pair: list[tuple[Directory, TestClient]]) -> None:
    def query(directory: Directory, client: TestClient, case: Case) -> object:
        directory.register_unseen(case)
        assert shown_sources(directory, client, case.child) == BOTH
        results = {}
        for agency in ("clinic", "la-south", "gp"):
            subject = f"{case.name}-unseen" if agency != "gp" else "nobody-has-this"
            named = record(agency, subject)
            results[agency] = [
                answer(directory, client, "/duplicates/accept", child=case.child, record=named),
                answer(directory, client, "/duplicates/set-aside", child=case.child, record=named),
                answer(directory, client, "/duplicates/split", child=case.child, records=[named]),
                answer(directory, client, "/records/remove", record=named),
                answer(directory, client, "/erasures", record=named),
            ]
        assert results["clinic"] == results["la-south"] == results["gp"]
        return results["gp"]

    absent = (404, None)
    assert alike(pair, query, "named") == [(409, "record-not-in-child")] * 3 + [absent] * 2


def test_all_is_all_that_is_seen(pair: list[tuple[Directory, TestClient]]) -> None:
    def query(directory: Directory, client: TestClient, case: Case) -> object:
        directory.register_unseen(case)
        records = [record(each, f"{case.name}-child") for each in ("la-north", "gp")]
        results = answer(directory, client, "/duplicates/split", child=case.child, records=records)
        return results, shown_sources(directory, client, case.child)

    assert alike(pair, query, "all") == ((409, "nothing-to-split"), BOTH)


def test_a_merge_of_what_nobody_sees_is_none(pair: list[tuple[Directory, TestClient]]) -> None:
    def query(directory: Directory, client: TestClient, case: Case) -> object:
        directory.know("only-clinic", somebody("only-clinic"), "clinic")
        hidden = directory.child_of("only-clinic", "clinic")
        into = case.child if directory.hers else case.other
        assert decide(directory, DecisionType.MERGE, left=into, right=hidden) == "accepted"
        results = answer(directory, client, "/duplicates/split", child=case.child)
        return results, shown_sources(directory, client, case.child)

    assert alike(pair, query, "merged") == ((409, "nothing-to-undo"), BOTH)


@pytest.mark.parametrize("named", [True, False], ids=["by name", "the latest"])
def test_what_nobody_sees_goes_where_what_it_came_with_goes(
    pair: list[tuple[Directory, TestClient]], named: bool
) -> None:
    """Were it left behind, the child would not get its own number again, and that would tell of it."""
    name = f"back-{named}"

    def query(directory: Directory, client: TestClient, case: Case) -> object:
        came = somebody(f"{name}-came")
        directory.know(f"{name}-came", came, "gp")
        directory.know(f"{name}-late", somebody(f"{name}-late"), "clinic")
        brought = directory.child_with(came["nhs_number"])
        unseen = came if directory.hers else somebody(f"{name}-other")
        directory.know(f"{name}-unseen", unseen, "clinic")
        assert decide(directory, DecisionType.MERGE, left=case.child, right=brought) == "accepted"
        late = directory.child_of(f"{name}-late", "clinic")
        into = case.child if directory.hers else case.other
        assert decide(directory, DecisionType.MERGE, left=into, right=late) == "accepted"
        records = {"records": [record("gp", f"{name}-came")]} if named else {}
        results = answer(directory, client, "/duplicates/split", child=case.child, **records)
        assert directory.child_of(f"{name}-unseen", "clinic") == (brought if directory.hers else case.other)
        entries = [shown_sources(directory, client, each) for each in (case.child, brought)]
        return results, directory.child_of(f"{name}-came", "gp") == brought, entries

    assert alike(pair, query, name) == (("accepted",), True, [BOTH, ["urn:agency:gp"]])


def test_a_pair_that_nobody_sees_is_in_no_queue(pair: list[tuple[Directory, TestClient]]) -> None:
    def query(directory: Directory, client: TestClient, case: Case) -> object:
        away = somebody("away")
        directory.know("away", away | {"address": away["address"] | {"authority": SOUTH}}, "la-south")
        south = directory.child_with(away["nhs_number"])
        directory.know("pair-unseen", somebody("pair-child" if directory.hers else "pair-other"), "clinic")
        unseen = directory.records_of(case.child if directory.hers else case.other)[-1]
        directory.suspect_record(south, unseen, 0.7)
        two = {"left": case.child, "right": south}
        return [
            answer(directory, client, "/duplicates/merge", **two),
            answer(directory, client, "/duplicates/dismiss", **two),
            answer(directory, client, f"/children/{case.child}/new-identity", reason="adoption"),
        ]

    assert alike(pair, query, "pair") == [(403, None), (403, None), ("accepted",)]
