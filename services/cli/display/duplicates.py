"""The queue for people: each pair side by side, and field by field how the two compare."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from services.cli.display.entry import agency_of, moment
from services.cli.output import count_of, table, text

Fields = Mapping[str, Any]

_STYLES = {"same": "green", "common": "green", "differs": "red", "contradicts": "red", "absent": "dim"}


def display_duplicates(to: Console, queue: Mapping[str, Sequence[Fields]]) -> None:
    """Prints the pairs, then the contradictions within a child."""
    pairs, within = queue["pairs"], queue["contradictions"]
    if not pairs and not within:
        to.print("Nothing waits for a decision.")
        _display_waiting(to, queue["like_shielded"])
        return
    for number, pair in enumerate(pairs, 1):
        heads = (pair["left"], pair["right"])
        title = f"{number}  may be one child" + (f", since {moment(pair['since'])}" if pair["since"] else "")
        _display(to, title, pair, heads, pair["left_entry"], pair["right_entry"])
    for number, pair in enumerate(within, len(pairs) + 1):
        title = f"{number}  records of {pair['child']} contradict each other"
        _display(to, title, pair, _heads(pair["set_aside"]), pair["left_record"], pair["right_record"])
    _display_waiting(to, queue["like_shielded"])
    to.print(text(f"{count_of(len(pairs), 'possible duplicate')}, {count_of(len(within), 'contradiction')}", "dim"))


def _display_waiting(to: Console, waiting: Sequence[Fields]) -> None:
    """Prints whose records wait since they are like a shielded child's."""
    if waiting:
        to.print(text("Hidden since they are like a shielded child; some may be behind the queue (--withheld)", "bold"))
        rows = [
            (agency_of(each), f"{each['records']:,}", f"{each['withheld']:,}", moment(each["since"]))
            for each in waiting
        ]
        to.print(table(("agency", "records", "behind the queue", "oldest"), rows))


def _heads(aside: Fields | None) -> tuple[str, str]:
    """The headings of the two records: which is set aside, and whose it is."""
    if aside is None:
        return "one record", "another"
    head = f"set aside: {agency_of(aside)}"
    return (head, "another") if aside["side"] == "left" else ("one record", head)


def _display(to: Console, title: str, pair: Fields, heads: tuple[str, str], left: Fields, right: Fields) -> None:
    to.print(text(f"{title}   score {pair['score']:.2f}   {pair['rule']}", "bold"))
    rows = [(label, cell(left), cell(right)) for label, cell in _ROWS if cell(left) or cell(right)]
    to.print(table(("", *heads), [(text(label, "dim"), one, other) for label, one, other in rows]))
    if pair["why"]:
        to.print(table(_WHY, [_reason(field, weighed) for field, weighed in pair["why"].items()]))
    to.print()


_WHY = ("why: bits for one child, as against", "agrees", "a brother or sister", "a namesake", "a stranger")


def _reason(field: str, weighed: str) -> tuple[Text, ...]:
    """A field's level and its bits, each in a column; the whole text where it has another form."""
    level, _, bits = weighed.partition(": ")
    against = bits.split() if len(bits.split()) == 3 else [bits, "", ""]
    return (text(field, "dim"), text(level, _STYLES.get(level, "yellow")), *map(text, against))


def _name(side: Fields) -> Text:
    return text(_full(side["name"]))


def _others(side: Fields) -> Text:
    return _lines(_full(each) for each in side["other_names"])


def _born(side: Fields) -> Text:
    return text(f"{side['date_of_birth'] or 'unknown'}, {side['gender']}")


def _numbers(side: Fields) -> Text:
    labels = (("NHS", "nhs_number"), ("UPN", "upn"))
    return _lines(f"{label} {number}" for label, key in labels for number in side["identifiers"][key])


def _addresses(side: Fields) -> Text:
    return _lines(
        ", ".join([*(each.get("lines") or []), *filter(None, [each.get("postcode")])]) for each in side["addresses"]
    )


def _carers(side: Fields) -> Text:
    return _lines(side["carers"])


def _records(side: Fields) -> Text:
    return _lines(f"{agency_of(each)} {each['subject']}" for each in side["records"])


_ROWS = (
    ("name", _name),
    ("also known as", _others),
    ("born", _born),
    ("numbers", _numbers),
    ("address", _addresses),
    ("carers", _carers),
    ("records", _records),
)


def _full(name: Fields) -> str:
    return " ".join(filter(None, (name.get("given_name"), name.get("family_name"))))


def _lines(values: Iterable[str | None]) -> Text:
    """Each value on a line of its own."""
    return Text("\n").join(text(value) for value in dict.fromkeys(values) if value)
