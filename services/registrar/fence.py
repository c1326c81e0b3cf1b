"""The fence of the one writer: only the registrar that took it last may append.

An advisory lock says who tries to be active, but it belongs to a connection, and can be lost while its registrar goes
on. So each transaction that writes compares the fence and holds its row until commit: one that began before the fence
was taken ends first, one that begins afterwards is refused. Whoever takes the fence then reads all that was written.
"""

from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812


class FenceLost(Exception):
    """Another registrar has taken over: nothing was written, and nothing of this one's memory may be used again."""


class Fence(NamedTuple):
    """The right to write, until somebody else takes it; `holder` is a random number of its own for each take-over."""

    holder: str

    def check(self, cursor: Cursor) -> None:
        """Call it first in a transaction that writes; raises FenceLost."""
        cursor.execute("select from register.fence where holder = %s for share", (self.holder,))
        if cursor.rowcount != 1:
            raise FenceLost("another registrar has taken over")


def take_fence(cursor: Cursor) -> Fence:
    """Takes the right to write from whoever had it, waiting for the end of a transaction of theirs.

    Do so while holding the registrar's lock, in a transaction that ends at once.
    """
    cursor.execute("update register.fence set holder = gen_random_uuid(), taken_at = now() returning holder::text")
    ((holder,),) = cursor.fetchall()
    return Fence(holder)
