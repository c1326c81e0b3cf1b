"""Which schema has the live views of this version: the first thing that a transaction reads, in its own snapshot.

No statement names a schema. `use_live` sets it for the transaction, by a row read in the snapshot in which the
transaction reads on; so whoever reads finds one whole schema, whatever takes its place meanwhile, and who
forgets it finds no table at all.
"""

from weakref import WeakKeyDictionary

from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.prepared import Prepared
from projections.engine import locks
from projections.engine.schema import definition

_LIVE = Prepared(
    "live_schema",
    ("text", "bool"),
    "select name, set_config('search_path', name, true),"  # noqa: S608
    f" pg_try_advisory_xact_lock_shared({locks.READ}, hashtext(name)),"
    f" not $2 or pg_try_advisory_lock_shared({locks.LEASE}, hashtext($1))"
    " from projection.schemas where definition = $1 and state = 'live'",
)
_leases: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()
"""The definitions of which each connection holds the lease."""


class ViewsNotBuilt(Exception):
    """There are no complete views of this version, so nothing is answered from any; the text says how far they are."""


def use_live(cursor: Cursor, of: str | None = None) -> str:
    """Sets the schema that the statements of the cursor's transaction mean, and returns its name; raises ViewsNotBuilt.

    `of` is a definition, by default that of this version. From then on the connection holds its lease: while it lasts,
    nobody drops what is live of that definition. The transaction itself keeps the very schema.
    """
    wanted = of or definition()
    leases = _leases.setdefault(cursor.connection, set())
    _LIVE.execute(cursor, (wanted, wanted not in leases))
    found = cursor.fetchone()
    if found is None:
        raise ViewsNotBuilt(_progress(cursor, wanted))
    name, _, kept, leased = found
    if leased:
        leases.add(wanted)
    if not kept or not leased:
        raise ViewsNotBuilt("the views of this version are being dropped, and will be built again")
    return str(name)


def take_lease(cursor: Cursor, of: str | None = None) -> None:
    """Keeps whatever there is of a definition, by default this one, from being dropped, while the connection lasts."""
    cursor.execute("select pg_advisory_lock_shared(%s, hashtext(%s))", (locks.LEASE, of or definition()))


def _progress(cursor: Cursor, wanted: str) -> str:
    cursor.execute(
        "select messages, of_messages, refusal from projection.schemas"
        " where definition = %s and state in ('building', 'refused') order by begun_at desc limit 1",
        (wanted,),
    )
    row = cursor.fetchone()
    if row is None:
        return "the views of this version are not built yet; run a projector of this version, which builds them"
    done, total, refusal = row
    if refusal:
        return f"the views of this version cannot be built: {refusal}"
    return f"the views of this version are being built, {done:,} of {total:,} messages are in them; try again later"
