"""The layouts that come with the product: their samples become submissions that their senders may send."""

from pathlib import Path

import orjson
import pytest

from domain.agency import RIGHTS
from domain.source_record import Command
from domain.vocabulary import AgencyKind
from services.feeds.fields import DATES
from services.feeds.layout_file import load_layout, sample_of, shipped
from services.submission_contract.reading import read
from services.submit.table import data_columns
from tests.pipeline.feeds.extracts import STATED, converted, sample, submissions_of

NAMED_BY_THE_MEMO = {
    *("child-benefit", "birth-registration", "death-registration", "gp-registration", "school-census"),
    *("education-welfare", "social-care", "common-assessment", "child-protection-register", "health-visiting"),
    *("youth-offending", "police", "hospital", "voluntary", "sensitive-service"),
}


def test_there_is_a_layout_for_each_system_named_and_every_kind_of_agency_has_one() -> None:
    assert set(shipped()) == NAMED_BY_THE_MEMO
    assert {kind for name in shipped() for kind in load_layout(name).layout.sent_by} == set(AgencyKind)


@pytest.mark.parametrize("name", shipped())
def test_a_layout_is_named_like_its_file_and_says_what_it_is(name: str) -> None:
    layout, text = load_layout(name)
    assert layout.layout == name
    assert text.startswith("# ")
    assert name in STATED or layout.extract.trailer


@pytest.mark.parametrize("name", shipped())
def test_every_row_of_a_sample_follows_the_contract(name: str, tmp_path: Path) -> None:
    path, layout, extract = sample(tmp_path, name)
    rows = converted(path, layout)
    assert len(rows) == extract.rows
    assert [row.errors for row in rows] == [()] * len(rows)
    for submission in submissions_of(rows):
        assert isinstance(read(orjson.dumps(submission)), Command)


@pytest.mark.parametrize("name", shipped())
def test_whoever_may_send_a_layout_may_send_all_that_its_sample_says(name: str, tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, name)
    submissions = list(submissions_of(converted(path, layout)))
    assert submissions
    assert layout.sent_by
    for kind in layout.sent_by:
        rights = RIGHTS[kind]
        for submission in submissions:
            data = submission["data"]
            assert data.get("service", "") in {"", *rights.services}
            assert data.get("flag", "") in {"", *rights.flags}
            assert submission["type"] != "record.removed" or rights.removes_records


@pytest.mark.parametrize("name", shipped())
def test_a_sample_uses_every_step_of_its_layout(name: str, tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, name)
    steps = {submission["id"].rpartition(":")[2] for submission in submissions_of(converted(path, layout))}
    assert steps == {str(number) for number in range(1, len(layout.sends) + 1)}


def test_a_column_that_no_field_names_is_never_sent(tmp_path: Path) -> None:
    assert "collects fossils" in sample_of("voluntary")
    path, layout, _ = sample(tmp_path, "voluntary")
    assert b"fossils" not in orjson.dumps(submissions_of(converted(path, layout)))


def test_without_consent_nothing_of_a_sensitive_row_is_sent(tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, "sensitive-service")
    row = next(row for row in converted(path, layout) if row.subject == "YM-503")
    assert (row.made, row.errors) == ([], ())


def test_every_date_of_the_contract_is_read_in_the_layouts_form() -> None:
    schema_dates = {name.rpartition(".")[2] for name in data_columns()} & {"date_of_birth", "on", "until"}
    ends = {name.rpartition(".")[2] for name in data_columns() if name.endswith("_on")}
    assert schema_dates | ends == DATES
