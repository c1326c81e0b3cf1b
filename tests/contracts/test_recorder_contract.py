"""Our recorder passes the suites that the library ships for recorders, against a real Postgres."""

from typing import Any
from unittest import TestCase

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.utils import Environment, get_topic

from streams.store.application import PostgresFactory
from streams.store.recorder import PostgresRecorder
from tests.support.logs import new_log


class OnPostgres(TestCase):
    @pytest.fixture(autouse=True)
    def _fresh_log(self, database_url: str) -> None:
        self.database_url = database_url
        self.schema = new_log(database_url)

    def create_recorder(self, recorder_class: type[PostgresRecorder] = PostgresRecorder) -> PostgresRecorder:
        recorder = recorder_class(self.database_url, self.schema)
        self.addCleanup(recorder.close)
        return recorder


class WithoutPositions(PostgresRecorder):
    """What the library calls an aggregate recorder gives no positions."""

    def insert_events(self, stored_events: Any, **kwargs: Any) -> None:  # type: ignore[override]
        super().insert_events(stored_events, **kwargs)


class TestAsAggregateRecorder(OnPostgres, AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        return super().create_recorder(WithoutPositions)


class TestAsApplicationRecorder(OnPostgres, ApplicationRecorderTestCase[PostgresRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestAsTrackingRecorder(OnPostgres, TrackingRecorderTestCase):
    pass


class TestAsProcessRecorder(OnPostgres, ProcessRecorderTestCase):
    pass


class TestPositionsOfTransactionsDoNotInterleave(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    pass


class OwnTracking(PostgresRecorder):
    pass


class TestFactory(OnPostgres, InfrastructureFactoryTestCase[PostgresFactory]):
    def setUp(self) -> None:
        self.env = Environment(
            "Log",
            {
                PostgresFactory.PERSISTENCE_MODULE: get_topic(PostgresFactory),
                PostgresFactory.DATABASE_URL: self.database_url,
                PostgresFactory.SCHEMA: self.schema,
            },
        )
        super().setUp()

    def expected_factory_class(self) -> type[PostgresFactory]:
        return PostgresFactory

    def expected_aggregate_recorder_class(self) -> type[PostgresRecorder]:
        return PostgresRecorder

    expected_application_recorder_class = expected_aggregate_recorder_class
    expected_tracking_recorder_class = expected_aggregate_recorder_class
    expected_process_recorder_class = expected_aggregate_recorder_class

    def tracking_recorder_subclass(self) -> type[PostgresRecorder]:
        return OwnTracking
