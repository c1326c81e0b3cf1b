"""Registrar, relay and projector say how long their batches take, in buckets."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from prometheus_client.parser import text_string_to_metric_families

from services.local_stack.ports import HOST, remembered_ports
from services.runtime.figures import ROLES, serving_figures
from streams.batch_times import BUCKETS, BatchTimes
from streams.kafka.settings import KafkaSettings
from tests.support.databases import empty_database
from tests.support.forked import forked_verb, run_verb
from tests.support.topics import delete_topics
from tests.support.waiting import eventually
from tests.support.world import person

AGENCY = "- {code: la-north, name: An authority, kind: local-authority, authority: E06999001}\n"
PATIENCE_S = 60.0


def read_figures(url: str) -> dict[tuple[str, str], float]:
    """The histogram's value of each part and bound; nothing else may be there."""
    try:
        text = httpx.get(url, timeout=PATIENCE_S).text
    except httpx.TransportError:  # the process begins, or is busy with that
        return {}
    (family,) = text_string_to_metric_families(text)
    assert {sample.name for sample in family.samples} == {"contactpoint_batch_seconds_bucket"}
    return {(sample.labels["part"], sample.labels["le"]): sample.value for sample in family.samples}


@given(some.lists(some.floats(0, 100)))
def test_each_batch_is_in_the_buckets_of_its_time_and_longer_ones(seconds: Sequence[float]) -> None:
    times = BatchTimes()
    for each in seconds:
        times.note(each)
    found = dict(times.cumulative())
    assert found == {
        **{str(bound): sum(each <= bound for each in seconds) for bound in BUCKETS},
        "+Inf": len(seconds),
    }


def test_no_port_is_opened_where_none_is_set_and_the_api_has_its_own(tmp_path: Path) -> None:
    port = remembered_ports(tmp_path / "ports.json", ["figures"])["figures"]
    for role, given_port in (("relay", None), ("api", port), ("init", port)):
        with serving_figures(role, HOST, given_port):
            assert read_figures(f"http://{HOST}:{port}/metrics") == {}


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """An empty database for each try of a test: its keys lie in the folder of that try."""
    with empty_database(postgres) as url:
        yield url


def test_every_role_counts_what_it_has_done(kafka: KafkaSettings, database: str, tmp_path: Path) -> None:
    delete_topics(kafka)
    agencies, feed = tmp_path / "agencies.yaml", tmp_path / "feed.ndjson"
    agencies.write_text(AGENCY, encoding="utf-8")
    feed.write_text("".join(json.dumps(person(f"S{n}")) + "\n" for n in range(20)), encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONTACTPOINT_")}
    environ = own | {"CONTACTPOINT_KAFKA": kafka.bootstrap_servers, "CONTACTPOINT_DATABASE_URL": database}
    data, ports = ["--data", str(tmp_path / "data")], remembered_ports(tmp_path / "ports.json", ROLES)
    assert run_verb(["run", "init", *data], environ, PATIENCE_S).returncode == 0
    with ExitStack() as running:
        for role in ROLES:
            log = tmp_path / f"{role}.log"
            settings = environ | {"CONTACTPOINT_METRICS_PORT": str(ports[role])}
            process = forked_verb(["run", role, *data], settings, os.devnull, log)
            running.callback(process.wait, PATIENCE_S)
            running.callback(process.terminate)
        sent = ["submit", str(feed), "--agencies", str(agencies), "--wait", "--json", *data]
        answer = run_verb(sent, environ, PATIENCE_S)
        assert json.loads(answer.stdout)["accepted"] == 20, answer.stderr
        for role in ROLES:
            url = f"http://{HOST}:{ports[role]}/metrics"
            eventually(partial(has_worked, url, role))
            assert len(read_figures(url)) == len(BUCKETS) + 1
            assert not re.search("la-north|S1", httpx.get(url).text)


def has_worked(url: str, role: str) -> bool:
    return read_figures(url).get((role, "+Inf"), 0) > 0
