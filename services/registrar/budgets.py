"""How much of something is taken of each agency within an hour or a day; beyond that it is counted, and less is done.

The counts are written in the transaction of the batch that they come from, so whatever comes counts once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Self

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from services.registers import Spent

MOST_INVALID = 1_000
"""Invalid messages of an agency that are kept within an hour."""
DAYS_KEPT = 7
"""As long as dead letters."""


class Budget:
    """What is taken of each agency from `since` until `until`: at most so many; `read` knows how many were before."""

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

    def read(self, cursor: Cursor, agencies: Collection[str]) -> None:
        """Reads what these agencies have spent of it."""
        cursor.execute(
            "select agency, within from register.budgets where what = %s and since = %s and agency = any(%s)",
            (self.what, self.since, sorted(agencies)),
        )
        self._before = dict(cursor.fetchall())

    def takes(self, agency: str) -> bool:
        """Counts one more of the agency's; False where that is beyond the budget."""
        taken = self._taken[agency]
        is_beyond = self._before.get(agency, 0) + taken[0] >= self.most
        taken[is_beyond] += 1
        return not is_beyond

    @property
    def taken(self) -> list[Spent]:
        """What was counted since it was read."""
        return [Spent(self.what, agency, self.since, *taken) for agency, taken in sorted(self._taken.items())]


def write_spent(cursor: Cursor, rows: Iterable[Spent]) -> None:
    """Adds what was counted, and forgets what was before as long a time as dead letters are kept."""
    for row in rows:
        cursor.execute(
            "insert into register.budgets as b (what, agency, since, within, beyond) values (%s, %s, %s, %s, %s)"
            " on conflict (what, agency, since) do update"
            " set within = b.within + excluded.within, beyond = b.beyond + excluded.beyond",
            row,
        )
        cursor.execute("delete from register.budgets where since < %s", (row.since - timedelta(days=DAYS_KEPT),))
