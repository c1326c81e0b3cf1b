"""Whether Kafka, the store, the trees, the views and a checkpoint kept elsewhere agree."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError
from psycopg2.sql import SQL, Identifier

from domain.transparency.entries import LOGS
from domain.transparency.notes import Checkpoint, Malformed, VerifierKey
from domain.transparency.policy import NONE, TrustPolicy
from domain.transparency.tiles import WIDTH
from services.configuration.settings import Settings
from services.proofs import stored
from services.proofs.comparison import PARTITIONS, LogComparison, compare_log
from services.proofs.differences import Finding, Kind, findings_of
from services.proofs.stored import SignedCheckpoint
from services.rebuild import rebuild
from streams.crypto.note_key import CheckpointKey, NotSigned, cosigners, open_checkpoint
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting.completeness import PositionsMissing
from streams.store.database import Database
from streams.store.raw_event import RawEvent

WAIT_S = 5.0
"""How long the relay has to sign what was published since its last checkpoint."""
Progress = Callable[[int], None]


class Refused(Exception):
    """A checkpoint that was given proves nothing here; the text says why."""


class KeptCheckpoint(NamedTuple):
    """A checkpoint that was kept elsewhere, and the log that it is of."""

    log: str
    checkpoint: Checkpoint


@dataclass(frozen=True)
class VerificationResult:
    """What `verify` found."""

    logs: Mapping[str, LogComparison]
    live: str | None
    rebuilt: str | None
    findings: Sequence[Finding]

    def document(self) -> dict[str, Any]:
        """As a JSON document."""
        roots = {log: base64.b64encode(compared.root).decode() for log, compared in self.logs.items()}
        return {
            "logs": {log: {"events": compared.events, "root": roots[log]} for log, compared in self.logs.items()},
            "digest": {"live": self.live, "rebuilt": self.rebuilt},
            "findings": [finding._asdict() for finding in self.findings],
        }


def read_kept(note: str, policy: TrustPolicy, origin: str) -> KeptCheckpoint:
    """A checkpoint that was kept elsewhere, and that a policy believes; raises Refused."""
    try:
        checkpoint = open_checkpoint(note, policy.logs)
        signed = cosigners(note, policy.witnesses)
    except (Malformed, NotSigned) as error:
        raise Refused(str(error)) from None
    if not policy.is_met_by(signed):
        raise Refused(f"the witnesses that the policy asks for have not signed the checkpoint of {checkpoint.origin}")
    log = checkpoint.origin.removeprefix(f"{origin}/")
    if log not in LOGS or checkpoint.origin != f"{origin}/{log}":
        raise Refused(f"the checkpoint is of the log {checkpoint.origin}, which is not kept here")
    return KeptCheckpoint(log, checkpoint)


def own_policy(settings: Settings) -> TrustPolicy:
    """Believes the logs of this directory, under their present key, without witnesses; raises UnusableKey."""
    signs = CheckpointKey.from_file(settings.checkpoint_key, settings.origin)
    return TrustPolicy(tuple(map(signs.verifier, LOGS)), {}, {}, NONE)


def refuse_what_is_not_believed(settings: Settings, policy: TrustPolicy) -> None:
    """Raises Refused where a policy does not believe the latest checkpoints; and DatabaseAway."""
    with closing(Database(settings.need_database(), "contactpoint verify")) as database:
        for log in LOGS:
            with database.transaction() as cursor:
                signed = stored.latest(cursor, log)
            if signed is not None:
                read_kept(signed.note, policy, settings.origin)


def verify(settings: Settings, kept: KeptCheckpoint | None, progress: Progress) -> VerificationResult:
    """Goes through both logs, then builds the views anew and compares; changes nothing.

    Raises UnusableKey, KafkaAway, DatabaseAway, ViewsNotBuilt, RebuildRunning, and PositionsMissing where Kafka has
    lost what it still had a moment before.
    """
    kafka = settings.need_kafka()
    key = PublicationKey.from_file(settings.publication_key)
    signs = CheckpointKey.from_file(settings.checkpoint_key, settings.origin)
    logs: dict[str, LogComparison] = {}
    findings: list[Finding] = []
    with closing(Database(settings.need_database(), "contactpoint verify", statement_timeout_s=600)) as database:
        for log in LOGS:
            done = sum(compared.events for compared in logs.values())
            of_log = kept.checkpoint if kept and kept.log == log else None
            counted = partial(_count_on, progress, done)
            logs[log], found = verify_log(kafka, database, key, signs.verifier(log), log, of_log, counted)
            findings += found
    try:
        live, rebuilt, of_views = _verify_views(settings, kafka)
    except PositionsMissing:
        if not findings:
            raise
        return VerificationResult(logs, None, None, findings)
    return VerificationResult(logs, live, rebuilt, [*findings, *of_views])


def _count_on(progress: Progress, done: int, count: int) -> None:
    progress(done + count)


def verify_log(
    kafka: KafkaSettings,
    database: Database,
    key: PublicationKey,
    verifier: VerifierKey,
    log: str,
    kept: Checkpoint | None,
    progress: Progress,
    wait_s: float = WAIT_S,
) -> tuple[LogComparison, list[Finding]]:
    """Goes through one log, and compares it with a checkpoint that was kept elsewhere."""
    with database.transaction() as cursor:
        there = stored.published(cursor, log)
    signed = stored.fresh(database, log, there, wait_s)
    try:
        sizes = [each.size for each in (signed, kept) if each is not None]
        compared = asyncio.run(compare_log(kafka, database, key, log, sizes, progress))
    except KafkaError:
        raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from None
    of_checkpoint, trusted = _of_checkpoint(compared, signed, verifier)
    found = findings_of(compared, key, PARTITIONS[log], lambda row: _is_older(database, log, row), trusted=trusted)
    if kept is not None:
        found += _of_kept(compared, kept, [*found, *of_checkpoint])
    return compared, [*found, *of_checkpoint]


def _of_checkpoint(
    compared: LogComparison, signed: SignedCheckpoint | None, verifier: VerifierKey
) -> tuple[list[Finding], bool]:
    """What is wrong with the stored tree, and whether it is the one that was signed."""
    if signed is None:
        return [], False
    try:
        checkpoint = open_checkpoint(signed.note, [verifier])
    except (Malformed, NotSigned):
        return [Finding(compared.log, None, Kind.FLIPPED, "checkpoint")], False
    if checkpoint.size not in compared.roots:
        return [Finding(compared.log, None, Kind.FLIPPED, "checkpoint")], False
    of_events, of_leaves = compared.roots[checkpoint.size]
    if of_leaves == checkpoint.root:
        return [Finding(compared.log, None, Kind.FLIPPED, tile) for tile in compared.tiles], True
    if of_events != checkpoint.root:
        return [Finding(compared.log, None, Kind.REPLACED, "checkpoint")], False
    first = next((each.position for each in compared.differences), 1)
    return [Finding(compared.log, first, Kind.FLIPPED, f"tile/entries/{(first - 1) // WIDTH:03d}")], False


def _of_kept(compared: LogComparison, kept: Checkpoint, found: Sequence[Finding]) -> list[Finding]:
    """What a checkpoint that was kept elsewhere shows beyond that."""
    if kept.size > compared.events:
        return [Finding(compared.log, compared.events + 1, Kind.CUT_OFF, "the checkpoint that was given")]
    of_events, of_leaves = compared.roots[kept.size]
    if kept.root in (of_events, of_leaves) or any(each.kind is Kind.REPLACED for each in found):
        return []
    return [Finding(compared.log, None, Kind.REPLACED, "the checkpoint that was given")]


def _is_older(database: Database, log: str, row: RawEvent) -> bool:
    with database.transaction() as cursor:
        cursor.execute(
            SQL("select exists (select from {}.events where stream = %s and position < %s and state = %s)").format(
                Identifier(log)
            ),
            (row.stream, row.position, row.state),
        )
        return bool((cursor.fetchone() or (False,))[0])


def _verify_views(settings: Settings, kafka: KafkaSettings) -> tuple[str, str, list[Finding]]:
    done = rebuild(
        kafka,
        settings.signing_in_as("projector").need_database(),
        settings.keys / "key-encryption.key",
        settings.publication_key,
        switch=False,
    )
    views = [Finding("register", None, Kind.VIEW, f"view {name}") for name in done.differing]
    return done.live, done.rebuilt, views
