"""Layouts that cannot be used: the line, what is wrong, what to do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feeds.layout_file import LayoutRefused, load_layout, read_layout
from tests.pipeline.feeds.extracts import CLUB, written


def test_a_layout_may_lie_in_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + CLUB, "club.yaml")
    assert load_layout(str(path)).layout.layout == "club"


def test_everything_in_a_layout_is_text() -> None:
    text = CLUB.replace("{1: male, 2: female}", "{01: male, NO: female, 2008-10-24: unknown}")
    assert read_layout("club.yaml", text).layout.codes["Sex"] == {"01": "male", "NO": "female", "2008-10-24": "unknown"}


REFUSED = [
    ("layout: club", "layout: The Club", "line 2: layout: "),
    ("system: A club\n", "", "line 2: the layout: system is missing"),
    ("sent_by: [voluntary]", "sent_by: [wizards]", "line 5: sent_by.1: "),
    ("sent_by: [voluntary]", "colour: blue", "line 2: the layout: sent_by is missing"),
    ("subject: Ref\n", "subject: Ref\ncolour: blue\n", "line 13: colour: is nothing that a layout has"),
    ("id: 2", "id: two", "line 7: extract.trailer.id: "),
    ("id: 2", "id: 1", "line 7: extract.trailer.id: "),
    ("Ref, First", "Ref, Ref, First", "line 8: columns.2: an earlier column has the same name"),
    ("required: [Began]", "required: [Start]", "line 9: required.1: `columns` has no column"),
    ("subject: Ref", "subject: Reference", "line 12: subject: `columns` has no column"),
    ("given_name: First", "given_name: Forename", "line 16: sends.1.fields.given_name: `columns` has no column"),
    ("given_name: First", "first_name: First", "line 16: sends.1.fields.first_name: child has no such field"),
    ("given_name: First\n", "gender: Sex\n", "names something a second time"),
    ("      given_name: First\n", "", "line 15: sends.1.fields: the contract requires given_name"),
    ("carers.0.phone", "carers.99.phone", "line 21: sends.1.fields.carers.99.phone: child has no such field"),
    ("carers.0.phone", "flag", "line 21: sends.1.fields.flag: child has no such field"),
    ("gender: Sex", "date_of_birth_estimated: Sex", "true or false; give its column a code list"),
    ("gender: Sex", "gender: {code: 1}", "line 19: sends.1.fields.gender: write a column, a list"),
    ("Ended: filled", "Ended: full", "line 29: sends.3.when.Ended"),
    ("Ended: filled", "Sex: [boy]", "line 29: sends.3.when.Sex: none of the codes means that"),
    ("type: involvement.ended", "type: involvement.stopped", "line 28: sends.3.type"),
    ("[Ref, Began]", "[Ref, Began", "is not YAML"),
    ("layout: club", "- club", "is not YAML"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), REFUSED, ids=[sentence for _, _, sentence in REFUSED])
def test_a_layout_with_a_fault_is_refused_with_its_line(old: str, new: str, sentence: str) -> None:
    assert old in CLUB
    with pytest.raises(LayoutRefused) as refused:
        read_layout("club.yaml", CLUB.replace(old, new, 1))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a\n", "[" * 5_000, "a: &a [*a]\n", "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: k}}}}}}}}}\n"]
)
def test_what_is_no_layout_at_all_is_refused(text: str) -> None:
    with pytest.raises(LayoutRefused):
        read_layout("club.yaml", text)


def test_references_that_multiply_are_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcde", "bcdef", strict=True)
    )
    with pytest.raises(LayoutRefused, match="more than a layout has"):
        read_layout("club.yaml", bomb)


def test_a_layout_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutRefused, match="contactpoint layouts list"):
        load_layout(str(tmp_path / "none.yaml"))
    with pytest.raises(LayoutRefused, match="cannot be read as a text file"):
        load_layout(str(written(tmp_path, b"\xff\xfe", "bytes.yaml")))


@given(st.text(max_size=60), st.integers(0, 900))
def test_whatever_a_layout_holds_nothing_else_is_raised(text: str, where: int) -> None:
    try:
        read_layout("club.yaml", CLUB[:where] + text + CLUB[where:])
    except LayoutRefused:
        return
