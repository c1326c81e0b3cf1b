"""The pages about feeds speak of the layouts and samples that come with the product."""

import re

import pytest

from services.feeds.layout_file import load_layout, read_layout, sample_of, shipped
from services.feeds.reading import LONGEST_CELL, LONGEST_LINE, MOST_LINES_OF_A_ROW
from services.feeds.sheet import MOST_ROWS
from tests.support.tree import ROOT

PAGES = ROOT / "docs" / "feeds"


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_each_layout_has_a_page_and_each_page_a_layout() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*shipped(), "README", "a-layout"}
    assert all(f"]({name}.md) | `{name}` |" in page("README") for name in shipped())


@pytest.mark.parametrize("name", shipped())
def test_a_page_is_short_and_shows_the_beginning_of_the_sample(name: str) -> None:
    text = page(name)
    assert len(text.splitlines()) <= 60
    (excerpt,) = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert sample_of(name).startswith(excerpt)
    assert len(excerpt.splitlines()) > 1


@pytest.mark.parametrize("name", shipped())
def test_a_page_says_what_each_column_becomes(name: str) -> None:
    layout, rows = load_layout(name).layout, dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", page(name), re.MULTILINE))
    assert list(rows) == layout.columns
    for column, becomes in rows.items():
        fields = {field for step in layout.sends for field, source in step.fields.items() if column in source.columns}
        assert fields <= set(re.findall(r"`([^`]+)`", becomes))
        deciding = {layout.subject, layout.time, *(each for step in layout.sends for each in step.when)} & {column}
        assert ("never sent" in becomes) == (not fields and not deciding)


def test_the_layout_that_is_explained_can_be_used() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", page("a-layout"), re.MULTILINE | re.DOTALL)
    assert read_layout("club.yaml", text).layout.layout == "club"


def test_the_readme_states_the_bounds() -> None:
    for bound in (MOST_ROWS, LONGEST_CELL, LONGEST_LINE, MOST_LINES_OF_A_ROW):
        assert f"{bound:,}" in page("README")
