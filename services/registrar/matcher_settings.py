"""Reads the matcher's settings: the file that comes with the product, or one that is named."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml
from pydantic import ValidationError

from domain.matching import MatcherSettings


class SettingsRefused(Exception):
    """A settings file cannot be used; the text is a sentence with the part and the reason."""


def load_settings(path: Path | None = None) -> MatcherSettings:
    """The settings in a file, or those that come with the product; raises SettingsRefused."""
    return _read(path) if path else _shipped()


@cache
def _shipped() -> MatcherSettings:
    return _read(files("domain.matching").joinpath("matcher.yaml"))


def _read(where: Traversable) -> MatcherSettings:
    try:
        stated = yaml.safe_load(where.read_text(encoding="utf-8"))
        return MatcherSettings.model_validate(stated)
    except (OSError, UnicodeError):
        raise SettingsRefused(f"{where} cannot be read as a text file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise SettingsRefused(f"{where}{place} is not YAML") from None
    except ValidationError as error:
        first = error.errors()[0]
        setting = ".".join(map(str, first["loc"])) or "the file"
        raise SettingsRefused(f"{where}: {setting}: {first['msg']}") from None
