"""Children are found by normalised names, birth, postcode and identifiers, over current and other names."""

import pytest

from projections import schema
from projections.search.query import Hit, find
from tests.views.postgres_views import clear, take, writing
from tests.views.story import Story


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    schema.create(database_url)
    return database_url


def found(database: str, story: Story, limit: int = 10, **criteria: str) -> list[Hit]:
    """What criteria find after a story."""
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, story.events) == []
        return find(cursor, criteria, limit)


def known() -> tuple[Story, str]:
    """A story of Zoë O'Neill and somebody else."""
    story = Story()
    child = story.listed(
        story.registered(
            given_name="Zoë",
            family_name="O'Neill",
            gender="female",
            nhs_number="9434765919",
            upn="A123456789012",
            address={"lines": [], "postcode": "zx1 1aa"},
            other_names=[{"given_name": "Zoe", "family_name": "Müller", "kind": "former"}],
        )
    )
    story.listed(story.registered(given_name="Zoe", family_name="Miller"))
    return story, child


@pytest.mark.parametrize(
    "criteria",
    [
        {"given_name": "zoe", "family_name": "ONEILL"},
        {"family_name": "O’Neill", "date_of_birth": "2001-02-03"},
        {"given_name": "ZOE", "family_name": "Muller", "gender": "female"},
        {"family_name": "Müller", "postcode": "ZX11AA"},
        {"given_name": "Zoë", "postcode": " ZX1 1AA"},
        {"nhs_number": "943 476 5919"},
        {"upn": "a123456789012"},
    ],
)
def test_a_child_is_found_with_certainty(database: str, criteria: dict[str, str]) -> None:
    story, child = known()
    assert [(hit.child, hit.score, hit.grade) for hit in found(database, story, **criteria)] == [
        (child, 1.0, "certain")
    ]


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"given_name": "", "family_name": ""},
        {"given_name": "Zoe", "family_name": "Neill"},
        {"given_name": "Müller", "family_name": "Zoe"},
        {"family_name": "O'Neill", "date_of_birth": "2001-02-04"},
        {"nhs_number": "9434765918"},
    ],
)
def test_what_does_not_agree_is_not_found(database: str, criteria: dict[str, str]) -> None:
    assert found(database, known()[0], **criteria) == []


def test_an_identifier_finds_what_other_criteria_contradict_with_less_certainty(database: str) -> None:
    story, child = known()
    (hit,) = found(database, story, nhs_number="9434765919", family_name="Smith")
    assert (hit.child, hit.score, hit.grade) == (child, 0.5, "probable")


def test_a_child_is_found_once_and_the_best_come_first(database: str) -> None:
    story = Story()
    record = story.registered(nhs_number="9434765919")
    child = story.listed(record)
    story.linked(child, story.registered("la", "L1", nhs_number="9434765919", family_name="Other"))
    other = story.listed(story.registered("la", "L2", nhs_number="9434765919", given_name="Bob"))
    hits = found(database, story, nhs_number="9434765919", given_name="Ada", family_name="Quaternion")
    assert [hit.child for hit in hits] == [child, other]
    assert (hits[0].record, hits[0].score) == (record, 1.0)
    assert len(found(database, story, 1, nhs_number="9434765919")) == 1


def test_what_an_agency_no_longer_holds_or_was_removed_is_not_found(database: str) -> None:
    story = Story()
    record = story.registered(given_name="Old")
    story.listed(record)
    story.amended(record, given_name="New")
    assert found(database, story, given_name="Old", family_name="Quaternion") == []
    assert len(found(database, story, given_name="New", family_name="Quaternion")) == 1
    story.removed(record)
    assert found(database, story, given_name="New", family_name="Quaternion") == []
