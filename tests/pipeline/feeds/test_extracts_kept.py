"""Which extracts were sent is kept: other content, an older day, and two at once are noticed."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from services.registers import ExtractRefused, SentExtract, begin_extract, complete_extract
from streams.store.database import Database
from streams.store.schema import migrate

OCTOBER = SentExtract("la-north", "education-welfare", "EW-10", "2008-10-24", 4, "digest")
NOVEMBER = OCTOBER._replace(extract="EW-11", taken_on="2008-11-24", content_digest="another")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    migrate(database_url)
    with closing(Database(database_url, "test")) as made:
        with made.transaction() as cursor:
            cursor.execute("truncate registry.extracts")
        yield made


def test_an_extract_is_new_then_begun_then_sent(database: Database) -> None:
    assert begin_extract(database, OCTOBER, older_too=False) == "new"
    assert begin_extract(database, OCTOBER, older_too=False) == "begun"
    complete_extract(database, OCTOBER)
    assert begin_extract(database, OCTOBER, older_too=False) == "sent"


def test_other_content_under_a_known_id_is_refused(database: Database) -> None:
    begin_extract(database, OCTOBER, older_too=False)
    for older_too in (False, True):
        with pytest.raises(ExtractRefused, match="other content"):
            begin_extract(database, OCTOBER._replace(content_digest="another"), older_too=older_too)


def test_an_older_extract_is_refused_unless_it_is_meant(database: Database) -> None:
    begin_extract(database, NOVEMBER, older_too=False)
    with pytest.raises(ExtractRefused, match=r"of 2008-11-24, was sent.*--older-too"):
        begin_extract(database, OCTOBER, older_too=False)
    assert begin_extract(database, OCTOBER, older_too=True) == "new"
    assert begin_extract(database, NOVEMBER, older_too=False) == "begun"


def test_agencies_and_layouts_have_an_order_of_their_own(database: Database) -> None:
    begin_extract(database, NOVEMBER, older_too=False)
    for other in (OCTOBER._replace(agency="la-south"), OCTOBER._replace(layout="school-census")):
        assert begin_extract(database, other, older_too=False) == "new"


def test_two_extracts_of_an_agency_are_not_sent_at_once(database: Database, database_url: str) -> None:
    begin_extract(database, OCTOBER, older_too=False)
    with closing(Database(database_url, "another")) as other:
        with pytest.raises(ExtractRefused, match="being sent"):
            begin_extract(other, NOVEMBER, older_too=False)
        assert begin_extract(other, NOVEMBER._replace(agency="la-south"), older_too=False) == "new"
