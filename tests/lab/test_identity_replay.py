"""A history under other settings: given what the registrar decided, when it is replayed, then this is different."""

import random
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.agency import Agency
from domain.matching import MatcherSettings
from projections.base.projection import PublishedEvent
from services.lab.matching.replay import difference
from services.lab.matching.replay.examples import Examples, Picker
from services.lab.matching.replay.history import History
from services.lab.matching.replay.run import Rematched, Window
from services.lab.simulate.feeds import write_feeds
from services.registers import add_agencies, read_agencies_file
from services.registrar.matcher_settings import load_settings
from services.submission_contract.decisions import DecisionType
from streams.codec import decode_event
from streams.crypto.keys import KeyRing, reader_of
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.steward import Steward, somebody

AS_DECIDED = load_settings()
PERSON = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03", "gender": "female"}
HOME = {"address": {"lines": ["7 Test Street"], "postcode": "ZX9 9ZZ"}}


def tried(**thresholds: float) -> MatcherSettings:
    """The settings that come with the product, with other thresholds."""
    changed = AS_DECIDED.thresholds.model_copy(update=thresholds)
    return AS_DECIDED.model_copy(update={"version": "tried/1", "thresholds": changed})


STRICT = tried(certain=1 - 1e-12)
LAX = tried(certain=0.05, possible=0.01)


class ReplayDesk(Steward):
    """A registrar, and what a replay of its log gives."""

    def describe(self, subject: str, owner: Agency = AUTHORITY, kind: str = "child.registered", **data: Any) -> None:
        number = sum(self.ends.values())
        (answer,) = self.send(numbered(number, kind, subject, source=owner.urn, data=data), owner=owner)
        assert answer.outcome == "accepted", answer.reasons

    def events(self) -> list[PublishedEvent]:
        keys = KeyRing(KEY_ENCRYPTION_KEY, reader_of(self.database, "register"))
        return [
            decode_event(
                orjson.dumps(
                    {"position": position, "subject": stream, "version": version, "type": topic} | orjson.loads(state)
                ),
                keys,
            )
            for position, stream, version, topic, state in self.log.recorder.select_raw(0, 1_000_000)
        ]

    def replay(self, settings: MatcherSettings, start: str | None = None, end: str | None = None) -> History:
        history, events = History(settings, start, end), self.events()
        for first in range(0, len(events), 7):
            history.take(events[first : first + 7])
        history.finish()
        return history

    def record(self, subject: str) -> str:
        ((stream,),) = self.rows(
            f"select stream::text from register.record_keys where kind = 'subject' and key = '{subject}'"
        )
        return str(stream)


@pytest.fixture
def desk(database_url: str) -> Iterator[ReplayDesk]:
    with open_desk(ReplayDesk, database_url) as opened:
        yield opened


def together(history: History, desk: ReplayDesk, *subjects: str) -> bool:
    """Whether the replay has these records in one child."""
    child_of = history.replayed.match_state.membership.child_of
    children = {child_of(desk.record(subject)) for subject in subjects}
    assert None not in children
    return len(children) == 1


def pairs(history: History) -> tuple[int, int, int]:
    """Linked pairs of records: on both sides, only in the log, only in the replay."""
    found = difference.linked_pairs(history.decided.match_state, history.replayed.match_state)
    return found.both, found.only_log, found.only_replay


def queue(history: History) -> dict[str, int]:
    return asdict(difference.queue_change(history.decided.match_state, history.replayed.match_state))


def examples(history: History) -> Examples:
    picker = Picker(
        history.decided.match_state,
        history.replayed.match_state,
        history.replayed.index,
        history.replayed.comparer(history.records),
    )
    return picker.pick(3)


def assert_nothing_differs(history: History) -> None:
    """Not a decision, not a link, not a score."""
    assert history.tally.different == 0
    log, replay = history.decided.match_state, history.replayed.match_state
    assert {child: sorted(records) for child, records in log.membership.children.items()} == {
        child: sorted(records) for child, records in replay.membership.children.items()
    }
    assert set(log.suspected) == set(replay.suspected)
    assert set(log.contradictions) == set(replay.contradictions)


