"""A shielded child in the views: like one whose hidden data never existed, in whatever order the log was read."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.matching import Searcher
from domain.reports import REPORTS
from projections.audit_history.query import history
from projections.cross_stream import hidden_children
from projections.directory import query as directory
from projections.directory.as_of import AsOf
from projections.duplicates.query import contradictions, suspected_others, suspected_pairs
from projections.reports.query import FIRST
from projections.search import query
from projections.search.query import find
from projections.shields import tables
from projections.visibility.scope import FOR_AGENCY
from projections.visibility.shields import EVERYWHERE, due_reviews
from services.queries.reports import ReportQuery, report_page
from services.registrar.matcher_settings import load_settings
from streams.store.database import Cursor
from streams.store.schema import migrate
from tests.support.postgres_views import clear, empty_views, rows, take, writing
from tests.support.story import Story
from tests.views.test_row_changes import by_partition

TODAY = date(2026, 11, 24)
SEARCHER = Searcher(load_settings())
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = [("Ada", "Quaternion"), ("Bea", "Octonion"), ("Adah", "Quaternian")]
POSTCODES = ["ZX1 1AA", "ZX9 9ZZ"]
NUMBERS = ["9990000018", "9990000026"]
BORN = ["2001-02-03", "2003-11-30"]
UPNS = ["A123456789012", "B123456789012"]


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    migrate(database_url)
    return database_url


def particulars(draw: st.DrawFn) -> dict[str, Any]:
    """What an agency holds of a child."""
    given_name, family_name = draw(st.sampled_from(NAMES))
    former = draw(st.sampled_from(NAMES))
    return {
        "given_name": given_name,
        "family_name": family_name,
        "date_of_birth": draw(st.sampled_from(BORN)),
        "gender": draw(st.sampled_from(["female", "male", "other", "unknown"])),
        "other_names": [dict(zip(("given_name", "family_name"), former, strict=True))] * draw(st.integers(0, 1)),
        "nhs_number": draw(st.sampled_from([*NUMBERS, None])),
        "upn": draw(st.sampled_from([*UPNS, None])),
        "address": {"lines": ["1 Moss Lane"], "postcode": draw(st.sampled_from(POSTCODES)), "authority": "E06999001"},
        "carers": [{"name": "Grace Quaternion"}],
    }


VISIBLE = ("date_of_birth", "gender")
HIDDEN: dict[str, Any] = {"other_names": [], "nhs_number": None, "upn": None, "address": None, "carers": []}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, int, dict[str, Any]]]:
    """What happens to the two records of a child, of one name: kind, record, particulars."""
    kinds = st.sampled_from(["amended", "involved", "flagged", "deregistered", "nothing"])
    name = dict(zip(("given_name", "family_name"), draw(st.sampled_from(NAMES)), strict=True))

    def stated() -> dict[str, Any]:
        return particulars(draw) | name

    first = [("registered", 0, stated()), ("registered", 1, stated())]
    rest = range(draw(st.integers(0, 5)))
    return [*first, *((draw(kinds), draw(st.integers(0, 1)), stated()) for _ in rest)]


def directory_with(
    others: list[dict[str, Any]], life: list[Any], *, shield: bool = True, instead: dict[str, Any] | None = None
) -> tuple[Story, str]:
    """Some children and one of two records, with `instead` its records never said anything else."""
    story = Story()
    for other in others:
        record = story.registered("gp", "B1", **other)
        story.listed(record)
        story.involved(record)
    records = [story.new_id(), story.new_id()]
    child, somebody = story.new_id(), story.new_id()
    for kind, which, own in life:
        shown = instead or own
        record = records[which]
        if kind == "registered":
            story.registered_again(record, f"agency-{which}", "S1", **shown)
            if which == 0:
                data = {"record": record, "record_version": 1}
                story.append(child, "ChildListed", data, None, "gp")
                story.members[child] = [record]
            else:
                story.linked(child, record)
        elif kind == "amended":
            story.amended(record, **shown)
        elif kind == "deregistered":
            story.deregistered(record)
        elif not instead and kind in ("involved", "flagged"):
            getattr(story, kind)(record, len(story.values))
        else:
            story.append(somebody, "NothingThatIsShown")
    (story.shielded if shield else lambda _: story.append(somebody, "NothingThatIsShown"))(child)
    return story, child


def load(cursor: Cursor, story: Story) -> None:
    clear(cursor)
    assert take(cursor, story.events) == []


def answers(cursor: Cursor, criteria: list[Mapping[str, str]], *, shield: bool) -> bytes:
    """Everything that searches find, as bytes; without a shield equals in any order, for shielded ones come last."""
    found = [find(cursor, SEARCHER, SEARCHER.query(each), 50, cleared=True) for each in criteria]
    hits = [each.hits if shield else sorted(each.hits, key=lambda hit: (-hit.score, hit.child)) for each in found]
    return orjson.dumps([[[[*hit] for hit in some], each.too_many] for some, each in zip(hits, found, strict=True)])


CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.sampled_from([name for name, _ in NAMES]),
        "family_name": st.sampled_from([name for _, name in NAMES]),
        "date_of_birth": st.sampled_from(BORN),
        "gender": st.sampled_from(["female", "male"]),
        "postcode": st.sampled_from(POSTCODES),
        "nhs_number": st.sampled_from(NUMBERS),
        "upn": st.sampled_from(UPNS),
    },
)


@few
@given(st.data(), lives(), st.lists(CRITERIA, min_size=1, max_size=12))
def test_a_search_finds_and_scores_as_if_nothing_hidden_had_ever_been(
    database: str, data: st.DataObject, life: list[Any], criteria: list[Mapping[str, str]]
) -> None:
    others = [particulars(data.draw) for _ in range(data.draw(st.integers(0, 3)))]
    with writing(database) as cursor:
        story, child = directory_with(others, life)
        load(cursor, story)
        found = {shield: answers(cursor, criteria, shield=shield) for shield in (True, False)}
        shown = everything(cursor, story, child)
        left = directory.entry(cursor, story.seals, child, today=TODAY)
        assert left is not None
        instead = {**left["name"], **{name: left[name] for name in VISIBLE}, **HIDDEN}
        for shield in (True, False):
            twin, same = directory_with(others, life, shield=shield, instead=instead)
            load(cursor, twin)
            assert (same, answers(cursor, criteria, shield=shield)) == (child, found[shield])
            assert not shield or shown == everything(cursor, twin, child)


def everything(cursor: Cursor, story: Story, child: str) -> bytes:
    """Whatever else can be asked, as bytes: entries at any time, history, export, queue, reports."""
    seals = story.seals
    moments = [None, "2026-11-23T10:00:00.002000Z", "2030-01-01T00:00:00.000000Z"]
    shown: list[Any] = [
        directory.entry(cursor, seals, child, AsOf(moment), today=TODAY, cleared=True) for moment in moments
    ]
    shown.append(directory.entry(cursor, seals, child, AsOf(None, "2009-01-01T00:00:00.000000Z"), today=TODAY))
    shown.append(directory.entry(cursor, seals, child, today=TODAY, cleared=True))
    everybody = directory.children(cursor, None, 100, cleared=True)
    shown.append(directory.entries(cursor, seals, everybody, TODAY, cleared=True))
    shown += [history(cursor, seals, each, cleared=True) for each in everybody if each == child]
    shown += [suspected_pairs(cursor, None, 9, cleared=True), contradictions(cursor, None, 9, cleared=True)]
    shown.append({one: sorted(other) for one, other in suspected_others(cursor, everybody).items()})
    for name in REPORTS:
        page, _ = report_page(cursor, seals, ReportQuery(name, TODAY, None), FIRST, 100)
        shown.append(page)
    return orjson.dumps(shown)


def test_nothing_hidden_is_known_of_a_shielded_child(database: str) -> None:
    story = Story()
    record = story.registered(
        nhs_number=NUMBERS[0], address={"lines": ["1 Moss Lane"], "postcode": "ZX1 1AA", "authority": "E06999001"}
    )
    child = story.listed(record)
    story.involved(record)
    story.shielded(child)
    with writing(database) as cursor:
        load(cursor, story)
        shown = directory.entry(cursor, story.seals, child, today=TODAY, cleared=True)
        opened = directory.redacted_entries(cursor, story.seals, [child], TODAY, cleared=True, opened=[child])
        assert history(cursor, story.seals, child, cleared=True) == []
        events = history(cursor, story.seals, child, cleared=True, opened=[child])
        by_number = find(cursor, SEARCHER, SEARCHER.query({"nhs_number": NUMBERS[0]}), 9, cleared=True)
        by_name = find(cursor, SEARCHER, SEARCHER.query({"given_name": "Ada", "family_name": "Quaternion"}), 9)
        assert due_reviews(cursor, "2027-05-23", None, 9) == []
        assert [each.child for each in due_reviews(cursor, "2027-05-24", None, 9)] == [child]
    assert shown == {
        "child": child,
        "name": {"given_name": "Ada", "family_name": "Quaternion"},
        "other_names": [],
        "date_of_birth": "2001-02-03",
        "date_of_birth_estimated": False,
        "gender": "female",
        "identifiers": {"nhs_number": [], "upn": []},
        **{name: [] for name in ("addresses", "carers", "involvements", "flags", "records")},
        "education": None,
        "shielded": True,
        "position": 4,
        "as_of": "2026-11-24T00:00:00.000000Z",
    }
    assert opened[0].entry is not None
    assert opened[0].entry["addresses"][0]["postcode"] == "ZX1 1AA"
    assert len(events) == len(story.values)
    assert by_number.hits == []
    assert [hit.child for hit in by_name.hits] == [child]


def test_a_record_that_was_registered_again_names_its_shielded_child_as_before(database: str) -> None:
    story = Story()
    record, other = story.registered("la", "L1", given_name="Bea"), story.registered("gp", "G1")
    child = story.listed(record)
    story.linked(child, other)
    story.deregistered(record)
    story.registered_again(record, "la", "L1", "2009-02-03T10:00:00.000000Z", given_name="Bea")
    with writing(database) as cursor:
        load(cursor, story)
        before = directory.entry(cursor, story.seals, child, today=TODAY)
        known = len(story.events)
        story.shielded(child)
        take(cursor, story.events[known:])
        after = directory.entry(cursor, story.seals, child, today=TODAY)
        cursor.execute("select names[1], cardinality(shown) from hidden where child = %s", (child,))
        searched = cursor.fetchone()
    assert before is not None
    assert after is not None
    assert (before["shielded"], before["name"]["given_name"]) == (False, "Bea")
    assert (after["shielded"], after["name"]) == (True, before["name"])
    assert searched == ("bea", 2)


def test_what_may_be_a_shielded_child_is_hidden_until_somebody_decides(database: str) -> None:
    story = Story()
    shielded, twin, third = (story.listed(story.registered("la", f"L{n}")) for n in range(3))
    with writing(database) as cursor:
        load(cursor, story)

        def now() -> set[str]:
            """Who is hidden, and from whom not, once what has happened since is applied; a rebuild says the same."""
            take(cursor, story.events[len(applied) :])
            applied.extend(story.events[len(applied) :])
            live = rows(cursor, tables.HIDDEN)
            cursor.execute("delete from hidden")
            hidden_children.fill(cursor, str(UUID(int=0)), str(UUID(int=2**128 - 1)))
            assert rows(cursor, tables.HIDDEN) == live
            cursor.execute("select child::text, sender from hidden")
            senders = dict(cursor.fetchall())
            assert {senders.pop(shielded, None), *senders.values()} <= {None, "urn:agency:la"}
            return {child for child in (shielded,) if child in story.shields} | senders.keys()

        applied = list(story.events)
        story.suspected(twin, story.members[twin][0], *story.members[shielded])
        assert now() == set()
        story.shielded(shielded)
        assert now() == {shielded, twin}
        story.suspected(shielded, story.members[shielded][0], *story.members[third])
        assert now() == {shielded, twin}
        assert suspected_pairs(cursor, None, 9, cleared=True) == []
        assert len(suspected_pairs(cursor, None, 9, cleared=True, custodian=EVERYWHERE)) == 2
        story.dismissed(twin, shielded)
        assert now() == {shielded}
        events = history(cursor, story.seals, twin, cleared=True)
        assert not {"MatchSuspected.v1", "MatchDismissed.v1"} & {event["type"] for event in events}
        story.suspected(third, story.members[third][0], *story.members[shielded])
        assert now() == {shielded, third}
        story.not_suspected(third, story.members[third][0], *story.members[shielded])
        assert now() == {shielded}
        story.suspected(third, story.members[third][0], *story.members[shielded])
        story.removed(story.members[third][0])
        assert now() == {shielded, third}
        story.unshielded(shielded)
        assert now() == set()


def test_a_suspicion_hides_no_child_that_another_agency_made_visible(database: str) -> None:
    story = Story()
    shielded, victim = story.listed(story.registered("la", "L1")), story.ada()
    theirs = story.registered("school", "S2", address={"postcode": "ZX1 1AA"})
    story.linked(victim, theirs, "school")
    story.shielded(shielded)
    story.suspected(victim, theirs, *story.members[shielded])
    story.suspected(shielded, story.members[shielded][0], story.members[victim][0])
    with writing(database) as cursor:
        load(cursor, story)
        seen = directory.entry(cursor, story.seals, victim, today=TODAY)
        assert seen is not None
        assert (seen["shielded"], [each["postcode"] for each in seen["addresses"]]) == (False, ["ZX1 1AA"])
        story.removed(story.members[victim][0])
        take(cursor, story.events[-1:])
        alone = directory.entry(cursor, story.seals, victim, today=TODAY)
        (queued,) = directory.redacted_entries(cursor, story.seals, [victim], TODAY, sees_waiting=True)
        listed = directory.children(cursor, None, 9)
        cursor.execute(f"select {FOR_AGENCY}", ("urn:agency:gp",))
        others = directory.entry(cursor, story.seals, victim, today=TODAY)
        cursor.execute(f"select {FOR_AGENCY}", ("urn:agency:school",))
        sent = directory.entry(cursor, story.seals, victim, today=TODAY)
        found = find(cursor, SEARCHER, SEARCHER.query({"postcode": "ZX1 1AA", "given_name": "Ada"}), 9)
    assert (alone, others, listed) == (None, None, [shielded])
    assert queued.entry is not None
    assert sent is not None
    assert (queued.entry["shielded"], queued.entry["addresses"]) == (True, [])
    assert (sent["shielded"], [each["postcode"] for each in sent["addresses"]]) == (False, ["ZX1 1AA"])
    assert [hit.child for hit in found.hits] == [victim]


def test_what_agencies_say_after_the_shield_renames_nobody_until_its_custodian_has_reviewed_it(database: str) -> None:
    story = Story()
    record = story.registered("la", given_name="Nell", family_name="Marsh")
    child = story.listed(record, "la")
    story.amended(record, given_name="Ada")
    story.shielded(child)
    story.amended(record, given_name="Bea", family_name="Octonion", date_of_birth="2003-11-30", gender="male")
    story.linked(child, story.registered("voluntary", "V1", given_name="Ida", family_name="Lantern"), "voluntary")

    def found(cursor: Cursor) -> list[str]:
        """The names by which the child is found."""
        names = ["Nell Marsh", "Ada Quaternion", "Ida Lantern", "Bea Octonion"]
        asked = {name: dict(zip(("given_name", "family_name"), name.split(), strict=True)) for name in names}
        return [name for name, each in asked.items() if find(cursor, SEARCHER, SEARCHER.query(each), 9).hits]

    def shown(cursor: Cursor) -> tuple[Any, ...]:
        entry = directory.entry(cursor, story.seals, child, today=TODAY)
        assert entry is not None
        return entry["name"]["given_name"], entry["date_of_birth"], entry["gender"]

    with writing(database) as cursor:
        load(cursor, story)
        assert shown(cursor) == ("Ada", "2001-02-03", "female")
        assert found(cursor) == ["Nell Marsh", "Ada Quaternion"]
        shield = {"since": "2026-11-24T00:00:00.000000Z", "review_by": "2027-11-24", "custodian": None}
        story.decides(child, "ShieldReviewed.v2", shield)
        take(cursor, story.events[-1:])
        assert shown(cursor)[0] != "Ada"
        assert found(cursor) == ["Nell Marsh", "Ada Quaternion", "Ida Lantern", "Bea Octonion"]


def test_hidden_records_do_not_count_against_the_bounds_of_a_search(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story()
    home = {"postcode": "ZX1 1AA"}
    children = [story.listed(story.registered(address=home, given_name=f"Ada{n}")) for n in range(3)]
    story.shielded(children[0])
    searched = SEARCHER.query({"postcode": "ZX1 1AA", "date_of_birth": "2001-02-03"})
    with writing(database) as cursor:
        load(cursor, story)
        for most in ("MOST_RECORDS", "MOST_ROWS"):
            monkeypatch.setattr(query, most, 2)
            found = find(cursor, SEARCHER, searched, 2)
            assert ({hit.child for hit in found.hits}, found.too_many) == (set(children[1:]), False)


def test_a_record_that_is_a_shielded_childs_now_is_hidden_as_of_when_it_was_anothers(database: str) -> None:
    story = Story()
    one, other = story.listed(story.registered(address={"postcode": "ZX5 5AA"})), story.ada()
    records = story.merged(other, one)
    merged_at = story.events[-1].recorded_at
    story.given_back(other, one, records)
    story.shielded(one)
    with writing(database) as cursor:
        load(cursor, story)
        then = directory.entry(cursor, story.seals, other, AsOf(merged_at), today=TODAY, cleared=True)
        events = history(cursor, story.seals, other, cleared=True)
        number_then = directory.entry(cursor, story.seals, one, AsOf(merged_at), today=TODAY, cleared=True)
    assert then is not None
    assert (then["addresses"], len(then["records"])) == ([], 1)
    assert number_then is not None
    assert number_then["shielded"]
    assert one not in orjson.dumps(events).decode()


@few
@given(st.integers(0, 10**6))
def test_at_no_moment_is_a_record_seen_that_is_to_be_hidden(database: str, seed: int) -> None:
    """Merged into, split off, or suspected: hidden from the first moment, in whatever order partitions are read."""
    chance = random.Random(seed)
    story = Story(seed=seed)
    secret: dict[str, Any] = {"given_name": "Hidden", "address": {"postcode": "ZX7 7AA"}}
    plain = story.ada()
    child = story.new_id()
    story.append(child, "ShieldedChildListed", {"record": story.registered(**secret), "record_version": 1})
    story.shielded(child)
    story.members[child] = []
    story.linked(child, story.registered(**secret))
    story.linked(child, story.registered(**secret))
    story.merged(plain, child)
    twin, record = story.new_id(), story.registered(**secret)
    story.append(twin, "ShieldedChildListed", {"record": record, "record_version": 1})
    story.members[twin] = []
    story.suspected(twin, record, story.members[plain][-1])
    story.linked(twin, record)
    story.given_back(plain, child, story.members[plain][-2:])
    with writing(database) as cursor:
        clear(cursor)
        for event in by_partition(story.events, chance):
            assert take(cursor, [event]) == []
            found = find(cursor, SEARCHER, SEARCHER.query({"postcode": "ZX7 7AA", "given_name": "Hidden"}), 9)
            assert found.hits == []
            entries = directory.entries(cursor, story.seals, directory.children(cursor, None, 9), TODAY)
            assert all(each["addresses"] == [] for each in entries)
        assert entries
