"""Kafka begun anew beside the Postgres that was kept; then the key under which its logs were published is lost."""

import json
from pathlib import Path

from tests.pipeline.belonging.recovering import Recovering
from tests.support.waiting import eventually


def entries(stack: Recovering) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in stack.export())


def test_it_is_said_nothing_is_answered_and_republish_mends_it(stack: Recovering, tmp_path: Path) -> None:
    before = entries(stack)
    stack.end()
    stack.lose("kafka")
    stack.begin()
    told = stack.trouble("contactpoint republish")
    assert "another Kafka" in told["says"]
    (tmp_path / "one.ndjson").write_text("{}\n")
    answer = stack.run("submit", tmp_path / "one.ndjson", "--wait")
    assert answer.returncode == 3
    assert "contactpoint republish" in answer.stderr
    eventually(lambda: "contactpoint republish" in stack.run("export", tmp_path / "none.ndjson").stderr)
    assert not (tmp_path / "none.ndjson").exists()
    eventually(lambda: "another Kafka" in stack.errors())
    done = stack.ask("republish")
    assert done["other_kafka"] is True
    assert done["events"] > 0
    stack.until_ready()
    eventually(stack.is_at_rest)
    assert entries(stack) == before
    rebuilt = stack.ask("rebuild")
    assert rebuilt["digest"]["live"] == rebuilt["digest"]["rebuilt"]


def test_a_message_at_a_place_that_was_answered_before_gets_its_own_answer(stack: Recovering, tmp_path: Path) -> None:
    one = tmp_path / "one.ndjson"
    one.write_text("{}\n")
    answer = stack.run("submit", one, "--wait")
    assert json.loads(answer.stdout)["invalid"] == 1


def test_what_is_sent_again_is_a_duplicate(stack: Recovering) -> None:
    feeds = sorted((stack.folder / "feeds").glob("*.ndjson"))
    before = entries(stack)
    counts = stack.ask("submit", *feeds, "--wait")
    assert counts["duplicate"] == counts["submitted"] > 0
    assert [json.loads(each)["child"] for each in entries(stack)] == [json.loads(each)["child"] for each in before]


def test_a_lost_publication_key_is_said_and_a_new_one_made_by_the_command_that_is_named(stack: Recovering) -> None:
    before = entries(stack)
    stack.end()
    key = stack.data / "keys" / "publication.key"
    key.unlink()
    stack.begin()
    assert stack.process.wait(180) == 3
    assert "contactpoint republish --new-key" in stack.errors()
    assert not key.exists()
    made = stack.run("republish", "--new-key")
    assert (made.returncode, key.exists()) == (3, True)
    stack.begin()
    told = stack.trouble("contactpoint republish")
    assert "publication.key is not the key" in told["says"]
    stack.ask("republish")
    stack.until_ready()
    eventually(stack.is_at_rest)
    assert entries(stack) == before
