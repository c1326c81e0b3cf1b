"""The page of a comparison needs nothing else, has in tables what its pictures show, and names no child unasked."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from services.inclusion_policy.comparison import Comparison, ComparisonQuery
from services.inclusion_policy.policy_file import read_policy
from services.inclusion_policy.shipped import SHIPPED, shipped, shipped_model
from services.pages.policy import page
from tests.support.simulated_facts import KINDS, simulated

VOID = {"meta", "link", "img", "br", "hr"}


class Read(HTMLParser):
    """Reads a page: what is open, which elements and attributes there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def answer(*policies: Any, children: int = 200) -> dict[str, Any]:
    """What the API answers."""
    question = ComparisonQuery(
        policies or [shipped(name) for name in SHIPPED], "2008-11-14", shipped_model(), ["not_listed_now"]
    )
    comparison = Comparison(question, KINDS)
    comparison.count(simulated(children))
    document: dict[str, Any] = json.loads(b"".join(comparison.answer()))
    return document


def test_it_is_whole_and_needs_nothing_else() -> None:
    text = page(answer())
    read = Read(text)
    assert read.open == []
    names = {tag for tag, _ in read.seen}
    assert names.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not any(name in attributes for _, attributes in read.seen for name in ("src", "href", "onclick"))
    assert "url(" not in text
    assert "@import" not in text


def test_every_picture_has_a_name_of_its_own_and_a_table() -> None:
    read = Read(page(answer()))
    named = [attributes["aria-labelledby"] for tag, attributes in read.seen if tag == "svg"]
    titles = [attributes.get("id") for tag, attributes in read.seen if tag == "title"]
    assert len(named) == len(set(named)) == 10
    assert set(named) <= set(titles)
    assert sum(tag == "table" for tag, _ in read.seen) == 11


def test_children_are_named_only_where_that_was_asked_for() -> None:
    comparison = answer()
    assert "child-000" not in page(comparison)
    assert "child-000" in page(comparison, ["not_listed_now"])


@pytest.mark.parametrize("children", [0, 1])
def test_few_children_are_no_error(children: int) -> None:
    assert Read(page(answer(children=children))).open == []


def test_texts_of_a_policy_stay_texts() -> None:
    own = read_policy("own.yaml", "name: own\nversion: 1\ntitle: <b>Own</b>\nsays: A & B.\nlisted: everyone\n")
    text = page(answer(own))
    assert "<b>" not in text
    assert "A &amp; B." in text


def test_bars_leave_room_for_their_labels() -> None:
    labels = re.findall(r'<text class="" x="([\d.]+)"[^>]*text-anchor="start">([^<]*)<', page(answer()))
    assert labels
    for x, label in labels:
        assert float(x) + 6.5 * len(label) < 400
