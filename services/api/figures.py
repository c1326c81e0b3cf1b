"""The figures of `/metrics`, collected anew for each answer by Prometheus's own library; nothing personal."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.api.durations import Durations
from services.queries.positions import Positions, late_by

Answered = Mapping[tuple[str, str, int], int]
"""How many answers there were by method, route and status."""


class Figures:
    """A collector of the figures at `now`; `positions` is None where Postgres is away, `unread` where Kafka is.

    Without `whole` there are none that count events: of who sends one submission and reads how many events came of it,
    nobody could keep what the directory knew before.
    """

    def __init__(
        self,
        answered: Answered,
        durations: Durations,
        in_hand: int,
        positions: Positions | None,
        unread: int | None,
        now: datetime,
        *,
        whole: bool,
    ) -> None:
        self._answered = answered
        self._durations = durations
        self._in_hand = in_hand
        self._positions = positions
        self._unread = unread
        self._now = now
        self._whole = whole

    def text(self) -> bytes:
        """In Prometheus's text format, by a registry that holds nothing else."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """The families of figures, in order."""
        answers = CounterMetricFamily(
            "contactpoint_requests", "Answers by method, route and status.", labels=("method", "route", "status")
        )
        for (method, route, status), number in sorted(self._answered.items()):
            answers.add_metric((method, route, str(status)), number)
        yield answers
        yield from self._durations.collect()
        yield GaugeMetricFamily("contactpoint_requests_in_hand", "Requests being answered.", self._in_hand)
        is_up = self._positions is not None
        yield GaugeMetricFamily("contactpoint_database_up", "Whether Postgres can be reached.", int(is_up))
        if self._positions is not None:
            yield from _of_parts(self._positions, self._unread, self._now, whole=self._whole)


OF_EVENTS = ("relay", "projector")
"""Parts at which events wait."""


def _of_parts(positions: Positions, unread: int | None, now: datetime, *, whole: bool) -> Iterator[Metric]:
    if whole:
        yield _by_part("contactpoint_position", "How far each part has come in the log of events.", positions.positions)
    lag = positions.lag if unread is None else {"registrar": unread, **positions.lag}
    if not whole:
        lag = {part: number for part, number in lag.items() if part not in OF_EVENTS}
    yield _by_part("contactpoint_lag", "How many messages wait at each part.", lag)
    behind = late_by(positions.waiting_since, now)
    yield GaugeMetricFamily(
        "contactpoint_views_lag_seconds", "Age of the oldest event of the register that is not in the views.", behind
    )
    yield GaugeMetricFamily(
        "contactpoint_failed_messages", "Published messages that a projection could not take.", positions.failed
    )
    yield GaugeMetricFamily(
        "contactpoint_projections_stopped", "Projections that a fault keeps from going on.", len(positions.stopped)
    )


def _by_part(name: str, meaning: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=("part",))
    for part, number in numbers.items():
        family.add_metric((part,), number)
    return family
