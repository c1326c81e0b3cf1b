"""The views and functions for readers, made in a schema of views beside the tables that they read.

Their text is in the files named here. Ten conditions stand in them like functions, and are written out when the
objects are made: `scoped()`, a reader's scope is set; `known(record)`, the record is no sensitive agency's, or the
reader is cleared; `gone(record)`, it is removed, or its agency is suspended and all of it set aside;
`taken_back(removal)`, it counts no more; `closed(id)`, the child or record is closed to the reader; `archived(child)`,
it is in the archive, and the reader reads nothing there, or only of those who went there later; `absorbed(child)`,
another child has taken it and all of its records; `unveiled(child)`, the child is not hidden from the reader;
`known_openly(child)`, a record of an ordinary agency was ever linked to it, or to one that it absorbed;
`like_now(likeness)`, that a record is like another is the latest word on both.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from domain.vocabulary import AUTHORITY_CODE, RESTRICTED_SOURCE

MOST_HOPS = 100
"""Longest chain of merges that is followed."""

_FILES = (
    "scope",
    "survivors",
    "directory",
    "shields",
    "archive",
    "search",
    "reports",
    "timeline",
    "duplicates",
    "access_log",
    "new_identities",
    "grants",
)

_TAKEN_BACK = (
    "exists (select from fact t where t.stream = {0}.stream and t.aspect = 'restoration' and t.version > {0}.version)"
)
"""A removal counts no more."""
GONE = (
    "(exists (select from fact f where f.stream = {0} and f.aspect = 'removal'"  # noqa: S608
    f" and not {_TAKEN_BACK.format('f')})"
    " or exists (select from suspended u where u.record = {0} and u.from_version = 1))"
)
"""A record counts for nothing."""

CLOSED = "exists (select from closed_identity k where k.id = {0} and k.closed)"
"""A child or a record is closed to everybody, but a custodian of identities and its sender."""

_COUNTS = (
    "not exists (select from suspended u where u.record = {0}.record and u.from_version > 1"
    " and u.from_version <= {0}.version)"
)
LIKE_NOW = (
    f"({{0}}.holds and {_COUNTS} and not exists (select from likeness later where later.record = {{0}}.record"
    f" and later.other = {{0}}.other and later.position > {{0}}.position and {_COUNTS.format('later')}))"
)
"""A record is like another, by the latest word of those versions of it that are not set aside.

What becomes of the other one changes nothing: an agency that amends or removes a shielded child's record, or is
suspended, must show nobody who is held back for being like it.
"""

_RESTRICTED = (
    f"coalesce((select true from history r where r.stream = {{0}} and r.source = '{RESTRICTED_SOURCE}' limit 1), false)"  # noqa: S608
)
"""One of the record's events shows in clear that it is a sensitive agency's, whatever else is sealed.

A scalar subquery, which Postgres evaluates row by row, by index; a join would scan all records.
"""

_LINKED_OPENLY = (
    "exists (select from history h where h.stream = {0} and h.type in ('ChildListed.v1', 'RecordLinked.v1')"
    f" and not {_RESTRICTED.format('''(h.data::json ->> 'record')::uuid''')})"
)
"""An ordinary agency's record was linked to the child itself."""

_ABSORBED = (
    "(exists (select from superseded m where m.child = {0} and m.by is not null)"
    " and not exists (select from link y where y.child = {0}))"
)
"""A child was absorbed, and all of its records have moved: another partition moves them, which may lag."""

_CONDITIONS = {
    "scoped": "(select is_set from reader)",
    "known": f"((select cleared from reader) or not {_RESTRICTED})",  # noqa: S608
    "gone": GONE,
    "taken_back": _TAKEN_BACK,
    "like_now": LIKE_NOW,
    "closed": "exists (select from closed_identity k where k.id = {0} and k.closed"
    " and (k.sender is null or k.sender <> (select agency from reader))"
    " and (select custodian from reader) <> 'identities')",
    "absorbed": _ABSORBED,
    "archived": "exists (select from archived_child k where k.child = {0} and k.since is not null"  # noqa: S608
    " and k.since < (select archive from reader)"
    f" and not {_ABSORBED.format('k.child')})",
    "unveiled": "not exists (select from veiled z where z.child = {0})",
    "known_openly": f"({_LINKED_OPENLY.format('{0}')} or exists (select from superseded k where k.by = {{0}}"
    f" and {_LINKED_OPENLY.format('k.child')}))",
}
_CONDITION = re.compile(rf"\b({'|'.join(_CONDITIONS)})\(([a-z_.]*)\)")
_VALUES = {"{authority}": AUTHORITY_CODE, "{most_hops}": str(MOST_HOPS)}


def barriers() -> Sequence[str]:
    """The statements that make the objects, in order, without a schema: each text holds those of one file."""
    return [_written_out(Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")) for name in _FILES]


def _written_out(text: str) -> str:
    for name, value in _VALUES.items():
        text = text.replace(name, value)
    return _CONDITION.sub(lambda found: _CONDITIONS[found[1]].format(found[2]), text)
