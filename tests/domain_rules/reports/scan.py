"""What reports find on one day, found anew by looking at every fact: slow, plain, and the yardstick for the walk."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from domain.belief import Origin, Statement, believed_authority, believed_birth, birth_statement
from domain.education import birthday, is_of_school_age
from domain.reports import gp_registrations
from domain.timeline import Fact
from domain.timeline.changes import ALONE, CERTAIN, DOUBTFUL
from domain.vocabulary import RESTRICTED_SOURCE, UNIVERSAL_SERVICES


class OnDay:
    """What holds for a child on a day, from all facts."""

    def __init__(self, facts: Iterable[Fact], day: str) -> None:
        records: defaultdict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            records[fact.stream].append(fact)
        self.day = day
        records = {stream: facts for stream, facts in records.items() if facts[0].source != RESTRICTED_SOURCE}
        gone = [r[-1] for r in records.values() if r[-1].kind == "removed" and r[-1].word]
        self.records = {stream: facts for stream, facts in records.items() if facts[-1].kind != "removed"}
        self.registered = [r for r in self.records.values() if any(f.kind == "registered" and f.day <= day for f in r)]
        self.spans = [span for facts in self.records.values() for span in _spans(facts)]
        self.current = [s for s in self.spans if s["begins"] <= day < (s["ends"] or "9999")]
        self.working = [s for s in self.current if s["kind"] == "started"]
        self.services = {s["fact"].word for s in self.working}
        self.flags = [s for s in self.current if s["kind"] == "raised"]
        self.born = self._born()
        self.seen: set[str] = set()
        self.doubted: str | None = None
        self.gone = self._gone(gone)
        self.authority = self._authority()

    def _born(self) -> str | None:
        latest = [[f for f in facts if f.kind in ("registered", "amended")][-1] for facts in self.records.values()]
        return believed_birth(
            birth_statement(f.word, not f.sure, _origin(f, self.records[f.stream]))
            for f in latest
            if f.source != RESTRICTED_SOURCE
        )[0]

    def _gone(self, removed: Sequence[Fact]) -> str | None:
        """`died`, or `left-england` where nothing was begun after that."""
        reasons = [(f.word, f.day, f.source, DOUBTFUL if f.aside else ALONE) for f in removed if f.day <= self.day]
        for facts in self.records.values():
            standings = [f for f in facts if f.kind in ("registered", "deregistered")]
            for fact, after in zip(standings, [*standings[1:], None], strict=True):
                last = after is None and fact.word == "died"
                left = fact.word == "left-england" and (after is None or after.kind == "registered")
                in_error = standings[-1].word == "registered-in-error"
                if fact.kind == "deregistered" and fact.day <= self.day and not in_error and (last or left):
                    reasons.append((fact.word, fact.day, fact.source, _weight(facts)))
        told = [(f.day, f.source) for facts in self.records.values() for f in facts if f.kind == "registered"]
        told += [(span["begins"], span["fact"].source) for span in self.spans if span["kind"] == "started"]
        returned = max((day for day, _ in told if day <= self.day), default="")
        reasons = [each for each in reasons if each[0] == "died" or each[1] >= returned]
        for word in ("left-england", "died"):
            said = {
                source: max(w for r, _, s, w in reasons if (r, s) == (word, source))
                for r, _, source, _ in reasons
                if r == word
            }
            others = self._holding() - said.keys()
            weight = max(said.values(), default=None)
            if len(said) == 1 and others and (weight == DOUBTFUL or (word == "died" and weight == ALONE)):
                self.doubted = word
            if len(said) == 1 and others and weight == DOUBTFUL:
                reasons = [each for each in reasons if each[0] != word]
        died = [day for word, day, *_ in reasons if word == "died"]
        left = [day for word, day, *_ in reasons if word == "left-england"]
        flags = [(span["begins"], span["fact"].source) for span in self.spans if span["kind"] == "raised"]
        if died:
            certain = [day for word, day, _, weight in reasons if (word, weight) == ("died", CERTAIN)]
            gone_on = max([min(died), *certain])
            itself = {source: day for word, day, source, _ in sorted(reasons, key=itemgetter(1)) if word == "died"}
            self.seen = {
                source
                for on, source in (*told, *flags)
                if max(gone_on, itself.get(source, "")) < on <= self.day and source != RESTRICTED_SOURCE
            }
            return "died"
        if not left:
            return None
        self.seen = _since(min(left), flags, self.day)
        return "left-england"

    def _holding(self) -> set[str]:
        """The ordinary agencies that hold the child on the day."""
        return {
            facts[0].source
            for facts in self.records.values()
            if facts[0].source != RESTRICTED_SOURCE and _is_active([f for f in facts if f.day <= self.day])
        }

    def _authority(self) -> str | None:
        addresses = []
        for facts in self.records.values():
            particulars = [f for f in facts if f.kind in ("registered", "amended") and f.day <= self.day]
            if particulars and particulars[-1].place and particulars[-1].source != RESTRICTED_SOURCE:
                until_then = [f for f in facts if f.day <= self.day]
                addresses.append(Statement(particulars[-1].place, _origin(particulars[-1], until_then)))
        return believed_authority(addresses)

    def authority_of(self, stream: str) -> str | None:
        particulars = [f for f in self.records[stream] if f.kind in ("registered", "amended") and f.day <= self.day]
        return particulars[-1].place if particulars else None

    @property
    def grown_up(self) -> bool:
        return self.born is not None and self.day >= birthday(date.fromisoformat(self.born), 18).isoformat()

    @property
    def is_child(self) -> bool:
        return bool(self.registered) and self.gone is None and not self.grown_up

    @property
    def of_school_age(self) -> bool:
        return self.born is None or is_of_school_age(date.fromisoformat(self.born), date.fromisoformat(self.day))


def _since(gone_on: str, told: Iterable[tuple[str, str]], day: str) -> set[str]:
    """Who told of the child after that day; nothing of sensitive agencies."""
    return {source for on, source in told if gone_on < on <= day and source != RESTRICTED_SOURCE}


def on_lists(facts: Iterable[Fact], day: str) -> dict[str, tuple[str, str | None]]:
    """Report → status and authority, of every report that the child is on, and `education`."""
    at = OnDay(facts, day)
    found: dict[str, str] = {}
    if at.registered and at.of_school_age:
        found |= _education(at)
    if at.registered and any(s["fact"].word == "missing-education-enquiry" for s in at.flags):
        found["education-enquiries"] = found.get("missing-education") or found.get("education") or "not-of-age"
    doubt = at.gone if at.gone and at.seen else at.doubted
    if doubt and not at.grown_up:
        found["gone-in-doubt"] = doubt
    if at.is_child:
        found |= _of_children(at)
    return {report: (status, at.authority) for report, status in found.items()}


def _education(at: OnDay) -> dict[str, str]:
    if at.gone:
        return {"education": at.gone}
    if taught := at.services & {"education", "home-education"}:
        return {"education": "placed" if "education" in taught else "home-educated"}
    before = [s for s in at.spans if s["fact"].word in ("education", "home-education") and s["begins"] <= at.day]
    return {"missing-education": "reported-absent" if before else "not-reported"}


def _of_children(at: OnDay) -> dict[str, str]:
    found = {}
    gps = [(s["fact"].source, s["fact"].place) for s in at.working if s["fact"].word == "gp"]
    if not gps:
        found["no-gp"] = "none"
    elif gp_registrations(gps) > 1:
        found["several-gps"] = "several"
    led = any(s["fact"].sure for s in at.working)
    if len(at.services) >= 3 and at.services - UNIVERSAL_SERVICES and not led:
        found["no-lead-professional"] = "none"
    if any(not s["fact"].sure for s in at.flags):
        found["flags-without-contact"] = "silent"
    there = {at.authority_of(s["fact"].stream) for s in at.working} - {None}
    if at.authority and there - {at.authority}:
        found["services-left-behind"] = "left-behind"
    return found


def _weight(facts: Sequence[Fact]) -> int:
    """How much the word of the record weighs that the child is gone."""
    agency = [f for f in facts if f.kind in ("registered", "amended")][-1].agency
    if facts[0].aside or agency in ("voluntary", "police", "youth-offending", "assessment"):
        return DOUBTFUL
    return CERTAIN if agency in (None, "death-registration") else ALONE


def _origin(fact: Fact, facts: Sequence[Fact]) -> Origin:
    return Origin(fact.stream, fact.source, fact.agency, not _is_active(facts), fact.time)


def _is_active(facts: Sequence[Fact]) -> bool:
    statuses = [f.kind for f in facts if f.kind in ("registered", "deregistered")]
    return bool(statuses) and statuses[-1] == "registered"


def _spans(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Involvements and flags of one record: what became true later holds, and an end is not before what it ends."""
    spans: list[dict[str, Any]] = []
    for kind, end in (("started", "ended"), ("raised", "lowered")):
        for number in sorted({f.number for f in facts if f.kind == kind}):
            begun = [f for f in facts if f.kind == kind and f.number == number]
            first = (begun[0].time, begun[0].version + 0.5)
            told = [((f.time, float(f.version)), f) for f in begun]
            told += [(max((f.time, float(f.version)), first), f) for f in facts if f.kind == end and f.number == number]
            of_one: list[dict[str, Any]] = []
            for _, fact in sorted(told, key=lambda each: each[0]):
                if fact.kind == end:
                    if of_one:
                        of_one[-1]["ends"] = max(fact.day, of_one[-1]["begins"])
                    continue
                if of_one and (of_one[-1]["ends"] is None or fact.day < of_one[-1]["ends"]):
                    of_one.pop()
                of_one.append({"kind": kind, "fact": fact, "begins": fact.day, "ends": None})
            spans += of_one
    return spans
