"""The circumstances of a child on a day, advanced from each day with a change to the next."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from domain.belief import Origin, Statement, believed_authority
from domain.birth import GROWN_UP
from domain.education import birthday, compulsory_from, compulsory_until
from domain.organisations import successions
from domain.places import days_of_change
from domain.timeline.changes import ALONE, CERTAIN, DIED, DOUBTFUL, FIRST, LAST, LEFT_ENGLAND, Change, Key, Records
from domain.vocabulary import NEED_FLAGS, RESTRICTED_SOURCE, UNIVERSAL_SERVICES, Flag, Service


class CurrentInvolvement(NamedTuple):
    """A current involvement: `record` is the stream that it comes from.

    `organisation` is its `organisation_key`; for a school or practice, the code that is valid on the day.
    """

    service: str
    organisation: str | None
    lead: bool
    source: str
    record: str


class CurrentFlag(NamedTuple):
    """A raised flag; `has_contact` is True if its contact can be reached by telephone or e-mail."""

    flag: str
    has_contact: bool
    source: str
    raised_on: str
    record: str


class Circumstances:
    """A child on `day`. Read it and do not keep it: `timeline_cursor` advances the same object.

    - `age` is in years, None where the date of birth is not known; `school_age` is True then, so that nobody is missed.
    - `known` is True if any agency has registered the child by now; `known_to` is source → day of the ordinary ones.
    - `reported_since` is source → day of agencies that reported of the child after another agency's report that it had
      died or left England.
    """

    def __init__(self, born: str | None, believed: Collection[str] = ()) -> None:
        self.day = ""
        self.born = born
        self.age: int | None = None
        self.school_age = born is None
        self.known = False
        self.known_to: dict[str, str] = {}
        self.involvements: dict[Key, CurrentInvolvement] = {}
        self.services: Counter[str] = Counter()
        self.leads = 0
        self.taught_before = False
        self.flags: dict[Key, CurrentFlag] = {}
        self.enquiry_ended_on: str | None = None
        self.died = False
        self.left_england = False
        self.reported_since: dict[str, str] = {}
        self._reported_gone: dict[str, dict[str, int]] = {}
        self._registered: dict[str, bool] = {}
        self._sources: dict[str, str] = {}
        self._believed = believed
        self._addresses: dict[str, tuple[Origin, str]] = {}
        self._authority: str | None = None
        self._authority_in_doubt = False

    @property
    def here(self) -> bool:
        """Whether the child is alive and in England, as far as agencies have reported."""
        return not (self.died or self.left_england)

    @property
    def in_need(self) -> bool:
        """Whether an additional service works with the child, or one of NEED_FLAGS is up."""
        return any(service not in UNIVERSAL_SERVICES for service in self.services) or any(
            flag.flag in NEED_FLAGS for flag in self.flags.values()
        )

    @property
    def doubted(self) -> str | None:
        """`died` or `left-england` where one agency, no register of deaths, reports it and others hold the child."""
        for reason, weights in self._reported_gone.items():
            weight = max(weights.values())
            in_doubt = weight == DOUBTFUL or (reason == DIED and weight == ALONE)
            if in_doubt and len(weights) == 1 and self.held_by(weights):
                return reason
        return None

    def held_by(self, but: Collection[str] = ()) -> dict[str, str]:
        """The ordinary agencies that hold the child, except those given: source → day since which they know it."""
        holding = {self._sources[record] for record, active in self._registered.items() if active}
        return {source: self.known_to[source] for source in holding - set(but) if source in self.known_to}

    def reported_gone_by(self, reason: str) -> Collection[str]:
        """The agencies that report this reason, `died` or `left-england`, since the child was last here."""
        return self._reported_gone.get(reason, {}).keys()

    @property
    def gone_by(self) -> Collection[str]:
        """The agencies that report that the child died or left England."""
        return {source for weights in self._reported_gone.values() for source in weights}

    @property
    def authority(self) -> str | None:
        """The authority that the child is believed to live in."""
        if self._authority_in_doubt:
            self._authority = self._weigh_authority()
            self._authority_in_doubt = False
        return self._authority

    def authority_of(self, record: str) -> str | None:
        """The authority of the child's address in one record."""
        address = self._addresses.get(record)
        return address[1] if address else None

    def _weigh_authority(self) -> str | None:
        """From the believed records; where they have only one authority, there is nothing to weigh."""
        found = {record: each for record, each in self._addresses.items() if record in self._believed}
        if len({authority for _, authority in found.values()}) < 2:
            return next((authority for _, authority in found.values()), None)
        return believed_authority(
            Statement(authority, origin._replace(deregistered=not self._registered.get(record, False)))
            for record, (origin, authority) in found.items()
        )

    def register(self, record: str, source: str) -> None:
        """An agency registers the child, which shows that it is in England; a sensitive one only makes it `known`."""
        self.known = True
        if source == RESTRICTED_SOURCE:
            return
        self._registered[record] = True
        self._sources[record] = source
        self._authority_in_doubt = True
        self.known_to.setdefault(source, self.day)
        self._take_report(source, returns=True)

    def set_address(self, origin: Origin, authority: str | None) -> None:
        """A record has another address, or none."""
        self._authority_in_doubt = True
        if authority is None:
            self._addresses.pop(origin.stream, None)
        else:
            self._addresses[origin.stream] = (origin, authority)

    def deregister(self, record: str) -> None:
        """An agency no longer holds the child."""
        self._registered[record] = False
        self._authority_in_doubt = True
        self._weigh()

    def leave(self, reason: str, source: str, weight: int, _: str = "") -> None:
        """An agency reports that the child died or left England; `weight` is DOUBTFUL, ALONE or CERTAIN.

        When that was recorded changes nothing here: it does for retention.
        """
        if reason == DIED:
            self.reported_since.pop(source, None)
            if weight == CERTAIN or DIED not in self._reported_gone:
                self.reported_since.clear()
        weights = self._reported_gone.setdefault(reason, {})
        weights[source] = max(weight, weights.get(source, DOUBTFUL))
        self._weigh()

    def _weigh(self) -> None:
        """Decides whether the child died or left England; a DOUBTFUL report does not outweigh those who hold it."""
        if not self._reported_gone:
            return
        self.died, self.left_england = self._is_gone(DIED), self._is_gone(LEFT_ENGLAND)

    def _is_gone(self, reason: str) -> bool:
        weights = self._reported_gone.get(reason, {})
        return bool(weights) and (max(weights.values()) > DOUBTFUL or len(weights) > 1 or not self.held_by(weights))

    def start(self, key: Key, service: str, organisation: str | None, lead: bool, source: str) -> None:
        """A practitioner begins to work with the child, which shows that it is in England."""
        self._take_report(source, returns=True)
        if organisation is not None:
            organisation = successions().code_on(service, organisation, self.day)
        self.involvements[key] = CurrentInvolvement(service, organisation, bool(lead), source, key[0])
        self.services[service] += 1
        self.leads += bool(lead)
        if service in _TEACHING:
            self.taught_before = True

    def end(self, key: Key) -> None:
        """An involvement ends."""
        ended = self.involvements.pop(key)
        self.leads -= ended.lead
        self.services[ended.service] -= 1
        if not self.services[ended.service]:
            del self.services[ended.service]

    def raise_flag(self, key: Key, flag: str, _: object, has_contact: bool, source: str) -> None:
        """A flag is raised."""
        self._take_report(source, returns=False)
        self.flags[key] = CurrentFlag(flag, bool(has_contact), source, self.day, key[0])

    def _take_report(self, source: str, *, returns: bool) -> None:
        """An agency reports of the child; if it shows that the child is in England (`returns`), it has not left."""
        if returns:
            self._reported_gone.pop(LEFT_ENGLAND, None)
            self.left_england = False
            self._weigh()
        if not self._reported_gone:
            self.reported_since.clear()
        else:
            self.reported_since.setdefault(source, self.day)

    def lower_flag(self, key: Key) -> None:
        """A flag is lowered."""
        if self.flags.pop(key).flag == _ENQUIRY:
            self.enquiry_ended_on = self.day

    def rename_places(self) -> None:
        """Codes of authorities or organisations are one place from now on; what depends on them is updated."""
        became = successions()
        for key, each in self.involvements.items():
            if each.organisation is not None:
                code = became.code_on(each.service, each.organisation, self.day)
                self.involvements[key] = each._replace(organisation=code)

    def begin_school_age(self) -> None:
        """The child is of compulsory school age from now on."""
        self.school_age = True

    def end_school_age(self) -> None:
        """The child is no longer of compulsory school age."""
        self.school_age = False

    def reach_age(self, age: int) -> None:
        """A birthday."""
        self.age = age


