"""Kinds of values that settings take; one that cannot be read raises BadSetting, which never repeats it."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator, ValidationInfo
from pydantic_settings import NoDecode

from services.configuration.setting_errors import BadSetting
from services.configuration.sign_in import VISIBLE, is_safe_url

_SERVER = re.compile(r"([A-Z0-9_+]+://)?([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", re.ASCII)
"""A Kafka address as clients take it: host or [IPv6], with its port where that is not 9092."""


def variable(field: str | None) -> str:
    """The name of the environment variable of a field."""
    return f"CONTACTPOINT_{field or ''}".upper()


def whole_number(largest: int) -> BeforeValidator:
    """A number from 1 to the largest; empty is not set."""

    def read(text: str, info: ValidationInfo) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= largest):
            raise BadSetting(
                f"{variable(info.field_name)} is no whole number from 1 to {largest}; set one, or none at all"
            )
        return int(text)

    return BeforeValidator(read)


def claim(default: str) -> BeforeValidator:
    """The name or value of a token's claim; empty is the default."""

    def read(text: str, info: ValidationInfo) -> str:
        if text and not VISIBLE.fullmatch(text):
            name = variable(info.field_name)
            raise BadSetting(f"{name} has characters that no token's claim has; set it to 1 to 500 of ASCII")
        return text or default

    return BeforeValidator(read)


def _flag(text: str, info: ValidationInfo) -> bool:
    if text.lower() not in ("", "true", "false"):
        raise BadSetting(f"{variable(info.field_name)} is neither true nor false; set it to one of them, or not at all")
    return text.lower() == "true"


def _policy(text: str) -> str:
    if not text:
        return "universal"
    return str(Path(text).absolute()) if "/" in text or text.endswith((".yaml", ".yml")) else text


def _servers(text: str) -> str | None:
    if text and not all(_SERVER.fullmatch(server.strip()) for server in text.split(",")):
        raise BadSetting("CONTACTPOINT_KAFKA is no list of addresses; write it like localhost:9092,other:9092")
    return text or None


def _issuer(text: str) -> str | None:
    if text and not is_safe_url(text):
        raise BadSetting(
            "CONTACTPOINT_ISSUER is no address of an issuer; write it as the issuer does, like https://id.example.org"
        )
    return text or None


OptionalText = Annotated[str | None, AfterValidator(lambda text: text or None)]
"""Text; empty is not set."""
Token = Annotated[str | None, AfterValidator(lambda text: text.strip() or None)]
"""Text without the spaces around it; empty is not set."""
File = Annotated[Path | None, PlainValidator(lambda text: Path(text).absolute() if text else None)]
"""The whole path of a file or folder, whatever bytes its name has; empty is not set."""
Flag = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false`; empty is false."""
Words = Annotated[frozenset[str], NoDecode, BeforeValidator(lambda text: frozenset(text.split()))]
"""Words with spaces between."""
Policy = Annotated[str, BeforeValidator(_policy)]
"""The name of a policy, or the whole path of its file; empty is `universal`."""
Servers = Annotated[str | None, BeforeValidator(_servers)]
"""Kafka's addresses with commas between; empty is not set."""
Issuer = Annotated[str | None, BeforeValidator(_issuer)]
"""The address of a token issuer; empty is not set."""
