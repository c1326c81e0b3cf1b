"""What the page shows: each section a question, its picture, and the columns of the table beside it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from domain.inclusion_policy.figures import BANDS
from services.pages._policy_charts import Bar, Drawing, Group, Spread, bars, spreads, stacks

Figures = Mapping[str, Any]
Cell = Callable[[Figures], str]
"""How a figure of a policy is written."""


class Table(NamedTuple):
    """Texts in rows; the first of each row names what the row is about."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Picture(NamedTuple):
    """A drawing, and the same in figures where the section's own table has not all of them."""

    drawing: Drawing
    table: Table | None = None


Draw = Callable[[str, Mapping[str, Figures]], Picture]


class Section(NamedTuple):
    """A question, what the answer means, how it is drawn, and written in figures; for policies that have the figure."""

    title: str
    meaning: str
    draw: Draw
    columns: tuple[tuple[str, Cell], ...]
    needs: str = "listed_now"

    def is_about(self, figures: Figures) -> bool:
        """Whether a policy has what the section is about."""
        return figures.get(self.needs) is not None


class ShownSection(NamedTuple):
    """A section with the figures of the policies that it is about."""

    title: str
    meaning: str
    picture: Picture
    table: Table


def shown(section: Section, policies: Mapping[str, Figures]) -> ShownSection:
    """A section filled with figures."""
    about = {name: figures for name, figures in policies.items() if section.is_about(figures)}
    rows = [(name, *(cell(figures) for _, cell in section.columns)) for name, figures in about.items()]
    table = Table(("Policy", *(column for column, _ in section.columns)), rows)
    return ShownSection(section.title, section.meaning, section.draw(section.title, about), table)


def _value(*path: str) -> Callable[[Figures], Any]:
    def value(figures: Figures) -> Any:
        found: Any = figures
        for name in path:
            found = found[name]
        return found

    return value


def _number(*path: str, form: str = ",") -> Cell:
    """The figure as it is written; a dash where there is none."""
    value = _value(*path)
    return lambda figures: "–" if value(figures) is None else format(value(figures), form)


def _bars(*drawn: tuple[str, tuple[str, ...]], form: str = ",") -> Draw:
    """Bars of these figures, by the name that stands beside each."""

    def draw(title: str, policies: Mapping[str, Figures]) -> Picture:
        groups = [
            Group(policy, [Bar(name, _value(*path)(each), _number(*path, form=form)(each)) for name, path in drawn])
            for policy, each in policies.items()
        ]
        return Picture(bars(title, groups))

    return draw


def _unseen(title: str, policies: Mapping[str, Figures]) -> Picture:
    names = [name for name, _, _ in BANDS]
    within = {policy: each["unseen_days"]["within"] for policy, each in policies.items()}
    groups = [Group(policy, [Bar(n, each[n], f"{each[n]:,}") for n in names]) for policy, each in within.items()]
    drawing = stacks(f"{title}: needs by the time that they stayed unseen", names, groups)
    rows = [(name, *(f"{each[name]:,}" for each in within.values())) for name in names]
    return Picture(drawing, Table(("Unseen", *within), rows))


def _hours(title: str, policies: Mapping[str, Figures]) -> Picture:
    rows = []
    for policy, each in policies.items():
        bounds = _bounds(each)
        text = "{estimate:,.0f} h ({low:,.0f} to {high:,.0f})".format(**bounds)
        rows.append(Spread(policy, bounds["low"], bounds["estimate"], bounds["high"], text))
    return Picture(spreads(f"{title}: estimate and range", rows))


def _bounds(figures: Figures) -> Mapping[str, float]:
    """Estimate, low and high; 0 where nobody had to contact anybody."""
    return {name: figures["hours_saved"][name] or 0.0 for name in ("low", "estimate", "high")}


def _findings(figures: Figures) -> str:
    return f"{sum(figures['findings_lost'].values()):,} of {sum(figures['findings_current'].values()):,}"


