"""The one place where HTML is made: templates with every value escaped, and an error for a name that is not given."""

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_HIDES = re.compile(r"[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Marks that change the direction of the text around them, so that it reads as something else."""


_TRUNK = re.compile(r"^\+44[ .-]*\(0\)")
"""A nought that is dialled within the country alone."""
_WRITTEN = re.compile(r"(?:\+44[ .-]*)?(?:\(\d+\)|\d)[\d .-]*", re.ASCII)
_NUMBER = re.compile(r"(?:0|\+44)(?:[1235789]\d{9}|1\d{8}|800\d{6}|8001111)", re.ASCII)
"""A telephone number of the United Kingdom, whose length is known; 0800 1111 is Childline's."""


def dialled(text: str) -> str:
    """What to dial for a telephone number as it is written.

    Empty unless the text is one whole number and nothing else: an extension or a second number would be dialled with
    it, and somebody else rung.
    """
    written = _TRUNK.sub("+44", text.strip())
    digits = re.sub(r"[^\d+]", "", written, flags=re.ASCII)
    return digits if _WRITTEN.fullmatch(written) and _NUMBER.fullmatch(digits) else ""


def visible(text: object) -> str:
    """A text that changes nothing around it: a mark of direction becomes a visible replacement."""
    return _HIDES.sub("\N{REPLACEMENT CHARACTER}", str(text))


def _as_shown(value: Any) -> Any:
    """What stands in a page: any text as `visible`, but for what a template has made already."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_ENVIRONMENT = Environment(
    finalize=_as_shown,
    loader=PackageLoader("services.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_MAILABLE = re.compile(r"[\w.+'-]+@[\w.-]+", re.ASCII)
_ENVIRONMENT.filters["visible"] = visible
_ENVIRONMENT.filters["dialled"] = lambda text: dialled(str(text))
_ENVIRONMENT.filters["mailable"] = lambda address: _MAILABLE.fullmatch(str(address)) is not None


def render(template: str, **values: Any) -> str:
    """A file of `templates` with these values in it."""
    return _ENVIRONMENT.get_template(template).render(values)
