"""Directories that differ in nothing but what is hidden of a shielded child: same numbers, same clock, same log length.

Every submission about the child has a double: a world in which it was not sent about Tamsin has it about Dee, another
shielded child, whose answers must be the same in all worlds, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from services.lab.simulate.identifiers import unique_pupil_number
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.submission_contract.decisions import DecisionType, decision
from streams.access import grants
from streams.access.grants import FAR
from streams.kafka.settings import KafkaSettings
from tests.support.entitlements import NORTH, entitlement
from tests.support.shields import TIME
from tests.support.world import World, person, submission

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA, BEA, DEE = "9990000018", "9990000034", "9990000042"
VISIBLE = {"given_name": "Tamsin", "family_name": "Orrell", "date_of_birth": "2003-05-17", "gender": "female"}
"""All that may be shown of the child."""
DEE_VISIBLE = {"given_name": "Dee", "family_name": "Winter", "date_of_birth": "2005-01-09", "gender": "other"}
SCHOOLS = ({"name": "Moss Lane Primary"}, {"name": "Saltmarsh Academy", "code": "777"})
SURGERIES = ({"name": "Cragdale Surgery", "code": "Y99999"}, {"name": "Harbour Surgery", "code": "Y99998"})
POSTCODES = ("ZX1 1AA", "ZX7 7QQ", "ZX8 8AA")
NUMBERS = ("9990000026", "9990000050")
UPNS = tuple(unique_pupil_number(child, 7, 0, 2008) for child in (1, 2))
AUTHORITIES = ("E06999002", "E06999003")
FORMER = ("Lantern", "Marsh")
CARERS = ("Wilhelmina Orrell", "Grace Marsh")
FLAGS = ("child-protection-plan", "looked-after", "information-to-share")
STEWARD = "demo-data-manager"
NORTHERN = {
    "north-officer": {"role": "practitioner"},
    "north-cleared": {"role": "practitioner", "sensitive": True},
    "north-manager": {"role": "data-manager", "sensitive": True},
    "north-masked": {"role": "data-manager"},
    "north-administrator": {"role": "authority-administrator"},
    "north-auditor": {"role": "auditor", "sensitive": True},
    "north-subject-access": {"role": "subject-access-officer", "sensitive": True},
}
"""Users of an authority in which the child does not live, so that none takes care of its shield."""


@dataclass(frozen=True)
class Hidden:
    """What agencies report of a child before it is shielded, and after; None and False: of another one."""

    particulars: dict[str, Any] = field(default_factory=dict)
    later: dict[str, Any] = field(default_factory=dict)
    school: int | None = None
    social_care: bool = False
    flag: str | None = None
    surgery: int | None = None
    clinic: bool = False
    ended: bool = False
    deregistered: bool = False


def numbers() -> Callable[[], UUID]:
    """Stream ids that are the same in every world."""
    chance = Random(2008)
    return lambda: UUID(int=chance.getrandbits(128), version=4)


class Twin(World):
    """A directory with Ada and Bea, whom everybody may see, Dee, who is shielded, and Tamsin, if she is there."""

    def __init__(
        self, kafka: KafkaSettings, database_url: str, folder: Path, hidden: Hidden, *, absent: bool = False
    ) -> None:
        super().__init__(kafka, database_url, folder, clock=lambda: NOW, new_id=numbers())
        users = [entitlement(user=name, trained_until=FAR, **rights) for name, rights in NORTHERN.items()]
        grants.add_users(database_url, self.key, users)
        self._sent = 0
        self._others()
        self.tamsin = self._submit_hidden(hidden, absent)

    def _others(self) -> None:
        home = {"lines": ["1 Moss Lane"], "postcode": POSTCODES[0], "authority": NORTH, "status": "current"}
        away = home | {"postcode": "ZX1 1AB", "authority": AUTHORITIES[0]}
        self._take(
            person("A", nhs_number=ADA, address=home),
            person("B", nhs_number=BEA, address=away, given_name="Bea", family_name="Octonion"),
            submission("involvement.started", "B", _schooling("s-b", 1)),
            submission("flag.raised", "B", {"flag": "looked-after"}),
            person("AG", "gp", nhs_number=ADA),
            submission("involvement.started", "AG", _surgery("g-a", 0), "gp"),
            person("D", nhs_number=DEE, **DEE_VISIBLE),
            submission("involvement.started", "D", _schooling("s-d", 1)),
            submission("flag.raised", "D", {"flag": "looked-after"}),
        )
        self.ada, self.bea, self.dee = (self.child_with(each) for each in (ADA, BEA, DEE))
        self.suspect(self.ada, self.bea, 0.7)
        self._shield(self.dee)

    def _submit_hidden(self, hidden: Hidden, absent: bool) -> str:
        """Submits what is hidden, and in place of what is not the same of Dee; gives the child's number."""
        if absent:
            self._look(())  # so that the log of looks is as long as where she is
            return str(UUID(int=0))
        number = hidden.particulars["nhs_number"]
        self._take(person("T", **VISIBLE, **hidden.particulars))
        tamsin = self.child_with(number)
        self._take(
            self._started("T" if hidden.school is not None else "D", "s-t", _schooling("s-t", hidden.school or 0)),
            self._started("T" if hidden.social_care else "D", "c-t", {"service": "social-care"}),
            submission("flag.raised", "T" if hidden.flag else "D", {"flag": hidden.flag or FLAGS[0]}),
            self._known_to("gp", hidden.surgery is not None, number),
            submission("involvement.started", "2", _surgery("g-t", hidden.surgery or 0), "gp"),
            self._known_to("clinic", hidden.clinic, number),
            submission("involvement.started", "2", _consented("k-t"), "clinic"),
        )
        self._shield(tamsin)
        ended = hidden.ended and hidden.school is not None
        gone = {"reason": "moved-away", "on": "2008-10-20"}
        self._take(
            # Its number stays: another one would be a contradiction, which who takes care of the shield has to see.
            submission("child.amended", "T", {**VISIBLE, **hidden.later, "nhs_number": number}),
            submission("involvement.ended", "T", {"involvement": "s-t", "ended_on": "2008-10-20"})
            if ended
            else submission("involvement.ended", "D", {"involvement": "s-d", "ended_on": "2008-10-20"}),
            submission("child.deregistered", "T" if hidden.deregistered else "D", gone),
        )
        return tamsin

    def _known_to(self, agency: str, is_tamsin: bool, number: str) -> dict[str, Any]:
        particulars = VISIBLE | {"nhs_number": number} if is_tamsin else DEE_VISIBLE | {"nhs_number": DEE}
        return person("2", agency, **particulars)

    def _started(self, subject: str, involvement: str, data: dict[str, Any]) -> dict[str, Any]:
        return submission("involvement.started", subject, {**data, "involvement": involvement})

    def _shield(self, child: str) -> None:
        self._sent += 1
        data = {"decided_by": STEWARD, "reason": "the refuge has to stay unknown"}
        data |= {"child": child, "custodian": "E06999002"}
        value = decision(self._look([child]), DecisionType.SHIELD_APPLY, child, TIME, data)
        offset = self.registrar.offsets.get((STEWARDS_TOPIC, 0), 0)
        assert self.take([Message(STEWARDS_TOPIC, 0, offset, value, None)]) == ["accepted"]

    def _look(self, children: Sequence[str]) -> str:
        return self.look_book.look(DecisionType.SHIELD_APPLY, STEWARD, children)

    def _take(self, *submissions: dict[str, Any]) -> None:
        """Takes submissions whose ids are the same in every world."""
        named = []
        for each in submissions:
            self._sent += 1
            named.append(each | {"id": f"sent-{self._sent}"})
        assert self.submit(*named) == ["accepted"] * len(named)


def _schooling(involvement: str, school: int) -> dict[str, Any]:
    return {
        "involvement": involvement,
        "service": "education",
        "organisation": SCHOOLS[school],
        "started_on": "2008-01-01",
    }


def _surgery(involvement: str, surgery: int) -> dict[str, Any]:
    return {
        "involvement": involvement,
        "service": "gp",
        "organisation": SURGERIES[surgery],
        "started_on": "2008-01-01",
    }


def _consented(involvement: str) -> dict[str, Any]:
    consent = {"given_by": "child", "explicit": True, "on": "2008-01-01"}
    clinic = {"name": "Ropewalk clinic", "code": "RW1"}
    started = {"service": "camhs", "organisation": clinic, "started_on": "2008-01-01"}
    return {"involvement": involvement, **started, "consent": consent}
