"""The library's application on our recorder: one for each log."""

from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic

from streams.store.database import Database
from streams.store.recorder import PostgresRecorder


class PostgresFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes recorders for the library; its environment names the database and the schema."""

    DATABASE_URL = "DATABASE_URL"
    SCHEMA = "SCHEMA"

    def __init__(self, env: Environment | EnvType | None, reader: Database | None = None) -> None:
        super().__init__(env)
        self._reader = reader
        self._recorders: list[PostgresRecorder] = []

    def aggregate_recorder(self, purpose: str = "events") -> PostgresRecorder:
        """A recorder of events; snapshots are not kept."""
        if purpose != "events":
            raise NotSupportedError(f"this log keeps events only, not {purpose}")
        return self._recorder(PostgresRecorder)

    def application_recorder(self) -> PostgresRecorder:
        """A recorder of events."""
        return self._recorder(PostgresRecorder)

    def process_recorder(self) -> ProcessRecorder:
        """A recorder of events and tracking."""
        return self._recorder(PostgresRecorder)

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        """A recorder of tracking, of the class given, or named in the environment."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        recorder_class = tracking_recorder_class or (resolve_topic(topic) if topic else PostgresRecorder)
        return self._recorder(recorder_class)

    def close(self) -> None:
        """Closes the connections of every recorder that was made."""
        for recorder in self._recorders:
            recorder.close()

    def _recorder(self, recorder_class: Any) -> PostgresRecorder:
        recorder: PostgresRecorder = recorder_class(
            self.env[self.DATABASE_URL], self.env[self.SCHEMA], reader=self._reader
        )
        self._recorders.append(recorder)
        return recorder


class LogApplication(Application[UUID]):
    """One log: aggregates are loaded from it and saved to it, and `save(…, in_transaction=…)` reaches our recorder.

    The schema has the tables of a log. Nothing is read from the environment, cached, or kept as a snapshot. Events are
    read on the connection of `reader` where there is one.
    """

    recorder: PostgresRecorder

    def __init__(self, database_url: str, schema: str, mapper: Mapper[UUID], *, reader: Database | None = None) -> None:
        self._mapper = mapper
        self._reader = reader
        super().__init__({PostgresFactory.DATABASE_URL: database_url, PostgresFactory.SCHEMA: schema})

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """What was given to the constructor, and nothing of the process's environment."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> PostgresFactory:
        """Our factory."""
        return PostgresFactory(env, self._reader)

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper given to the constructor."""
        return self._mapper
