"""The ledger of the soak (`make soak`) notices what may not be answered."""

from typing import Any

import pytest

from tests.crash.soak.ledger import Ledger
from tests.crash.soak.story import Subject

VERSION, CHILD = "a version", "00000000-0000-4000-8000-000000000001"
SUBJECT = Subject("soak-http", "one")


@pytest.fixture
def ledger() -> Ledger:
    """Of one child, of whom the views of a version hold two steps, and of whom a third was sent."""
    kept = Ledger()
    for step in range(3):
        kept.try_to_send([(SUBJECT, step)])
    kept.acknowledge([(SUBJECT, 0), (SUBJECT, 1)])
    kept.settle(VERSION, {SUBJECT: 2})
    found = [{"child": CHILD, "name": SUBJECT.particulars}]
    kept.judge_found(VERSION, SUBJECT, kept.bounds(VERSION, SUBJECT), _named(found))
    return kept


def _named(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("given_name", "family_name")
    return [{**each, "name": {name: each["name"][name] for name in names}} for each in found]


def entry(*services: str, flags: int = 0, subject: str = SUBJECT.key) -> dict[str, Any]:
    return {
        "involvements": [{"service": service, "ended_on": None} for service in services],
        "flags": [{}] * flags,
        "records": [{"source": SUBJECT.source, "subject": subject}],
    }


@pytest.mark.parametrize("right", [entry("gp"), entry("gp", "education")])
def test_an_entry_may_have_what_is_settled_and_what_was_sent_since(ledger: Ledger, right: dict[str, Any]) -> None:
    ledger.judge_shown(VERSION, SUBJECT, ledger.bounds(VERSION, SUBJECT), right)
    assert ledger.wrong == []


@pytest.mark.parametrize("wrong", [None, entry(), entry("gp", flags=1), entry("gp", subject="another")])
def test_an_entry_may_be_neither_absent_nor_older_nor_newer_nor_anothers(
    ledger: Ledger, wrong: dict[str, Any] | None
) -> None:
    ledger.judge_shown(VERSION, SUBJECT, ledger.bounds(VERSION, SUBJECT), wrong)
    assert len(ledger.wrong) == 1


def test_what_was_shown_once_is_shown_from_then_on(ledger: Ledger) -> None:
    ledger.judge_shown(VERSION, SUBJECT, ledger.bounds(VERSION, SUBJECT), entry("gp", "education"))
    ledger.judge_shown(VERSION, SUBJECT, ledger.bounds(VERSION, SUBJECT), entry("gp"))
    assert len(ledger.wrong) == 1


@pytest.mark.parametrize("children", [[], ["00000000-0000-4000-8000-000000000002"], [CHILD, CHILD]])
def test_a_known_child_is_found_as_the_same_and_once(ledger: Ledger, children: list[str]) -> None:
    found = _named([{"child": child, "name": SUBJECT.particulars} for child in children])
    ledger.judge_found(VERSION, SUBJECT, ledger.bounds(VERSION, SUBJECT), found)
    assert len(ledger.wrong) == 1
