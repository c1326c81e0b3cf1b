"""Kinds of values that settings take; one that cannot be read raises BadSetting, which never repeats it.

Both readers of the environment go by them: the model of all variables (`environment.py`), and the reader of a
client's few (`client_environment.py`), which has to start fast and therefore does without pydantic.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.days import ENGLAND
from domain.transparency.notes import is_key_name
from services.configuration.setting_errors import BadSetting
from services.configuration.sign_in import DEFAULT_AUDIENCE, DEFAULT_SCOPE, DEFAULT_USER_CLAIM, VISIBLE, is_safe_url

_SERVER = re.compile(r"([A-Z0-9_+]+://)?([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", re.ASCII)
"""A Kafka address as clients take it: host or [IPv6], with its port where that is not 9092."""


def variable(field: str | None) -> str:
    """The name of the environment variable of a field."""
    return f"CONTACTPOINT_{field or ''}".upper()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is made of its text; the second argument is the variable's name, for the error."""

    read: Callable[[str, str], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The same for a pydantic model, as its library asks for it."""
        from pydantic import PlainValidator, ValidationInfo

        def validate(text: str, info: ValidationInfo) -> Any:
            return self.read(text, variable(info.field_name))

        return PlainValidator(validate).__get_pydantic_core_schema__(source, handler)


def whole_number(largest: int, *, least: int = 1) -> Kind:
    """A number from the least to the largest; empty is not set."""

    def read(text: str, name: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= largest):
            raise BadSetting(f"{name} is no whole number from {least} to {largest}; set one, or none at all")
        return int(text)

    return Kind(read)


def _claim(default: str) -> Kind:
    def read(text: str, name: str) -> str:
        if text and not VISIBLE.fullmatch(text):
            raise BadSetting(f"{name} has characters that no token's claim has; set it to 1 to 500 of ASCII")
        return text or default

    return Kind(read)


def _flag(text: str, name: str) -> bool:
    if text.lower() not in ("", "true", "false"):
        raise BadSetting(f"{name} is neither true nor false; set it to one of them, or not at all")
    return text.lower() == "true"


def _policy(text: str, _: str) -> str:
    if not text:
        return "universal"
    return str(Path(text).absolute()) if "/" in text or text.endswith((".yaml", ".yml")) else text


def _origin(text: str, name: str) -> str | None:
    if text and not is_key_name(text):
        raise BadSetting(f"{name} may hold neither spaces nor plus signs; write it like register.example.gov.uk")
    return text or None


def _servers(text: str, name: str) -> str | None:
    if text and not all(_SERVER.fullmatch(server.strip()) for server in text.split(",")):
        raise BadSetting(f"{name} is no list of addresses; write it like localhost:9092,other:9092")
    return text or None


def _issuer(text: str, name: str) -> str | None:
    if text and not is_safe_url(text):
        raise BadSetting(f"{name} is no address of an issuer; write it as the issuer does, like https://id.example.org")
    return text or None


def _address(text: str, name: str) -> str | None:
    if text and not is_safe_url(text):
        raise BadSetting(f"{name} is no address by https; write it like https://contactpoint.example.org")
    return text or None


def _time_zone(text: str, name: str) -> str:
    try:
        return ZoneInfo(text or ENGLAND).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise BadSetting(f"{name} is no time zone that this machine knows; write it like {ENGLAND}") from None


OptionalText = Annotated[str | None, Kind(lambda text, _: text or None)]
"""Text; empty is not set."""
Token = Annotated[str | None, Kind(lambda text, _: text.strip() or None)]
"""Text without the spaces around it; empty is not set."""
File = Annotated[Path | None, Kind(lambda text, _: Path(text).absolute() if text else None)]
"""The whole path of a file or folder, whatever bytes its name has; empty is not set."""
Flag = Annotated[bool, Kind(_flag)]
"""`true` or `false`; empty is false."""
Words = Annotated[frozenset[str], Kind(lambda text, _: frozenset(text.split()))]
"""Words with spaces between."""
Origin = Annotated[str | None, Kind(_origin)]
"""What the names of the logs begin with; empty is not set."""
Policy = Annotated[str, Kind(_policy)]
"""The name of a policy, or the whole path of its file; empty is `universal`."""
TimeZone = Annotated[str, Kind(_time_zone)]
"""The name of a time zone; empty is England's."""
Servers = Annotated[str | None, Kind(_servers)]
"""Kafka's addresses with commas between; empty is not set."""
Issuer = Annotated[str | None, Kind(_issuer)]
"""The address of a token issuer; empty is not set."""
Address = Annotated[str | None, Kind(_address)]
"""The address of a site of ours; empty is not set."""
Audience = Annotated[str, _claim(DEFAULT_AUDIENCE)]
"""What a token has to name as its audience; empty is the default."""
Scope = Annotated[str, Kind(lambda text, _: " ".join(text.split()) or DEFAULT_SCOPE)]
"""Words with spaces between, as one text; empty is the default."""
UserClaim = Annotated[str, _claim(DEFAULT_USER_CLAIM)]
"""The claim of a token that names its user; empty is the default."""
