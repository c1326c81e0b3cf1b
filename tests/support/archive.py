"""A small directory whose clock is set by hand, and people in it of whom something is due by the rules of retention."""

from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from projections.base.partition import Partition
from projections.catalogue import REGISTER_LOG
from services.api.server import open_app
from services.lab.simulate.identifiers import nhs_number
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.submission_contract.decisions import DecisionType, decision
from streams.access import grants
from streams.access.grants import FAR
from streams.kafka.settings import KafkaSettings
from tests.support.api_world import Headers, bearer
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.shields import TIME
from tests.support.steward import somebody
from tests.support.world import World, person, submission

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
THEN = datetime(2020, 6, 2, 12, tzinfo=UTC)
LEFT = {"reason": "left-england", "on": "2020-06-01"}
NURSE, MANAGER, SECOND = "user:demo-practitioner", "user:demo-data-manager", "user:north-manager"
OFFICER, AUDITOR = "user:demo-subject-access-officer", "user:demo-auditor"
WHY, ENQUIRY = "data-quality", "named-enquiry: the review of a serious case"
UNTIL = dict.fromkeys(("trained_until", "vetted_until", "signed_off_until"), FAR)
HOME = {"lines": ["1 Weir Street"], "postcode": "ZX1 1ZX", "authority": NORTH, "status": "current"}


class Archive(World):
    """A directory of three agencies; `at` is the time by its clock."""

    def __init__(self, kafka: KafkaSettings, database_url: str, folder: Path) -> None:
        self.at = NOW
        self._opened = ExitStack()
        self._people = count(1)
        super().__init__(kafka, database_url, folder, clock=lambda: self.at)
        self.enrol(Agency("la-south", "South Council", AgencyKind.LOCAL_AUTHORITY, SOUTH))
        users = [entitlement("data-manager", user="north-manager", sensitive=True, authority=NORTH, **UNTIL)]
        grants.add_users(database_url, self.key, users)

    @cached_property
    def client(self) -> TestClient:
        """A client of the API, which has the clock of the directory."""
        return self._opened.enter_context(TestClient(open_app(self.settings, self.clock)))

    def close(self) -> None:
        """Closes the client, and the connections."""
        self._opened.close()
        super().close()

    def show(self) -> None:
        """Shows all that was decided, and has it published, so that a decision over HTTP is answered once it shows."""
        super().show()
        with self.database.transaction() as cursor:
            cursor.execute(
                "insert into publication.published (log, position) values (%s, %s)"
                " on conflict (log) do update set position = excluded.position",
                (REGISTER_LOG, self._shown),
            )

    def years_later(self, years: float) -> None:
        """Sets the clock."""
        self.at = NOW + timedelta(days=366 * years)

    def somebody(self, born: str, **more: Any) -> str:
        """The number of a person whom the council registers."""
        number = nhs_number(next(self._people), 7)
        assert self.submit(known(number, born, **more)) == ["accepted"]
        return number

    def adult(self) -> str:
        """The number of somebody who is grown up."""
        return self.somebody("1995-02-01")

    def child(self) -> str:
        """The number of a child of whom nothing is due."""
        return self.somebody("2010-05-01")

    def emigrant(self) -> str:
        """The number of a child who has left England, as two agencies reported in 2020."""
        now, self.at = self.at, THEN
        number = self.child()
        sent = [known(number, "2010-05-01", "gp")]
        sent += [reported("child.deregistered", f"{agency}-{number}", LEFT, agency) for agency in ("la-north", "gp")]
        assert self.submit(*sent) == ["accepted"] * 3
        self.at = now
        return number

    def run(self, *who: str, by: str = "demo-data-manager", on: date | None = None, act: str = "archive") -> str:
        """The outcome of a run's decision about some people, by their numbers."""
        (outcome,) = self.take([self.page([self.child_with(number) for number in who], by, on, act)])
        return outcome

    def page(
        self, children: list[str], by: str = "demo-data-manager", on: date | None = None, act: str = "archive"
    ) -> Message:
        """A run's decision about some children."""
        look = self.look_book.look(DecisionType.RETENTION_RUN, by, children)
        day = (on or self.at.date()).isoformat()
        data = {"decided_by": by, "reason": WHY, "children": children, "on": day, "act": act}
        value = decision(look, DecisionType.RETENTION_RUN, children[0], TIME, data)
        offset = self.registrar.offsets.get(Partition(STEWARDS_TOPIC, 0), 0)
        return Message(STEWARDS_TOPIC, 0, offset, value, None)

    def archived(self, number: str) -> str:
        """The number again, of somebody who is put into the archive."""
        assert self.run(number) == "accepted"
        return number

    def look(self, number: str, who: str = NURSE, why: str = WHY, more: str = "") -> Any:
        """The answer to a look at somebody."""
        return self.client.get(f"/children/{self.child_with(number)}{more}", headers=reading(self, who, why))

    def sees(self, number: str, who: str = NURSE, why: str = WHY) -> bool:
        """Whether a user is shown somebody's entry, and finds it."""
        status = self.look(number, who, why).status_code
        query = {"criteria": {"nhs_number": number}, "reason": why}
        answer = self.client.post("/children/search", json=query, headers=bearer(self, who)).json()
        assert [each["child"] for each in answer["results"]] == [self.child_with(number)] * (status == 200)
        assert answer["too_many"] is False
        return bool(status == 200)


def known(number: str, born: str, agency: str = "la-north", **more: Any) -> dict[str, Any]:
    """What an agency registers of the person with that number."""
    about = {**somebody(number), "date_of_birth": born, "nhs_number": number, "address": HOME}
    return person(f"{agency}-{number}", agency, **about | more) | {"time": "2012-01-01T09:00:00Z"}


def reported(kind: str, subject: str, data: dict[str, Any], agency: str = "la-north") -> dict[str, Any]:
    """What an agency reports in 2020."""
    return submission(kind, subject, data, agency) | {"time": "2020-06-02T09:00:00Z"}


def reading(world: World, who: str = NURSE, why: str = WHY) -> Headers:
    """The headers of a user with a reason."""
    return bearer(world, who) | {"Access-Reason": why}