_TEACHING = frozenset({Service.EDUCATION, Service.HOME_EDUCATION})
_ENQUIRY = Flag.MISSING_EDUCATION_ENQUIRY


def timeline_cursor(
    of_child: Records, ages: Sequence[int] = (GROWN_UP,), last: str | None = None
) -> Iterator[Circumstances]:
    """The circumstances at the end of each day with a change, in order of days: one object, advanced.

    The birthdays of `ages` and the bounds of compulsory school age are changes too, and may lie in the future. Without
    a record nothing is yielded. Days after `last`, an ISO date, are left out.
    """
    records, changes = of_child.held, [*of_child.ends]
    if not records:
        return
    for record in records:
        changes += record.changes
    places = {arguments[1] for _, _, name, arguments in changes if name == "set_address"} - {None}
    days = days_of_change(places)
    became = successions()
    if became.each:
        for _, _, name, arguments in changes:
            if name == "start" and arguments[2] is not None:
                days |= became.days_of_change(arguments[1], arguments[2])
    changes += [(day, FIRST, "rename_places", ()) for day in days]
    born = of_child.birth
    if born:
        changes += _ages(born, tuple(ages))
    changes.sort(key=_WHEN)
    now = Circumstances(born, {record.stream for record in of_child.believed})
    for day, of_day in groupby(changes, _DAY):
        if last is not None and day > last:
            return
        now.day = day
        for _, _, name, arguments in of_day:
            getattr(now, name)(*arguments)
        yield now


_DAY = itemgetter(0)
_WHEN = itemgetter(0, 1)
_LAST_YEAR = date.max.year - 100
"""With a later year of birth, birthdays lie beyond the calendar."""


@lru_cache(maxsize=16_384)
def _ages(date_of_birth: str, ages: Sequence[int]) -> Sequence[Change]:
    """Cached, for it is the same for all who were born on one day, and there are fewer days than children."""
    born = date.fromisoformat(date_of_birth)
    if born.year > _LAST_YEAR:
        return ()
    days: list[Change] = [
        (compulsory_from(born).isoformat(), LAST, "begin_school_age", ()),
        ((compulsory_until(born) + timedelta(days=1)).isoformat(), LAST, "end_school_age", ()),
        (born.isoformat(), LAST, "reach_age", (0,)),
    ]
    return days + [(birthday(born, age).isoformat(), LAST, "reach_age", (age,)) for age in ages]
