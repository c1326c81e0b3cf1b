"""How much of something is taken of each agency, or user, within an hour or a day; beyond that less is done.

The counts are written in the transaction of the batch that they come from, so whatever comes counts once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, Self

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.access_log.notices import NoticeKind, alarm
from domain.vocabulary import agency_urn
from services.registers import (
    DESTRUCTIONS,
    INVALID,
    OPENED_SHIELDS,
    REMOVALS,
    RETENTION,
    RETURNS,
    RETURNS_OF_GONE,
    SUSPICIONS,
    BudgetUse,
)
from services.submission_contract.decisions import DecisionType
from streams.kafka.topics import UNCLAIMED, notices_topic
from streams.store.outbox import Message

MOST_INVALID = 1_000
"""Invalid messages of an agency that are kept within an hour."""
MOST_SUSPICIONS = 500
"""Times that an agency's records, being like a shielded child's, are held back within a day and queued. Where one child
of two hundred is shielded, an agency that reports 100,000 children for the first time comes to about as many."""
MOST_DESTRUCTIONS = 20
"""Children, or records of ten, that one user may destroy within a day: a stolen credential empties no directory."""
MOST_REMOVALS = 200
"""Records that one user may remove within a day: their numbers are refused for ever. A whole agency is suspended."""
MOST_OPENED_SHIELDS = 50
"""Shields that one user may lift, or hand over, within a day."""
MOST_OF_RETENTION = 5_000
"""Children whom one user's runs of retention may archive, bring back or destroy within a day."""
MOST_RETURNS = 200
"""Archived people, grown up, whom one agency's submissions bring back within a day at once, and as many who were only
believed dead. Whoever is not due any more by what is sent beyond that comes back with the next run; who only is
registered stays archived. Whom the submission itself says to be a child is in neither number."""
DAYS_KEPT = {
    INVALID: 7,
    SUSPICIONS: 366,
    DESTRUCTIONS: 7,
    REMOVALS: 7,
    OPENED_SHIELDS: 7,
    RETENTION: 7,
    RETURNS: 366,
    RETURNS_OF_GONE: 366,
}
"""As long as dead letters, and as long as an access report looks back."""


class Limits(NamedTuple):
    """How many invalid messages of an agency are kept within an hour, and how many suspicions queued within a day.

    And how many archived people it brings back within a day, of those who are grown up, and of those believed dead.

    And how many times a user may destroy, remove records, lift or hand over shields, and run retention for a child
    within a day.
    """

    invalid: int = MOST_INVALID
    suspicions: int = MOST_SUSPICIONS
    destructions: int = MOST_DESTRUCTIONS
    removals: int = MOST_REMOVALS
    opened_shields: int = MOST_OPENED_SHIELDS
    retention: int = MOST_OF_RETENTION
    returns: int = MOST_RETURNS


class Budget:
    """What is taken of each agency from `since` until `until`, at most so many; `read` reads how many were before."""

    def __init__(self, what: str, since: datetime, until: datetime, most: int) -> None:
        self.what = what
        self.since = since
        self.until = until
        self.most = most
        self._before: dict[str, int] = {}
        self._taken: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])

    @classmethod
    def of_the_hour(cls, what: str, now: datetime, most: int) -> Self:
        """The budget of the hour in which `now` is."""
        since = now.replace(minute=0, second=0, microsecond=0)
        return cls(what, since, since + timedelta(hours=1), most)

    @classmethod
    def of_the_day(cls, what: str, now: datetime, most: int) -> Self:
        """The budget of the day, of UTC, in which `now` is."""
        since = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(what, since, since + timedelta(days=1), most)

    def read(self, cursor: Cursor, agencies: Collection[str]) -> None:
        """Reads what these agencies have spent of it."""
        cursor.execute(
            "select agency, within from register.budgets where what = %s and since = %s and agency = any(%s)",
            (self.what, self.since, sorted(agencies)),
        )
        self._before = dict(cursor.fetchall())

    def has_room(self, agency: str, number: int = 1) -> bool:
        """Whether so many more of the agency's are within the budget."""
        taken = self._taken[agency][0] if agency in self._taken else 0
        return self._before.get(agency, 0) + taken + number <= self.most

    def takes(self, agency: str, number: int = 1) -> bool:
        """Counts so many more of the agency's; False where they are beyond the budget."""
        has_room = self.has_room(agency, number)
        self._taken[agency][not has_room] += number
        return has_room

    @property
    def taken(self) -> list[BudgetUse]:
        """What was counted since it was read."""
        return [BudgetUse(self.what, agency, self.since, *taken) for agency, taken in sorted(self._taken.items())]


