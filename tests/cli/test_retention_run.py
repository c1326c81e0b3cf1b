"""A run of retention by the command: how its pages are added up, and how `status` says when there was one."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.cli.display.status import last_run
from services.cli.verbs.retention import Total


def pages(*of: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """Pages of how many were left out, and how many archived."""
    for number, (left_out, archived) in enumerate(of, start=1):
        yield {
            "on": "2026-11-24",
            "act": "archive",
            "authority": None,
            "dry_run": False,
            "done": {"archived": archived} if archived else {},
            "left_out": {"held": left_out} if left_out else {},
            "by_rule": {"reached-18": {"archived": archived}},
            "children": [],
            "count": left_out + archived,
            "after": f"{number}" if number < len(of) else None,
        }


@pytest.mark.parametrize(("most", "archived", "more"), [(None, 30, False), (5, 10, True), (11, 30, False)])
def test_whoever_is_left_out_in_front_does_not_end_a_run(most: int | None, archived: int, more: bool) -> None:
    total = Total()
    total.add(pages((100, 0), (100, 0), (0, 10), (0, 20)), most)
    found = total.summary
    assert (found["done"], found["left_out"], found["more"]) == ({"archived": archived}, {"held": 200}, more)
    assert found["by_rule"]["reached-18"]["archived"] == archived


@pytest.mark.parametrize(
    ("of", "says"),
    [
        ({}, "not run yet"),
        ({"": "2026-11-24"}, "last run for the whole directory on 2026-11-24"),
        ({"E1": "2026-11-24"}, "last run for 1 authority on 2026-11-24"),
        (
            {"": "2026-11-20", "E1": "2026-11-24", "E2": "2026-11-22"},
            "last run for the whole directory on 2026-11-20, for 2 authorities on 2026-11-22 to 2026-11-24",
        ),
    ],
)
def test_status_says_when_it_was_run(of: dict[str, str], says: str) -> None:
    assert last_run(of) == says
