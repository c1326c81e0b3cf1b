"""Destroys what a decision is about, in the transaction of its events: keys, and rows of the registrar's tables.

So there is no moment at which the fence is a fact and a key is there, or a key is gone without one. An agency's number
is kept as a digest, keyed with a secret that is not in the database: what is sent under it later is refused. Of what
the rules of retention destroyed it is not: whoever comes back after years is registered as if for the first time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from services.registrar.store import ErasureRow, RecordKey
from streams.crypto.keys import destroy_keys

Digest = Callable[[RecordKey], bytes]
"""The keyed digest of an agency's number."""


def write_erasures(cursor: Cursor, erasures: Sequence[ErasureRow], digest: Digest) -> None:
    """Destroys keys and rows, and requests a checkpoint that proves it."""
    for each in erasures:
        destroy_keys(cursor, each.streams, each.erasure)
        _forget_numbers(cursor, each.records)
        if each.refused_for_ever:
            _refuse_numbers(cursor, each.records, digest)
        _forget_matching(cursor, list(each.records))
    if erasures:
        cursor.execute("update publication.checkpoints set wanted = true where log = 'register'")


def erased_among(cursor: Cursor, keys: Collection[RecordKey], digest: Digest) -> dict[RecordKey, str]:
    """Those of the numbers whose record was destroyed, each with its stream."""
    if not keys:
        return {}
    key_of = {digest(key): key for key in keys}
    cursor.execute(
        "select digest, stream::text from register.erased_keys where digest = any(%s::bytea[])", (list(key_of),)
    )
    return {key_of[bytes(found)]: stream for found, stream in cursor.fetchall()}


def _refuse_numbers(cursor: Cursor, records: Mapping[str, Sequence[RecordKey]], digest: Digest) -> None:
    numbers = [(digest(key), stream) for stream, keys in records.items() for key in keys if key[1] == "subject"]
    if numbers:
        execute_values(
            cursor,
            "insert into register.erased_keys (digest, stream) values %s on conflict do nothing",
            numbers,
            template="(%s, %s::uuid)",
        )


def _forget_numbers(cursor: Cursor, records: Mapping[str, Sequence[RecordKey]]) -> None:
    keys = [key for each in records.values() for key in each]
    if keys:
        execute_values(
            cursor,
            "delete from register.record_keys stored using (values %s) as gone (source, kind, key)"
            " where stored.source = gone.source and stored.kind = gone.kind and stored.key = gone.key",
            keys,
        )


def _forget_matching(cursor: Cursor, records: Sequence[str]) -> None:
    """Deletes what the match index does not: who shielded and closed children were, and what is kept apart."""
    for table in ("shielded_records", "closed_records", "removed_records"):
        cursor.execute(f"delete from register.{table} where record = any(%s::uuid[])", (records,))  # noqa: S608
    cursor.execute(
        "with gone as (delete from register.kept_apart where record = any(%s::uuid[]) returning record, other)"
        " delete from register.kept_apart stored using gone"
        " where stored.record = gone.other and stored.other = gone.record",
        (records,),
    )