def write_spent(cursor: Cursor, rows: Iterable[BudgetUse]) -> list[BudgetUse]:
    """Adds what was counted, forgets what is older than DAYS_KEPT; returns what is beyond a budget from now on."""
    used_up = []
    for row in rows:
        cursor.execute(
            "insert into register.budgets as b (what, agency, since, within, beyond) values (%s, %s, %s, %s, %s)"
            " on conflict (what, agency, since) do update"
            " set within = b.within + excluded.within, beyond = b.beyond + excluded.beyond returning beyond",
            row,
        )
        if row.beyond and cursor.fetchone() == (row.beyond,):
            used_up.append(row)
        oldest = row.since - timedelta(days=DAYS_KEPT[row.what])
        cursor.execute("delete from register.budgets where what = %s and since < %s", (row.what, oldest))
    return used_up


_ALARMING = {
    SUSPICIONS: NoticeKind.SUSPICIONS,
    RETURNS: NoticeKind.RETURNS,
    RETURNS_OF_GONE: NoticeKind.RETURNS,
}


def alarms(used_up: Iterable[BudgetUse], sensitive: Collection[str], recorded_at: str) -> list[Message]:
    """Messages, to data managers alone, of the agencies that have used up their suspicions, or returns, of a day."""
    made: list[Message] = []
    for each in used_up:
        if kind := _ALARMING.get(each.what):
            agency = None if agency_urn(each.agency) in sensitive else each.agency
            value = orjson.dumps(alarm(kind, agency, each.since.date().isoformat(), recorded_at))
            made.append((notices_topic(UNCLAIMED), (agency or UNCLAIMED).encode(), value, None))
    return made


class Budgets(NamedTuple):
    """What a batch may take of each agency: of invalid messages, of suspicions, and of returns from the archive.

    `of_gone` is for who was archived as dead or away alone, so that grown-ups don't use it up.
    """

    invalid: Budget
    suspicions: Budget
    returns: Budget
    of_gone: Budget

    @classmethod
    def at(cls, now: datetime, limits: Limits) -> Self:
        """The budgets of that moment, of which nothing is spent yet."""
        invalid = Budget.of_the_hour(INVALID, now, limits.invalid)
        suspicions = Budget.of_the_day(SUSPICIONS, now, limits.suspicions)
        returns, of_gone = (Budget.of_the_day(what, now, limits.returns) for what in (RETURNS, RETURNS_OF_GONE))
        return cls(invalid, suspicions, returns, of_gone)

    def read(self, cursor: Cursor, agencies: Collection[str]) -> None:
        """Reads what the agencies have spent."""
        for budget in self:
            budget.read(cursor, agencies)

    @property
    def taken(self) -> list[BudgetUse]:
        """What was counted since."""
        return [spent for budget in self for spent in budget.taken]


_OPENING = (DecisionType.SHIELD_LIFT, DecisionType.SHIELD_HAND_OVER)
COUNTED = frozenset({DecisionType.ERASE, DecisionType.RECORD_REMOVE, DecisionType.RETENTION_RUN, *_OPENING})
"""The types of decision of which a user has a budget."""


class StewardBudgets(NamedTuple):
    """What each user may decide within a day: to destroy, to remove records, to lift shields or hand them over, and for
    how many children to run retention.

    How many a destruction counts for is known only once its child is read.
    """

    destructions: Budget
    removals: Budget
    opened_shields: Budget
    retention: Budget

    @classmethod
    def at(cls, now: datetime, limits: Limits) -> Self:
        """The budgets of that moment, of which nothing is spent yet."""
        return cls(
            Budget.of_the_day(DESTRUCTIONS, now, limits.destructions),
            Budget.of_the_day(REMOVALS, now, limits.removals),
            Budget.of_the_day(OPENED_SHIELDS, now, limits.opened_shields),
            Budget.of_the_day(RETENTION, now, limits.retention),
        )

    def of(self, decision: str) -> Budget | None:
        """The budget of which a decision of that type takes one."""
        if decision == DecisionType.RECORD_REMOVE:
            return self.removals
        return self.opened_shields if decision in _OPENING else None

    def read(self, cursor: Cursor, users: Collection[str]) -> None:
        """Reads what the users have spent."""
        for budget in self:
            budget.read(cursor, users)

    @property
    def taken(self) -> list[BudgetUse]:
        """What was counted since."""
        return [spent for budget in self for spent in budget.taken]
