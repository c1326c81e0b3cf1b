"""Policies side by side, for people."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.cli.output import plain, table

if TYPE_CHECKING:
    from rich.console import Console

Figures = Mapping[str, Any]


def display_policies(console: "Console", answer: Figures, lists: Sequence[str]) -> None:
    """The figures with a column for each policy, what they rest on, and the lists that were requested."""
    policies: Mapping[str, Figures] = answer["policies"]
    rows = [(label, *(_written(cell, figures) for figures in policies.values())) for label, cell in _ROWS]
    console.print(table(("", *policies), [row for row in rows if any(row[1:])]))
    first = next(iter(policies.values()))
    known, needy = answer["children"], first["in_need_now"]
    sentences = [f"On {answer['on']} the directory knew {known:,} children; {needy:,} of them were in need."]
    if answer["not_yet_known"]:
        sentences.append(f"Of {answer['not_yet_known']:,} more agencies told only later.")
    if answer.get("rounded_to"):
        sentences.append(
            f"Every count is told to the nearest {answer['rounded_to']}: the directory does not list everyone."
        )
    console.print(" ".join([*sentences, _FOOT]))
    for name in lists:
        for policy, children in answer[name].items():
            console.print(f"\n{policy}, {name.replace('_', ' ')}: {len(children):,}")
            console.out("\n".join(map(plain, children)), highlight=False)


_FOOT = (
    "Hours are those of one practitioner, an estimate from assumptions that can be changed (--model), and no promise."
    " docs/policies.md defines every figure."
)


def _written(cell: Callable[[Figures], str], figures: Figures) -> str:
    try:
        return cell(figures)
    except (KeyError, TypeError):
        return ""


def _number(name: str, part: str | None = None) -> Callable[[Figures], str]:
    return lambda figures: f"{figures[name][part] if part else figures[name]:,}"


def _share(figures: Figures) -> str:
    return f"{figures['contacts']['share']:.1%}"


def _hours(figures: Figures) -> str:
    hours = figures["hours_saved"]
    return f"{hours['estimate']:,.0f} ({hours['low']:,.0f} to {hours['high']:,.0f})"


_ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("Listed now", _number("listed_now")),
    ("Listed ever", _number("listed_ever")),
    ("In need now, not listed", _number("in_need_unlisted_now")),
    ("Not listed as a need arose", _number("unlisted_when_need_arose")),
    ("Needs never seen", _number("needs_never_listed")),
    ("Days unseen, half within", _number("unseen_days", "median")),
    ("Days unseen, 9 in 10 within", _number("unseen_days", "p90")),
    ("Involvements not shown", _number("involvements_lost")),
    ("Report findings lost", lambda figures: f"{sum(figures['findings_lost'].values()):,}"),
    ("Decisions to list", _number("decisions", "on")),
    ("Decisions to take off", _number("decisions", "off")),
    ("Decisions reversed", _number("decisions", "reversed")),
    ("Taken off while in need", _number("removed_in_need")),
    ("Bits that listing gives away", lambda figures: f"{figures['stigma_bits']:.2f}"),
    ("Listed, never in need", _number("held_without_need", "children")),
    ("… child-years of them", lambda figures: f"{figures['held_without_need']['child_years']:,.0f}"),
    ("Contacts findable", _share),
    ("Hours saved a year", _hours),
    ("Without a named person", _number("without_named_person")),
    ("In need, without a lead", _number("without_lead_professional")),
)
