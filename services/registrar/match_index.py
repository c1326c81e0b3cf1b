"""The match index in Postgres: the blocking keys of each record, the child it belongs to, and its features.

A key is kept as a digest of 64 bits: shorter than the facts in it, and a collision costs one comparison. The digest is
not there to hide anything, as the features are in the next table. Keys of hidden children's records are in a table of
their own, so that whatever is counted or cut off under a key is the same without them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Candidate, Features
from domain.matching.blocking import (
    KEY_WEIGHT,
    MOST_CHILDREN,
    MOST_HIDDEN,
    MOST_IN_A_BLOCK,
    blocking_keys,
    likeliest,
)
from domain.matching.shared import MOST_FAMILIES, keys_between, shared_keys
from projections.base.binary_copy import copy_rows

MOST_MET = MOST_CHILDREN + 8
"""Children that are looked up for a record: those that its batch hides take none of the places of those compared."""
HIDDEN_TABLES = ("hidden_children", "hidden_keys")


@dataclass(slots=True)
class IndexChanges:
    """What a batch changes: `put` has the child, features and keys of a record, `outdated` the keys it had before.

    `moved` has the child of each record that went to another one. `hidden` are children that are hidden from now on, or
    still are, `shown` those that are so no more. `removed` are the records that their agency or a steward
    has removed, each with its child.
    """

    put: dict[str, tuple[str, Features, Sequence[int]]] = field(default_factory=dict)
    outdated: dict[str, Sequence[int]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    removed: dict[str, str] = field(default_factory=dict)

    def rewrites(self, record: str) -> bool:
        """Whether what is stored of a record is replaced or taken out."""
        return record in self.put or record in self.outdated

    @property
    def growth(self) -> int:
        """How many records the index has more afterwards."""
        return len(self.put) - len(self.outdated)


def index_keys(features: Features) -> list[int]:
    """The blocking keys of a record as digests, in the form of the index."""
    return digests(blocking_keys(features))


def digests(keys: Iterable[str]) -> list[int]:
    """Keys in the form of the index."""
    return [int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True) for key in keys]


_MEET = f"""
    select wanted.number, stored.child::text, sum(met.weight)::int
      from unnest(%s::int[], %s::bigint[]) as wanted (number, key)
     cross join lateral (
           select array_agg(record) as records, {KEY_WEIGHT} / nullif(count(*), 0) as weight
             from (select record from register.{{0}} where key = wanted.key limit {MOST_IN_A_BLOCK + 1}) block
           ) met
     cross join lateral (
           select distinct child from register.match_index where record = any(met.records)
           ) stored
     where cardinality(met.records) <= {MOST_IN_A_BLOCK}{{1}}
     group by 1, 2"""  # noqa: S608
_MEET_VISIBLE = _MEET.format("match_keys", "")
_MEET_HELD_BACK = _MEET.format(
    "hidden_keys",
    " and not exists (select from register.shielded_records shielded where shielded.child = stored.child)",
)
"""A shielded child is found by who it is instead (`shielded_records.py`)."""


def children_met(cursor: Cursor, keys: Sequence[Sequence[int]]) -> list[list[str]]:
    """For the keys of each record, the likeliest of the children that have a record under one of them.

    Behind them come those that are held back: they take nobody's place, and count under no key.
    """
    met = _children_met(cursor, _MEET_VISIBLE, keys, MOST_MET)
    cursor.execute("select exists (select from register.hidden_keys)")
    if cursor.fetchone() == (False,):
        return met
    held_back = _children_met(cursor, _MEET_HELD_BACK, keys, MOST_HIDDEN)
    return [[*visible, *held] for visible, held in zip(met, held_back, strict=True)]


def _children_met(cursor: Cursor, statement: str, keys: Sequence[Sequence[int]], most: int) -> list[list[str]]:
    numbers = [number for number, each in enumerate(keys) for _ in each]
    cursor.execute(statement, (numbers, [key for each in keys for key in each]))
    weights: list[dict[str, int]] = [{} for _ in keys]
    for number, child, weight in cursor.fetchall():
        weights[number][child] = weight
    return [likeliest(each, most) for each in weights]


def candidates_of(cursor: Cursor, children: Iterable[str], records: Collection[str]) -> list[Candidate]:
    """Every record of the children named, and of those that the records named belong to, but for those set aside."""
    cursor.execute(_CANDIDATES, (list(_with_own(cursor, children, records)),))
    return [Candidate(record, child, features_as_read(stored)) for record, child, stored in cursor.fetchall()]


Sharers = Mapping[int, Sequence[Candidate]]
"""The records that have a contact or a home, by its key."""

_CANDIDATES = (
    "select record::text, child::text, features from register.match_index where child = any(%s::uuid[]) and not aside"
)
_CANDIDATES_AND_SHARERS = f"""
    select record::text, child::text, features, null::bigint as key
      from register.match_index where child = any(%(children)s::uuid[]) and not aside
     union all
    select record::text, child::text, case when child <> all(%(children)s::uuid[]) then features end, wanted.key
      from unnest(%(keys)s::bigint[], %(others)s::int[]) as wanted (key, others)
     cross join lateral (
           select array_agg(record) as records
             from (select record from register.match_keys where key = wanted.key limit {MOST_IN_A_BLOCK + 1}) block
           having count(*) + wanted.others > {MOST_FAMILIES}
           ) met
     cross join lateral (
           select array_agg(record) as records from register.match_index where record = any(met.records)
           having count(distinct child) + wanted.others > {MOST_FAMILIES}
           ) shared
      join register.match_index stored on stored.record = any(shared.records)"""  # noqa: S608


def candidates_and_sharers(
    cursor: Cursor, children: Iterable[str], records: Collection[str], described: Iterable[Features]
) -> tuple[list[Candidate], Sharers]:
    """The candidates as `candidates_of` finds them, and who shares the contacts and homes of the described.

    So too the contacts and homes that the records named had before, and those that several candidates have; these are
    read only where there are any. No hidden child is among the sharers: what is linked must not reveal them. Nor is
    anybody among them for what so few have, those described included, that it can't be many families'.
    """
    sharing = _sharing(described)
    candidates, sharers = _read_both(cursor, _with_own(cursor, children, records), sharing)
    own = set(records)
    more = _sharing(each.features for each in candidates if each.record in own)
    keys = {*more, *digests(keys_between(candidates))}
    if left := {key: more[key] for key in sorted(keys) if key not in sharing}:
        sharers |= _read_both(cursor, (), left)[1]
    return candidates, sharers


def _sharing(described: Iterable[Features]) -> Counter[int]:
    """How many of the described have each contact or home, by its key."""
    return Counter(key for features in described for key in digests(shared_keys(features)))


def _read_both(
    cursor: Cursor, children: Iterable[str], sharing: Mapping[int, int]
) -> tuple[list[Candidate], dict[int, list[Candidate]]]:
    wanted = {"children": list(children), "keys": list(sharing), "others": list(sharing.values())}
    cursor.execute(_CANDIDATES_AND_SHARERS, wanted)
    rows = cursor.fetchall()
    candidates = {
        record: Candidate(record, child, features_as_read(stored)) for record, child, stored, key in rows if key is None
    }
    sharers: dict[int, list[Candidate]] = {}
    for record, child, stored, key in rows:
        if key is not None:
            known = candidates[record] if stored is None else Candidate(record, child, features_as_read(stored))
            sharers.setdefault(key, []).append(known)
    return list(candidates.values()), sharers


def _with_own(cursor: Cursor, children: Iterable[str], records: Collection[str]) -> set[str]:
    """The children, and those that the records belong to."""
    wanted = set(children)
    if records:
        cursor.execute(
            "select distinct child::text from register.match_index where record = any(%s::uuid[])", (list(records),)
        )
        wanted.update(child for (child,) in cursor.fetchall())
    return wanted


def keys_of(cursor: Cursor, record: str) -> dict[str, list[int]]:
    """The keys of a record that is in the index, by itself; one that is set aside has none."""
    cursor.execute("select features, aside from register.match_index where record = %s::uuid", (record,))
    row = cursor.fetchone()
    if row is None:
        return {}
    features, aside = row
    return {record: [] if aside else index_keys(features_as_read(features))}


def count_records(cursor: Cursor) -> int:
    """How many records the index has."""
    cursor.execute("select count(*) from register.match_index")
    (count,) = cursor.fetchone() or (0,)
    return int(count)


def write_index(cursor: Cursor, changes: IndexChanges) -> None:
    """Writes what a batch changes."""
    changed = _write_hidden(cursor, changes)
    if changes.outdated:
        _delete(cursor, changes.outdated)
    rows: list[tuple[str, str, bytes]] = []
    visible: list[tuple[int, str]] = []
    hidden: list[tuple[int, str]] = []
    for record, (child, features, keys) in changes.put.items():
        rows.append((record, child, features_as_stored(features)))
        (hidden if child in changes.hidden else visible).extend([(key, record) for key in keys])
    copy_rows(cursor, "register.match_index", _INDEX, rows)
    copy_rows(cursor, "register.match_keys", _KEYS, visible)
    copy_rows(cursor, "register.hidden_keys", _KEYS, hidden)
    write_removed(cursor, changes.removed)
    move_records(cursor, changes.moved)
    if changed:
        _keep_hidden_apart(cursor, changed, ())


def write_removed(cursor: Cursor, child_of: Mapping[str, str]) -> None:
    """Keeps the child of each record that its agency has removed (record → child): that may be taken back."""
    if child_of:
        cursor.execute(
            "insert into register.removed_records (record, child) select * from unnest(%s::uuid[], %s::uuid[])"
            " on conflict (record) do update set child = excluded.child",
            (list(child_of.keys()), list(child_of.values())),
        )


def removed_children(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """The child of each of the records that its agency has removed."""
    cursor.execute(
        "select record::text, child::text from register.removed_records where record = any(%s::uuid[])",
        (list(records),),
    )
    return dict(cursor.fetchall())


def take_out(cursor: Cursor, records: Collection[str]) -> None:
    """Takes records out that their agency has removed."""
    changes = IndexChanges()
    cursor.execute(
        "select record::text, child::text, features, aside from register.match_index where record = any(%s::uuid[])",
        (list(records),),
    )
    for record, child, features, aside in cursor.fetchall():
        changes.removed[record] = child
        changes.outdated[record] = [] if aside else index_keys(features_as_read(features))
    write_index(cursor, changes)


def put_back(cursor: Cursor, restored: Mapping[str, tuple[str, Features]]) -> None:
    """Puts records back, each with its child and features, as set aside: under no key yet."""
    rows = [(record, child, features_as_stored(each), True) for record, (child, each) in restored.items()]
    copy_rows(cursor, "register.match_index", {**_INDEX, "aside": "boolean"}, rows)


def _write_hidden(cursor: Cursor, changes: IndexChanges) -> list[str]:
    """Writes which children are hidden; gives those that were not, and those that are so no more."""
    changed = []
    for children, statement in (
        (changes.hidden, "insert into register.hidden_children select unnest(%s::uuid[]) on conflict do nothing"),
        (changes.shown, "delete from register.hidden_children where child = any(%s::uuid[])"),
    ):
        if children:
            cursor.execute(f"{statement} returning child::text", (sorted(children),))
            changed += [child for (child,) in cursor.fetchall()]
    return changed


def _keep_hidden_apart(cursor: Cursor, children: Collection[str], records: Collection[str]) -> None:
    """Moves the keys of the children's records, and of these records, to where they belong."""
    cursor.execute(
        "select i.record::text, i.features, h.child is not null"
        " from register.match_index i left join register.hidden_children h on h.child = i.child"
        " where not i.aside and (i.child = any(%s::uuid[]) or i.record = any(%s::uuid[]))"
        " and (h.child is not null) <> exists (select from register.hidden_keys k where k.record = i.record)",
        (list(children), list(records)),
    )
    found = [(record, index_keys(features_as_read(stored)), hides) for record, stored, hides in cursor.fetchall()]
    write_keys(
        cursor,
        {record: keys for record, keys, _ in found},
        [(key, record) for record, keys, hides in found if not hides for key in keys],
        [(key, record) for record, keys, hides in found if hides for key in keys],
    )


