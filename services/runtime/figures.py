"""The figures of a registrar, relay or projector, for Prometheus: how long its batches take, and nothing else."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from streams.batch_times import BatchTimes, of_this_process

ROLES = ("registrar", "relay", "projector")
_log = logging.getLogger(__name__)


class PortTaken(Exception):
    """Nothing can listen where the figures were to be; one sentence for the operator."""


@contextmanager
def serving_figures(role: str, host: str, port: int | None, times: BatchTimes = of_this_process) -> Iterator[None]:
    """Answers `/metrics` meanwhile, where a port is set; raises PortTaken where nothing can listen there."""
    if port is None or role not in ROLES:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.core import HistogramMetricFamily, Metric

    class Figures:
        """Collected anew for each answer."""

        def collect(self) -> Iterator[Metric]:
            """The one histogram."""
            seconds = HistogramMetricFamily(
                "contactpoint_batch_seconds", "Seconds that a batch took until it held.", labels=("part",)
            )
            seconds.add_metric((role,), times.cumulative(), None)
            yield seconds

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise PortTaken(
            f"nothing can listen at CONTACTPOINT_METRICS_PORT, {host}:{port} ({error.strerror}): set a free port"
        ) from error
    _log.info("figures at http://%s:%s/metrics", host, port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