SECTIONS = (
    Section(
        "Who is listed",
        "Children on the list on the day, and children who have ever been on it.",
        _bars(("now", ("listed_now",)), ("ever", ("listed_ever",))),
        (("Now", _number("listed_now")), ("Ever", _number("listed_ever"))),
    ),
    Section(
        "Whose need is not seen",
        "Children in need on the day who are not listed, and children who were not listed when a need arose.",
        _bars(("in need now", ("in_need_unlisted_now",)), ("when a need arose", ("unlisted_when_need_arose",))),
        (
            ("In need, not listed", _number("in_need_unlisted_now")),
            ("Not listed when a need arose", _number("unlisted_when_need_arose")),
            ("Needs never seen", _number("needs_never_listed")),
        ),
    ),
    Section(
        "How long needs stay unseen",
        "From the day on which a need arose to the day on which the child was listed, or to the end of the need.",
        _unseen,
        (
            ("Needs", _number("needs_unlisted_when_arose")),
            ("Half within, days", _number("unseen_days", "median")),
            ("Nine in ten within", _number("unseen_days", "p90")),
        ),
    ),
    Section(
        "What a practitioner would not find",
        "Involvements of the day with children who are not listed, and findings of that day's reports about them.",
        _bars(("involvements", ("involvements_lost",))),
        (("Involvements", _number("involvements_lost")), ("Report findings", _findings)),
    ),
    Section(
        "Decisions on a threshold",
        "Where listing is somebody's decision: taken, ended, and taken again after it had ended. Some end while the"
        " child is still in need.",
        _bars(
            ("on", ("decisions", "on")),
            ("off", ("decisions", "off")),
            ("reversed", ("decisions", "reversed")),
            ("off while in need", ("removed_in_need",)),
        ),
        (
            ("On", _number("decisions", "on")),
            ("Off", _number("decisions", "off")),
            ("Reversed", _number("decisions", "reversed")),
            ("Off while in need", _number("removed_in_need")),
        ),
    ),
    Section(
        "What being listed gives away",
        "How much is learnt of a child's need by learning that it is listed, in bits: nothing where everybody is.",
        _bars(("bits", ("stigma_bits",)), form=".2f"),
        (
            ("Being listed, bits", _number("stigma_bits", form=".3f")),
            ("The list, bits a child", _number("mutual_information_bits", form=".3f")),
        ),
        "stigma_bits",
    ),
    Section(
        "What it holds of children who never needed anything",
        "The cost of a list that waits for no need: children on it who were never in need, and how long it held them.",
        _bars(("children", ("held_without_need", "children"))),
        (
            ("Children", _number("held_without_need", "children")),
            ("Share of all listed", _number("held_without_need", "share", form=".0%")),
            ("Child-years", _number("held_without_need", "child_years", form=",.0f")),
            ("Agencies that told", _number("held_without_need", "records")),
        ),
    ),
    Section(
        "Contacts and hours",
        "Of the contacts that practitioners had to make with each other, those whose other side was to be found; and"
        " what that may save one practitioner in a year. An estimate from assumptions, and no promise.",
        _hours,
        (
            ("Contacts", _number("contacts", "needed")),
            ("Found", _number("contacts", "share", form=".0%")),
            ("Hours a year", _number("hours_saved", "estimate", form=",.0f")),
            ("Range", lambda figures: "{low:,.0f}–{high:,.0f}".format(**_bounds(figures))),
        ),
    ),
    Section(
        "Children without a named person",
        "Listed children with whom none of the services works that are to be the named person of their age.",
        _bars(("children", ("without_named_person",))),
        (("Children", _number("without_named_person")),),
        "without_named_person",
    ),
    Section(
        "Children in need without a lead professional",
        "Listed children under age who are in need, and of whose practitioners none leads.",
        _bars(("children", ("without_lead_professional",))),
        (("Children", _number("without_lead_professional")),),
        "without_lead_professional",
    ),
)
