"""Projectors as processes of their own, which a test kills, pauses and wakes up, and how their group shares out."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from services.rebuild import rebuild
from streams.projecting._group import group
from tests.support.forked import forked
from tests.support.projector_process import be_projector
from tests.support.projector_stage import Stage
from tests.support.waiting import eventually


class Projector:
    """A process that runs a projector, of another version of the views where `rows` is given.

    It reaches `kafka` and `database_url` where these are given, which lead to those of the stage.
    """

    def __init__(
        self, stage: Stage, database_url: str | None = None, rows: int | None = None, kafka: str | None = None
    ) -> None:
        kafka = kafka or stage.kafka.bootstrap_servers
        servers = (kafka, database_url or stage.url, str(stage.key), str(stage.publication_key))
        self._process = forked(be_projector, *servers, rows)

    def kill(self) -> None:
        """Kills it: it says goodbye to nobody."""
        self._process.kill()
        self._process.join()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)


@contextmanager
def projectors(stage: Stage, count: int) -> Iterator[list[Projector]]:
    """So many projectors, once they share all partitions; killed at the end."""
    running = [Projector(stage) for _ in range(count)]
    try:
        eventually(lambda: len(shares(stage)) == count)
        yield running
    finally:
        for each in running:
            each.kill()


def shares(stage: Stage) -> list[int]:
    """How many partitions each member of the group has, the least first; empty while they are shared out anew."""
    admin = KafkaAdminClient(**stage.kafka.for_kafka_python())
    try:
        described = admin.describe_groups([group()])[group()]
    except CoordinatorNotAvailableError:
        return []
    finally:
        admin.close()
    if described["group_state"] != "Stable":
        return []
    assigned = [member["member_assignment"]["assigned_partitions"] for member in described["members"]]
    return sorted(sum(len(topic["partitions"]) for topic in topics) for topics in assigned)


def same_as_rebuilt(stage: Stage) -> bool:
    """Whether the live views are what a rebuild makes of the log."""
    rebuilt = rebuild(stage.kafka, stage.url, stage.key, stage.publication_key)
    return rebuilt.live == rebuilt.rebuilt