def test_a_threshold_raised_makes_queue_entries_of_links(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON, **HOME)
    desk.describe("G1", GP, **PERSON, **HOME)
    history = desk.replay(STRICT)
    assert pairs(history) == (0, 1, 0)
    assert queue(history) == {"log": 0, "replay": 1, "new": 1, "were_linked": 1, "gone": 0, "are_linked": 0}
    assert (history.tally.compared, history.tally.different) == (2, 1)
    assert (history.tally.links.only_log, history.tally.suspicions.only_replay) == (1, 1)


def test_a_threshold_lowered_makes_links_of_queue_entries(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON)
    desk.describe("G1", GP, **PERSON | {"date_of_birth": "2001-02-14"})
    history = desk.replay(LAX)
    assert pairs(history) == (0, 0, 1)
    assert queue(history) == {"log": 1, "replay": 0, "new": 0, "were_linked": 0, "gone": 1, "are_linked": 1}
    document = orjson.loads(orjson.dumps(Rematched("tried/1", Window(), history, 0, 1.0, examples(history)).document()))
    (gone,) = document["examples"]["queue_gone"]
    assert (gone["log"]["rule"], gone["rule"]) == ("possible", "certain")
    assert AS_DECIDED.thresholds.possible < gone["log"]["score"] < AS_DECIDED.thresholds.certain
    assert sorted(document["examples"]["only_replay"][0]["records"]) == sorted(gone["records"])


def test_examples_name_records_and_levels_and_nobody(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON, **HOME)
    desk.describe("G1", GP, **PERSON, **HOME)
    found = examples(desk.replay(STRICT))
    (example,), (queued,) = found.only_log, found.queue_new
    assert set(example.records) == {desk.record("A1"), desk.record("G1")}
    assert (len(example.log_children), len(example.replay_children)) == (1, 2)
    assert example.rule == queued.rule == "possible"
    assert example.why["address"].startswith("same: ")
    text = orjson.dumps(asdict(found)).decode().lower()
    assert not [word for word in ("tamsin", "okoro", "2001", "street", "zz99") if word in text]


def test_what_a_steward_merged_stays_together(desk: ReplayDesk) -> None:
    left, right = desk.register("S1", "S2")
    desk.describe("G1", GP, **somebody("S1"), **HOME)
    desk.describe("S1", kind="child.amended", **somebody("S1"), **HOME)
    desk.merge(left, right)
    history = desk.replay(STRICT)
    assert together(history, desk, "S1", "S2")
    assert (history.replayed.rulings["merged"], history.replayed.rulings["merged before"]) == (1, 0)


def test_what_a_steward_dismissed_is_parted_and_stays_so_until_a_steward_merges_it(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON)
    desk.describe("G1", GP, **PERSON | {"date_of_birth": "2001-02-14"})
    left, right = desk.members()
    desk.dismiss(left, right)
    desk.describe("G1", GP, kind="child.amended", **PERSON)
    history = desk.replay(LAX)
    assert not together(history, desk, "A1", "G1")
    assert history.replayed.rulings["dismissed but joined"] == 1
    desk.merge(left, right)
    assert together(desk.replay(STRICT), desk, "A1", "G1")


def test_what_a_steward_split_is_parted(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON, **HOME)
    desk.describe("G1", GP, **PERSON, **HOME)
    (child,) = desk.members()
    desk.decide(DecisionType.SPLIT, child=child, records=[{"source": GP.urn, "subject": "G1"}])
    for settings in (AS_DECIDED, LAX, STRICT):
        assert not together(desk.replay(settings), desk, "A1", "G1")
    assert_nothing_differs(desk.replay(AS_DECIDED))


def test_before_from_the_decisions_of_the_log_stand_and_after_to_there_is_nothing(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON, **HOME)
    desk.describe("G1", GP, **PERSON, **HOME)
    between = desk.registrar._clock() + timedelta(milliseconds=1)
    while desk.registrar._clock() <= between:
        pass
    desk.describe("A2", **somebody("A2"), **HOME)
    desk.describe("G2", GP, **somebody("A2"), **HOME)
    moment = between.isoformat(timespec="microseconds").replace("+00:00", "Z")
    history = desk.replay(STRICT, start=moment)
    assert pairs(history) == (1, 1, 0)
    assert together(history, desk, "A1", "G1")
    assert history.tally.compared == 2
    history = desk.replay(STRICT, end=moment)
    assert pairs(history) == (0, 1, 0)
    assert len(history.decided.match_state.membership) == 2
    history = desk.replay(STRICT, start=moment, end=moment)
    assert (pairs(history), history.tally.compared) == ((1, 0, 0), 0)


