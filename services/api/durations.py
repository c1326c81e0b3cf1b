"""How long answers take, for the metrics: one histogram, by the kind of work.

It has buckets and no sum: whoever reads a sum before and after a stranger's look knows to the microsecond how long it
took, and the metrics need no token.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import Metric

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds: a look takes some 5 ms, a large batch up to a second, and 10 s is as good as no answer."""
KINDS = {
    ("GET", "/children/{child}"): "look",
    ("GET", "/children/{child}/history"): "look",
    ("POST", "/children/search"): "search",
    ("GET", "/reports/{name}"): "report",
    ("POST", "/submissions"): "batch",
}
"""By method and route; other requests are not timed."""
_SHOWN = ("_bucket", "_count")


class Durations:
    """Seconds from a request's head until its answer begins, of answers that are no refusals."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._seconds = Histogram(
            "contactpoint_answer_seconds",
            "Seconds until an answer begins, refusals left out.",
            ("kind",),
            buckets=BUCKETS,
            registry=self._registry,
        )
        for kind in KINDS.values():
            self._seconds.labels(kind)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answer."""
        kind = KINDS.get((method, route))
        if kind and 200 <= status < 400:
            self._seconds.labels(kind).observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """The histogram without what reveals a single answer."""
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if sample.name.endswith(_SHOWN)]
            yield metric
