"""The figures of `/metrics`, collected anew for each answer by Prometheus's own library; nothing personal."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.queries.positions import Positions

Answered = Mapping[tuple[str, str, int], int]
"""How many answers there were by method, route and status."""


class Figures:
    """A collector of one moment's figures; `positions` is None where Postgres is away."""

    def __init__(self, answered: Answered, in_hand: int, positions: Positions | None) -> None:
        self._answered = answered
        self._in_hand = in_hand
        self._positions = positions

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
        yield GaugeMetricFamily("contactpoint_requests_in_hand", "Requests being answered.", self._in_hand)
        is_up = self._positions is not None
        yield GaugeMetricFamily("contactpoint_database_up", "Whether Postgres can be reached.", int(is_up))
        if self._positions is not None:
            yield from _of_parts(self._positions)


def _of_parts(positions: Positions) -> Iterator[Metric]:
    yield _by_part("contactpoint_position", "How far each part has come in the log of events.", positions.positions)
    yield _by_part("contactpoint_lag", "How many messages wait at each part.", positions.lag)
    yield GaugeMetricFamily(
        "contactpoint_failed_messages", "Published messages that a projection could not take.", positions.failed
    )


def _by_part(name: str, meaning: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=("part",))
    for part, number in numbers.items():
        family.add_metric((part,), number)
    return family
