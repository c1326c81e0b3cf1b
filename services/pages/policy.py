"""A comparison of policies as one HTML page that needs nothing else: pictures, figures beside them, what they mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.pages._policy_sections import SECTIONS, shown
from services.pages.rendering import render

Figures = Mapping[str, Any]


def page(answer: Figures, lists: Sequence[str] = ()) -> str:
    """The page for an answer of `POST /policies/compare`; children's numbers are on it only for `lists`."""
    policies: Mapping[str, Figures] = answer["policies"]
    sections = [shown(section, policies) for section in SECTIONS if any(map(section.is_about, policies.values()))]
    first = next(iter(policies.values()))
    return render("policy.html.jinja", answer=answer, first=first, sections=sections, lists=lists)
