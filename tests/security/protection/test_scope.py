"""The views and functions for readers: without a scope nobody reads anything, and with one no more than it allows."""

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from domain.authorization.archive import WHOLE_ARCHIVE
from projections.engine.live_schema import use_live
from projections.visibility.scope import EVERYWHERE, FOR_ARCHIVE, ORDINARY, Scope
from streams.codec import decode_event
from streams.store.database import Cursor
from tests.security.protection.hiding import made_sensitive
from tests.support.postgres_views import empty_views, take, writing
from tests.support.story import Seals, Story

INTERNAL = {"reader", "open_link", "kept_from_reader", "veiled", "waiting", "held_back"}
"""Views that only other views read."""
NORTH, SOUTH = "E06999001", "E06999002"
NOT_SCOPES = [
    "",
    "cleared",
    "cleared everywhere",
    "CLEARED everywhere {}",
    "cleared everywhere {} {}",
    "everywhere cleared {}",
    "ordinary everywhere {}\nx",
    f"ordinary {NORTH}, {{}}",
    "ordinary nowhere {*}",
]
GIVEN = {
    "uuid": "gen_random_uuid()",
    "uuid[]": "array[gen_random_uuid()]",
    "text": "'x'",
    "text[]": "array['x']",
    "integer": "10",
}
"""A value of each type that functions take."""


class Scene:
    """Ada is shielded and Bea may be Ada; a clinic alone knows Cleo, and has a record of Bea. All live in NORTH."""

    def __init__(self) -> None:
        story = Story()
        home = {"address": {"lines": ["1 Moss Lane"], "postcode": "ZX1 1AA", "authority": NORTH}}
        first, second = story.registered("gp", "S1", **home), story.registered("gp", "S2", **home)
        names = ("Bea", "Beatrice", "Cleo")
        other, secret, alone = (story.registered("gp", name, given_name=name, **home) for name in names)
        story.involved(first)
        story.involved(other)
        self.ada = story.listed(first)
        story.linked(self.ada, second)
        self.bea = story.listed(other)
        story.linked(self.bea, secret)
        self.cleo = story.listed(alone)
        story.suspected(self.ada, first, other)
        story.contradicted(self.ada, first, second)
        story.shielded(self.ada, custodian=NORTH)
        self.openly, self.secret = {first, second, other}, {secret, alone}
        self.values = made_sensitive(story.values, self.secret)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


@pytest.fixture(scope="module")
def database(database_url: str, scene: Scene) -> str:
    empty_views(database_url)
    seals = Seals()
    with writing(database_url) as cursor:
        assert take(cursor, [decode_event(value, seals) for value in scene.values]) == []
    return database_url


@pytest.fixture
def cursor(database: str) -> Iterator[Cursor]:
    """A cursor in a new transaction that reads the views."""
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        use_live(cursor)
        yield cursor
    connection.close()


def objects(cursor: Cursor) -> list[str]:
    """A query of everything of each view and function that is for readers."""
    cursor.execute(
        "select relname from pg_class where relkind = 'v' and relnamespace = current_schema()::regnamespace order by 1"
    )
    views = [name for (name,) in cursor.fetchall() if name not in INTERNAL]
    cursor.execute(
        "select proname, oidvectortypes(proargtypes) from pg_proc where pronamespace = current_schema()::regnamespace"
        " and prosecdef"
    )
    functions = {name: ", ".join(GIVEN[kind] for kind in kinds.split(", ")) for name, kinds in cursor.fetchall()}
    assert len(views) > 15
    assert len(functions) > 8
    return [
        *(f"select * from {view}" for view in views),
        *(f"select * from {name}({given})" for name, given in functions.items()),
    ]


def refused(cursor: Cursor, query: str, scope: str | None) -> bool:
    """Whether a query is refused in a transaction with this text as its scope."""
    cursor.connection.rollback()
    use_live(cursor)
    if scope is not None:
        cursor.execute("select set_config('contactpoint.scope', %s, true)", (scope,))
    try:
        cursor.execute(query)
    except InsufficientPrivilege:
        return True
    return False


