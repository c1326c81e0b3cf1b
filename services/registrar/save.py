"""Saves everything that a batch causes in one transaction: events, keys, receipts, dead letters, tables and offsets."""

from collections.abc import Mapping, Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.source_record.events import RecordRegistered
from projections.base.partition import Partition
from services.registrar import store
from services.registrar.archived_children import write_archived
from services.registrar.batch import BatchResult
from services.registrar.budgets import alarms
from services.registrar.closed_records import write_closings
from services.registrar.erasing import write_erasures
from services.registrar.fence import Fence
from services.registrar.found_like import write_found_like
from services.registrar.receipts import dead_letter, receipt, runs
from services.registrar.shielded_records import write_shields
from streams.codec import iso_text
from streams.crypto.keys import KeyRing, insert_keys
from streams.store.application import LogApplication
from streams.store.outbox import write_outbox


def save(
    log: LogApplication,
    keys: KeyRing,
    result: BatchResult,
    moves: Mapping[Partition, tuple[int, int]],
    fence: Fence,
) -> None:
    """Saves a batch, and moves each partition from one offset to the next one.

    Raises FenceLost, OffsetMoved, DatabaseAway and the library's persistence errors; then `keys` has to forget what is
    pending.
    """
    recorded_at = iso_text(result.recorded_at)
    for event in result.events:
        if isinstance(event, RecordRegistered) and event.originator_version == 1:
            keys.make_key(str(event.originator_id))

    def in_transaction(cursor: Cursor, positions: Sequence[int]) -> None:
        store.move_offsets(cursor, moves)
        write_closings(cursor, result.events)
        used_up = store.write(cursor, result.changes)
        write_shields(cursor, result.events)
        write_found_like(cursor, result.events)
        write_archived(cursor, result.events)
        insert_keys(cursor, "register", keys.take_new())
        write_erasures(cursor, result.changes.erasures, lambda number: keys.digest(*number))
        rows = [
            receipt(run, recorded_at, None if run.answer.last_event is None else positions[run.answer.last_event])
            for run in runs(result.answers)
        ]
        rows += [dead_letter(answer, value, recorded_at) for answer, value in result.dead_letters]
        if used_up:
            rows += alarms(used_up, store.sensitive_sources(cursor), recorded_at)
        write_outbox(cursor, rows)

    stored = [log.mapper.to_stored_event(event) for event in result.events]
    log.recorder.insert_events(stored, in_transaction=in_transaction, fence=fence.check)
    keys.keep_new()
    keys.drop(stream for each in result.changes.erasures for stream in each.streams)
