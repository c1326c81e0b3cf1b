"""Postgres restored from a dump that is older than Kafka."""

import json
from pathlib import Path

from tests.pipeline.belonging.recovering import Recovering
from tests.support.waiting import eventually


def records(stack: Recovering) -> set[tuple[str, str]]:
    return {(each["source"], each["subject"]) for entry in stack.export() for each in entry["records"]}


def last_line(stack: Recovering) -> bytes:
    file = next(iter(sorted((stack.folder / "feeds").glob("*.ndjson"))))
    line = json.loads(file.read_bytes().splitlines()[0])
    return json.dumps({**line, "id": "later", "subject": "later"}).encode() + b"\n"


def test_resync_sets_the_newer_events_aside_and_goes_on(stack: Recovering, tmp_path: Path) -> None:
    later = tmp_path / "later.ndjson"
    later.write_bytes(last_line(stack))
    stack.end()
    stack.dump()
    stack.start()
    assert stack.ask("submit", later, "--wait")["accepted"] == 1
    held = records(stack)
    shielded = stack.export()[0]["child"]
    stack.ask("shield", "apply", shielded)
    stack.end()
    stack.restore()
    stack.begin()
    told = stack.trouble("contactpoint resync")
    assert "which the event store does not hold" in told["says"]
    done = stack.ask("resync")
    assert done["aside"] >= 2
    assert len(Path(done["file"]).read_bytes().splitlines()) == done["aside"]
    assert done["decided"] == 1
    stack.until_ready()
    eventually(stack.is_at_rest)
    assert stack.ask("submit", later, "--wait")["duplicate"] == 1
    assert records(stack) == held
    (refused,) = stack.ask("receipts", "--source", "urn:contactpoint:stewardship")
    assert refused["reasons"][0]["code"] == "look-unknown"
    rebuilt = stack.ask("rebuild")
    assert rebuilt["digest"]["live"] == rebuilt["digest"]["rebuilt"]
    assert stack.run("resync").returncode == 1
