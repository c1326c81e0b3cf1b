"""A child's life step by step: the submissions of agencies, as facts of its chronology."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.timeline import Fact, FactKind
from domain.vocabulary import RESTRICTED_SOURCE

BORN = "1991-11-09"
OF_AGE, PAST_AGE = "1996-12-31", "2008-06-28"
"""The first day of school age of one born on BORN, and the first day after it (27 June 2008 was the last Friday)."""
NORTH, EAST = "E06999001", "E06999002"


@dataclass
class Life:
    """Each method tells one thing; `facts` are in order of record and version."""

    facts_by_record: dict[str, list[Fact]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> list[Fact]:
        return [fact for record in sorted(self.facts_by_record) for fact in self.facts_by_record[record]]

    def known(
        self, record: str, on: str = "1996-01-01", born: str | None = BORN, place: str | None = NORTH, sure: bool = True
    ) -> "Life":
        """An agency, called as the record is, registers the child."""
        return self._add(record, FactKind.REGISTERED, on, born, place, sure)

    def amended(self, record: str, on: str, born: str | None = BORN, place: str | None = NORTH) -> "Life":
        return self._add(record, FactKind.AMENDED, on, born, place, True)

    def secret(self, record: str, on: str = "1996-01-01") -> "Life":
        """A sensitive agency registers the child."""
        self.sources[record] = RESTRICTED_SOURCE
        return self._add(record, FactKind.REGISTERED, on)

    def deregistered(self, record: str, on: str, reason: str = "moved-away") -> "Life":
        return self._add(record, FactKind.DEREGISTERED, on, reason)

    def removed(self, record: str, on: str, reason: str | None = None) -> "Life":
        return self._add(record, FactKind.REMOVED, on, reason)

    def begins(
        self, record: str, service: str, on: str, number: int = 1, at: str | None = "Z1", lead: bool = False
    ) -> "Life":
        return self._add(record, FactKind.STARTED, on, service, at, lead, number=number)

    def ends(self, record: str, on: str, number: int = 1) -> "Life":
        return self._add(record, FactKind.ENDED, on, number=number)

    def raises(self, record: str, flag: str, on: str, number: int = 1, answered: bool = True) -> "Life":
        return self._add(record, FactKind.RAISED, on, flag, None, answered, number=number)

    def lowers(self, record: str, on: str, number: int = 1) -> "Life":
        return self._add(record, FactKind.LOWERED, on, number=number)

    def _add(
        self,
        record: str,
        kind: FactKind,
        on: str,
        word: str | None = None,
        place: str | None = None,
        sure: bool | None = None,
        number: int = 0,
    ) -> "Life":
        facts = self.facts_by_record.setdefault(record, [])
        source = self.sources.get(record, f"urn:agency:{record}")
        version = len(facts) + 1
        agency = self.kinds.get(record) if kind in (FactKind.REGISTERED, FactKind.AMENDED) else None
        facts.append(Fact(record, version, kind, number, on, f"{on}T09:00:00Z", source, word, place, sure, agency))
        return self


def girl() -> Life:
    """The memo's case: child benefit, two hospitals, two GPs, two authorities, no school."""
    life = Life().known("benefit", "1999-06-14").known("ward", "1999-07-14").known("clinic", "1999-07-24", place=EAST)
    life.known("gp-one", "1999-06-21").known("gp-two", "1999-11-02", place=EAST)
    life.begins("ward", "hospital", "1999-07-14", at="HN").ends("ward", "1999-07-15")
    life.begins("clinic", "hospital", "1999-07-24", at="HE").ends("clinic", "1999-08-06")
    return life.begins("gp-one", "gp", "1999-06-21", at="Z90006").begins("gp-two", "gp", "1999-11-02", at="Z90005")


def days_about(facts: list[Fact]) -> Iterator[str]:
    """Every day on which anything may change, and days between."""
    yield from sorted({fact.day for fact in facts} | {BORN, OF_AGE, PAST_AGE, "1994-06-01", "2001-01-01", "2009-11-09"})
