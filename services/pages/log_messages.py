"""The operator's browser of messages: what its form asks for, and what is wrong in it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

LOGS = ("register", "access")
KINDS: Mapping[str, str] = {
    "record": "record",
    "decision": "decision",
    "access": "access",
}
_POSITION = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_AT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?", re.ASCII)


class Sought(NamedTuple):
    """What a form asks for, as it was filled in; `wrong` has by field what is wrong."""

    log: str
    position: str
    at: str
    wrong: Mapping[str, str]

    @property
    def query(self) -> str:
        """The parameters of the API's call."""
        at = self.at.replace(" ", "T").removesuffix("Z")
        at = f"{at}{':00' if len(at) == len('2026-11-30T14:00') else ''}Z" if at else ""
        named = {"log": self.log, "position": self.position, "at": at}
        return urlencode({name: value for name, value in named.items() if value})


def read_sought(parameters: Mapping[str, str]) -> Sought:
    """What a form asks for."""
    log = parameters.get("log", LOGS[0])
    position, at = (parameters.get(name, "").strip()[:100] for name in ("position", "at"))
    wrong = {}
    if position and not _POSITION.fullmatch(position):
        wrong["position"] = "A position is a whole number, 1 or more"
    if at and not _is_moment(at):
        wrong["at"] = "Write the moment like 2026-11-30 14:00"
    if position and at:
        wrong["at"] = "Give a position or a moment, not both"
    return Sought(log if log in LOGS else LOGS[0], position, at, wrong)


def _is_moment(text: str) -> bool:
    if not _AT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return False
    return True