def test_every_view_for_readers_is_a_barrier(cursor: Cursor) -> None:
    cursor.execute(
        "select relname from pg_class where relkind = 'v' and relnamespace = current_schema()::regnamespace"
        " and not coalesce(reloptions @> '{security_barrier=true}', false)"
    )
    assert {name for (name,) in cursor.fetchall()} == INTERNAL


def test_a_forgotten_scope_gives_nothing(cursor: Cursor) -> None:
    assert [query for query in objects(cursor) if not refused(cursor, query, None)] == []


@pytest.mark.parametrize("scope", NOT_SCOPES)
def test_what_is_no_scope_gives_nothing(cursor: Cursor, scope: str) -> None:
    assert [query for query in objects(cursor) if not refused(cursor, query, scope)] == []


def test_a_scope_ends_with_its_transaction(cursor: Cursor) -> None:
    ORDINARY.execute(cursor, "select child from known_child")
    assert cursor.fetchall()
    assert refused(cursor, "select child from known_child", None)


@pytest.mark.parametrize("scope", ["ordinary nowhere {}", f"cleared {NORTH} {{}}", "cleared everywhere {}"])
def test_with_a_scope_everything_can_be_read(cursor: Cursor, scope: str) -> None:
    assert [query for query in objects(cursor) if refused(cursor, query, scope)] == []


@pytest.mark.parametrize(
    "bad", [Scope(custodian="E06999001 {}"), Scope(custodian=""), Scope(opened=["x"]), Scope(opened=["'; select 1"])]
)
def test_what_can_be_no_scope_is_not_set(bad: Scope) -> None:
    with pytest.raises(ValueError, match=r"custodian|badly formed"):
        _ = bad.setting


def column(cursor: Cursor, scope: Scope, query: str) -> set[str]:
    scope.execute(cursor, query)
    return {str(value) for (value,) in cursor.fetchall()}


def test_a_sensitive_record_is_known_to_the_cleared_alone(cursor: Cursor, scene: Scene) -> None:
    for clearance, known in ((False, scene.openly), (True, scene.openly | scene.secret)):
        assert column(cursor, Scope(clearance), "select record from known_link") == known
    assert column(cursor, Scope(False), "select child from known_child") == {scene.ada, scene.bea}
    assert column(cursor, Scope(True), "select child from known_child") == {scene.ada, scene.bea, scene.cleo}


UNVEILED = {
    "unveiled_finding": "child",
    "unveiled_listing": "child",
    "unveiled_archive": "child",
    "unveiled_name": "child",
    "unveiled_chronology": "child",
    "unveiled_features": "child",
    "unveiled_reported": "(select l.child from link l where l.record = stream)",
    "unveiled_told_fact": "(select l.child from link l where l.record = stream)",
    "unveiled_contradiction": "child",
    "unveiled_suspicion": "unnest(array[child, other_child])",
}


def test_every_view_without_hidden_children_is_tried(cursor: Cursor) -> None:
    assert UNVEILED.keys() == {query.split()[-1] for query in objects(cursor) if " unveiled_" in query}


@pytest.mark.parametrize("view", UNVEILED)
def test_a_hidden_child_is_unveiled_to_whom_it_is_opened_and_to_its_custodian_alone(
    cursor: Cursor, scene: Scene, view: str
) -> None:
    query = f"select {UNVEILED[view]} from {view}"
    if view == "unveiled_archive":
        cursor.execute("insert into archived_child (child, since, position) values (%s, '2020-01-01', 1)", (scene.ada,))
        cursor.execute(f"select {FOR_ARCHIVE}", (WHOLE_ARCHIVE,))
    for scope in (Scope(True), Scope(True, SOUTH), Scope(True, opened=[scene.bea])):
        assert scene.ada not in column(cursor, scope, query)
    for scope in (Scope(custodian=EVERYWHERE), Scope(custodian=NORTH), Scope(opened=[scene.ada, scene.bea])):
        assert scene.ada in column(cursor, scope, query)


def test_a_shield_is_kept_by_its_custodian_alone(cursor: Cursor, scene: Scene) -> None:
    for custodian, kept in (("nowhere", set()), (SOUTH, set()), (NORTH, {scene.ada}), (EVERYWHERE, {scene.ada})):
        assert column(cursor, Scope(True, custodian), "select child from kept_shield") == kept
