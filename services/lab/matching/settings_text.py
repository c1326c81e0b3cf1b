"""The matcher's settings as a file to read and review, laid out and commented like the one that comes along."""

import re
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files

from domain.matching import MatcherSettings
from domain.matching.settings import Chances

_WIDTH = 118
_LEVEL = re.compile(r"    (\w+):( +)\[[^]]*\]( *#.*)?")
_FIELD = re.compile(r"  (\w+):")
_DIGITS = 4
_NEARLY_ONE = 0.999


def settings_text(settings: MatcherSettings) -> str:
    """The text of a settings file; reading it gives settings equal to `rounded(settings)`."""
    template = files("domain.matching").joinpath("matcher.yaml").read_text(encoding="utf-8")
    return "\n".join(_lines(template.splitlines(), settings)) + "\n"


def rounded(settings: MatcherSettings) -> MatcherSettings:
    """The settings with as many digits as a file of them has."""
    fields = {
        name: {level: Chances(*(float(_number(chance)) for chance in chances)) for level, chances in levels.items()}
        for name, levels in settings.fields.items()
    }
    numbers = {
        name: part.model_copy(update={key: float(_number(value)) for key, value in part.model_dump().items()})
        for name, part in (("rivals", settings.rivals), ("thresholds", settings.thresholds))
    }
    return settings.model_copy(update={"fields": fields, **numbers})


def _lines(template: list[str], settings: MatcherSettings) -> Iterator[str]:
    """The template's lines; those of a part that is lists of names are replaced as a whole."""
    field, skipping = "", False
    for line in template:
        skipping = skipping and line.startswith(" ")
        if skipping:
            continue
        key = line.partition(":")[0]
        if key in ("common_given_names", "common_family_names", "given_names", "nicknames"):
            yield from _names(key, settings)
            skipping = True
        elif key == "version":
            yield f"version: {settings.version}"
        elif key in ("rivals", "thresholds"):
            stated = getattr(settings, key).model_dump().items()
            yield f"{key}: {{" + ", ".join(f"{name}: {_number(value)}" for name, value in stated) + "}"
        elif found := _FIELD.fullmatch(line):
            field = found[1]
            yield line
        elif field and (found := _LEVEL.fullmatch(line)):
            chances = ", ".join(map(_number, settings.fields[field][found[1]]))
            yield f"    {found[1]}:{found[2]}[{chances}]{found[3] or ''}"
        else:
            yield line


def _names(key: str, settings: MatcherSettings) -> Iterator[str]:
    if key == "nicknames":
        yield f"{key}:"
        yield from (f"  - {' '.join(sorted(group))}" for group in settings.nicknames)
        return
    names = sorted(getattr(settings, key))
    if not names:
        yield f"{key}: []"
        return
    yield f"{key}: >"
    yield from textwrap.wrap(
        " ".join(names), _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )


def _number(value: float) -> str:
    """A number with a few digits and no exponent, which YAML takes for a text unless it is written just so."""
    if _NEARLY_ONE < value < 1:
        return f"{min(value, 1 - 1e-7):.7f}".rstrip("0")
    return format(Decimal(f"{value:.{_DIGITS}g}"), "f")