def test_nobody_is_linked_through_a_record_that_was_removed(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON, **HOME)
    desk.describe("A1", kind="record.removed", reason="died")
    desk.describe("G1", GP, **PERSON, **HOME)
    history = desk.replay(LAX)
    assert_nothing_differs(history)
    assert len(history.replayed.match_state.membership) == 1


def test_a_record_whose_key_is_destroyed_is_left_out_and_counted(desk: ReplayDesk) -> None:
    desk.describe("A1", **PERSON, **HOME)
    desk.describe("G1", GP, **PERSON, **HOME)
    desk.describe("A2", **somebody("A2"), **HOME)
    with desk.database.transaction() as cursor:
        cursor.execute("update register.data_keys set wrapped = '' where stream = %s", (desk.record("A1"),))
    history = desk.replay(AS_DECIDED)
    assert (history.unreadable, history.records) == (1, 3)
    assert len(history.decided.match_state.membership) == len(history.replayed.match_state.membership) == 2
    assert pairs(history) == (0, 0, 0)


def test_children_with_several_gps_are_counted_on_both_sides(desk: ReplayDesk) -> None:
    for subject, owner in (("A1", AUTHORITY), ("G1", GP)):
        desk.describe(subject, owner, **PERSON, **HOME)
        practice = {"involvement": f"{subject}/1", "service": "gp", "started_on": "2007-01-01"}
        desk.describe(subject, owner, "involvement.started", **practice, organisation={"name": f"Practice {subject}"})
    desk.describe("A2", **somebody("A2"))
    history = desk.replay(STRICT)
    counts = asdict(difference.reports(history.decided.match_state, history.replayed.match_state, history.gps))
    assert counts == {
        "children": {"log": 2, "replay": 3},
        "several_gps": {"log": 1, "replay": 0},
        "no_gp": {"log": 1, "replay": 1},
    }
    desk.describe("G1", GP, "involvement.ended", involvement="G1/1", ended_on="2008-01-01")
    history = desk.replay(AS_DECIDED)
    counts = asdict(difference.reports(history.decided.match_state, history.replayed.match_state, history.gps))
    assert counts["several_gps"] == {"log": 0, "replay": 0}


@pytest.mark.parametrize(("most", "seed"), [(1, 1), (40, 2), (2000, 3)])
def test_replayed_as_it_was_decided_nothing_differs(desk: ReplayDesk, tmp_path: Path, most: int, seed: int) -> None:
    """Whatever the batches were, with stewards' decisions in between, and from wherever the replay begins."""
    rng = random.Random(seed)
    write_feeds(60, seed, tmp_path / "feeds")
    agencies = {each.urn: each for each in read_agencies_file(tmp_path / "feeds" / "agencies.yaml")}
    add_agencies(desk.url, agencies.values())
    lines = [line for feed in sorted((tmp_path / "feeds").glob("*.ndjson")) for line in feed.read_bytes().splitlines()]
    while lines:
        batch, lines = lines[: (cut := rng.randint(1, most))], lines[cut:]
        desk.registrar.handle([desk.message(line, agencies[orjson.loads(line)["source"]]) for line in batch])
        if rng.random() < 20 / (1 + len(lines) / most):
            decide_something(desk, rng)
    for _ in range(5):
        decide_something(desk, rng)
    events = desk.events()
    assert {"ChildrenMerged.v1", "RecordUnlinked.v1", "MatchDismissed.v1"} <= {event.type for event in events}
    for start in (None, events[len(events) // 3].recorded_at, events[-len(events) // 3].recorded_at):
        history = desk.replay(AS_DECIDED, start)
        assert history.tally.versions[AS_DECIDED.version] > 0
        assert_nothing_differs(history)


def decide_something(desk: ReplayDesk, rng: random.Random) -> None:
    """What a steward might decide about any two children."""
    members = desk.members()
    left, right = rng.sample(sorted(members), 2)
    desk.merge(left, right)
    desk.dismiss(left, rng.choice(sorted(members)))
    if rng.random() < 0.5:
        desk.split(left)
