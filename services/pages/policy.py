"""A comparison of policies as one HTML page that needs nothing else: pictures, figures beside them, what they mean."""

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from services.pages._policy_sections import SECTIONS, Section
from services.pages._policy_table import table

Figures = Mapping[str, Any]


def page(answer: Figures, lists: Sequence[str] = ()) -> str:
    """The page for an answer of `POST /policies/compare`; children's numbers are on it only for `lists`."""
    policies: Mapping[str, Figures] = answer["policies"]
    style = files(__package__).joinpath("policy.css").read_text(encoding="utf-8")
    title = f"Inclusion policies compared, {answer['on']}"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en-GB">',
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{style}</style>",
            "<body>",
            f"<header><h1>{escape(title)}</h1>",
            *_introduction(answer),
            "</header><main>",
            *(_section(section, policies) for section in SECTIONS if any(map(section.is_about, policies.values()))),
            *(_list(name, answer[name]) for name in lists),
            "</main>",
            _footer(answer),
            "</body></html>\n",
        ]
    )


def _introduction(answer: Figures) -> list[str]:
    first = next(iter(answer["policies"].values()))
    known, needy = answer["children"], first["in_need_now"]
    said = [f"The same records of {known:,} children, judged by each policy as if the directory had run under it."]
    said.append(f"{needy:,} of the children were in need on that day, {first['in_need_ever']:,} had been by then.")
    if answer["not_yet_known"]:
        said.append(f"{answer['not_yet_known']:,} more were first told of later, and are not counted.")
    if answer.get("rounded_to"):
        said.append(f"Every count is told to the nearest {answer['rounded_to']}: the directory does not list everyone.")
    about = [
        f"<dt>{escape(name)}</dt><dd>{escape(each['title'])}, version {each['version']}. {escape(each['says'])}</dd>"
        for name, each in answer["about"].items()
    ]
    return [f"<p>{' '.join(said)}</p>", "<dl>", *about, "</dl>"]


def _section(section: Section, policies: Mapping[str, Figures]) -> str:
    about = {name: figures for name, figures in policies.items() if section.is_about(figures)}
    rows = [(name, *(tell(figures) for _, tell in section.columns)) for name, figures in about.items()]
    told = table(("Policy", *(column for column, _ in section.columns)), rows)
    return (
        f"<section><h2>{escape(section.title)}</h2><p>{escape(section.says)}</p>"
        f'<div class="beside">{section.draw(section.title, about)}<div class="wide">{told}</div></div></section>'
    )


def _list(name: str, by_policy: Mapping[str, Sequence[str]]) -> str:
    parts = [f'<section class="list"><h2>Children behind “{escape(name.replace("_", " "))}”</h2>']
    for policy, children in by_policy.items():
        parts.append(f"<h3>{escape(policy)}: {len(children):,}</h3>")
        parts.append(f'<ul class="ids">{"".join(f"<li>{escape(child)}</li>" for child in children)}</ul>')
    return "".join([*parts, "</section>"])


def _footer(answer: Figures) -> str:
    model = next(iter(answer["policies"].values()))["hours_saved"]["model"]
    contacts, hours = (model[name] for name in ("contacts_a_year", "hours_each"))
    return (
        "<footer><p>Need is what agencies have told: an additional service works with the child, or a flag is up that"
        " says so. Sensitive services are told to no policy, and are in no figure.</p>"
        f"<p>Hours rest on {contacts['estimate']:g} contacts a year ({contacts['low']:g} to {contacts['high']:g}) of"
        f" {hours['estimate']:g} hours each ({hours['low']:g} to {hours['high']:g}). These are assumptions, and the"
        " hours are an estimate and no promise.</p></footer>"
    )