def write_keys(
    cursor: Cursor,
    old: Mapping[str, Sequence[int]],
    visible: Sequence[tuple[int, str]],
    hidden: Sequence[tuple[int, str]],
) -> None:
    """Replaces the keys of the records `old` by others, (key, record): `visible` ones, and `hidden` ones kept apart."""
    if old:
        _delete_keys(cursor, old)
    copy_rows(cursor, "register.match_keys", _KEYS, visible)
    copy_rows(cursor, "register.hidden_keys", _KEYS, hidden)


def move_records(cursor: Cursor, child_of: Mapping[str, str]) -> None:
    """Sets the child of records (record → child) in the match index, after a merge or a split."""
    if not child_of:
        return
    for table in ("match_index", "shielded_records", "closed_records", "removed_records"):
        cursor.execute(
            f"update register.{table} as stored set child = moved.child"  # noqa: S608
            " from unnest(%s::uuid[], %s::uuid[]) as moved (record, child) where stored.record = moved.record",
            (list(child_of.keys()), list(child_of.values())),
        )
    _keep_hidden_apart(cursor, (), child_of)


_INDEX = {"record": "uuid", "child": "uuid", "features": "bytea"}  # JSON in UTF-8 is what a text is in binary
_KEYS = {"key": "bigint", "record": "uuid"}


