"""The document for an applicant as a page to read or print: one HTML file that asks for nothing from elsewhere."""

from collections.abc import Mapping
from typing import Any

from services.pages.rendering import render

_HEADINGS = {
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


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    return render("subject_access.html.jinja", document=document, headings=_HEADINGS)
