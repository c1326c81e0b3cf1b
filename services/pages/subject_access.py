"""The document for an applicant as a page to read or print: one HTML file that asks for nothing from elsewhere."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3em .5em;text-align:left;"
    "vertical-align:top}h2{margin-top:2em}dt{font-weight:bold}@media print{body{margin:0}}"
)
_SECTIONS = {
    "about": "Who the child is",
    "addresses": "Addresses",
    "carers": "Carers",
    "records": "What each agency tells",
    "held_by": "Agencies that hold a record, of those that know every child",
    "services": "Services, of those that every child has",
    "history": "What was told, and when",
    "shown": "To whom it was shown",
    "decisions": "What was decided about the records",
    "retention": "How long it is kept",
    "left_out": "What is left out, and why",
}
"""The parts of the document in their order, each with its heading."""

_HIDES = re.compile(r"[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Marks that change the direction of the text around them, so that it reads as something else."""


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    parts = [
        f"<h2>{escape(title)}</h2>{_shown(document[name])}" for name, title in _SECTIONS.items() if name in document
    ]
    made = "Made {made_at}, for {for}; child {child}".format_map(document)
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>What is held</title>'
        f"<style>{_STYLE}</style></head><body><h1>What the directory holds</h1><p>{_text(made)}</p>"
        + "".join(parts)
        + "</body></html>\n"
    )


def _shown(value: Any) -> str:
    match value:
        case Mapping():
            return _mapping(value)
        case str():
            return _text(value)
        case [] | None:
            return "<p>Nothing.</p>"
        case [Mapping(), *_]:
            return _table(value)
        case Sequence():
            return "<ul>" + "".join(f"<li>{_shown(each)}</li>" for each in value) + "</ul>"
        case bool():
            return "yes" if value else "no"
        case _:
            return _text(str(value))


def _mapping(value: Mapping[str, Any]) -> str:
    rows = (
        f"<dt>{_title(name)}</dt><dd>{_shown(each)}</dd>" for name, each in value.items() if each not in (None, [], {})
    )
    return "<dl>" + "".join(rows) + "</dl>"


def _table(rows: Iterable[Mapping[str, Any]]) -> str:
    told = list(rows)
    names = list(dict.fromkeys(name for row in told for name in row))
    head = "".join(f"<th>{_title(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{_cell(row.get(name))}</td>" for name in names) + "</tr>" for row in told)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    return "" if value in (None, [], {}) else _shown(value)


def _title(name: str) -> str:
    return _text(name.replace("_", " "))


def _text(value: str) -> str:
    """A text of the document, which changes nothing around it: a mark of direction becomes visible."""
    return escape(_HIDES.sub("\N{REPLACEMENT CHARACTER}", value))
