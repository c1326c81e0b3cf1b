"""Two directories that hear the same but for one hidden fact: same numbers, same clock, message by message."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from projections.engine.live_schema import use_live
from services.registrar.batch import Message
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from streams.access.grants import FAR
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import receipt_topic
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.shields import decide
from tests.support.world import World

BEGAN = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOSTILE = tuple(
    Agency(f"x-{kind}", f"A stolen {kind}", kind, SOUTH)
    for kind in (AgencyKind.VOLUNTARY, AgencyKind.LOCAL_AUTHORITY, AgencyKind.BIRTH_REGISTRATION)
)
SCHOOL = Agency("school", "The census", AgencyKind.SCHOOL_CENSUS)
NURSE, CLEARED, MASKED = "nurse", "cleared", "masked"
"""Readers who work for no agency that submits: practitioners, and a data manager of another authority, uncleared."""

Fields = dict[str, Any]


class Directory(World):
    """One of the two. What it makes of a message depends on the message's number in the story, and on no clock."""

    def __init__(self, kafka: KafkaSettings, database_url: str, folder: Path) -> None:
        self._number, self._chance = 0, Random(0)
        self._offsets_of: Counter[str] = Counter()
        super().__init__(kafka, database_url, folder, clock=self._now, new_id=self._new_id)
        self.enrol(SCHOOL, *HOSTILE)
        users = [
            entitlement(user=NURSE, organisation="A ward", trained_until=FAR, authority=None),
            entitlement(user=CLEARED, organisation="A ward", trained_until=FAR, authority=None, sensitive=True),
            entitlement("data-manager", user=MASKED, organisation="A council", trained_until=FAR, authority=SOUTH),
        ]
        users += [
            entitlement(user=each.code, organisation=each.code, trained_until=FAR, authority=None) for each in HOSTILE
        ]
        grants.add_users(database_url, self.key, users)

    def _now(self) -> datetime:
        return BEGAN + timedelta(minutes=self._number)

    def _new_id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def hear(self, number: int, *sent: Fields) -> list[str]:
        """The outcomes of messages, which are the number-th of the story."""
        self._number, self._chance = number, Random(number)
        return self.submit(*sent)

    def shield(self, number: int, subject: str) -> None:
        """Hides the child of a record of the council's, in its custody."""
        self._number, self._chance = number, Random(number)
        (child,) = (child for child, each in self.children_of("urn:agency:la-north") if each == subject)
        assert decide(self, DecisionType.SHIELD_APPLY, child=child, custodian=NORTH) == "accepted"

    def suspend(self, number: int, agency: str, *, suspended: bool) -> None:
        """Sets all aside that an agency said, or has it count again; neither where it is so already."""
        self._number, self._chance = number, Random(number)
        how = {"set_aside": True} if suspended else {}
        kind = DecisionType.AGENCY_SUSPEND if suspended else DecisionType.AGENCY_RESUME
        assert decide(self, kind, agency=agency, **how) in ("accepted", "refused")

    def children_of(self, source: str) -> list[tuple[str, str]]:
        """The children of an agency's records, each with the agency's own number."""
        with self.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute(
                "select l.child::text, k.key from register.record_keys k join link l on l.record = k.stream"
                " where k.source = %s and k.kind = 'subject' order by k.key",
                (source,),
            )
            return cursor.fetchall()

    def published_to(self, agency: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each message in the agency's topic of receipts, in its order."""
        with self.database.transaction() as cursor:
            cursor.execute(
                "select key, value from register.outbox where topic = %s order by ordinal", (receipt_topic(agency),)
            )
            return [(bytes(key), bytes(value)) for key, value in cursor.fetchall()]

    def _message(self, sent: Fields | bytes) -> Message:
        """A message whose offset counts those of its own topic alone, as in Kafka."""
        message = super()._message(sent)
        message = replace(message, offset=self._offsets_of[message.topic])
        self._offsets_of[message.topic] += 1
        return message