def _delete(cursor: Cursor, outdated: Mapping[str, Sequence[int]]) -> None:
    cursor.execute("delete from register.match_index where record = any(%s::uuid[])", (list(outdated),))
    _delete_keys(cursor, outdated)


def _delete_keys(cursor: Cursor, outdated: Mapping[str, Sequence[int]]) -> None:
    cursor.execute("delete from register.hidden_keys where record = any(%s::uuid[])", (list(outdated),))
    records = [record for record, keys in outdated.items() for _ in keys]
    cursor.execute(
        "delete from register.match_keys k using unnest(%s::bigint[], %s::uuid[]) as old (key, record)"
        " where k.key = old.key and k.record = old.record",
        ([key for keys in outdated.values() for key in keys], records),
    )


def features_as_stored(features: Features) -> bytes:
    """Features in the form of the index, which is JSON; whose carers they may be is found anew each time."""
    return orjson.dumps(features[:-1])


def features_as_read(stored: str | bytes) -> Features:
    """Features from the form of the index."""
    names, born, estimated, grown_up, gender, nhs_number, upn, homes, carers, contacts, source, *former = orjson.loads(
        stored
    )
    return Features(
        _pairs(names),
        born,
        estimated,
        grown_up,
        gender,
        nhs_number,
        upn,
        _pairs(homes),
        tuple(carers),
        tuple(contacts),
        source,
        former_nhs_numbers=tuple(former[0]) if former else (),
        former_upns=tuple(former[1]) if former else (),
    )


def _pairs(stored: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in stored)
