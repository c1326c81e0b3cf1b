"""What is wrong with a role of the directory, as `status` and others show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AT_WORK = ("running", "external")
"""States of a process of the local stack that need nobody."""
START_KAFKA = "start it, or say with CONTACTPOINT_KAFKA where it is"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`role` is a role of `status`, `message` what is wrong with it, `do` the one step that mends it."""

    role: str
    message: str
    do: str

    @classmethod
    def of(cls, role: str, sentence: str) -> "Trouble":
        """From a sentence of the kind `what is wrong; what to do`."""
        message, _, do = sentence.rpartition("; ")
        return cls(role, message or do, do if message else f"read the log of {role}")

    def json(self) -> dict[str, str]:
        """As an item of `status --json`."""
        return {"part": self.role, "says": self.message, "do": self.do}


def in_one_sentence(troubles: Iterable[Trouble]) -> str:
    """All of them on one line."""
    return "; ".join(f"{trouble.message}: {trouble.do}" for trouble in troubles)


def of_processes(processes: Iterable[Mapping[str, Any]], logs: Path) -> list[Trouble]:
    """The processes of the local stack that are not at work; their supervisor starts them again."""
    return [
        Trouble(
            each["role"],
            (each.get("said") or f"{each['name']} is {each['state']}")
            + (f"; it has not run since {each['since']}" if each.get("since") else ""),
            f"wait, its supervisor starts it by itself, or read {logs / each['name']}.log",
        )
        for each in processes
        if each["state"] not in AT_WORK
    ]


def of_views(missing: str | None) -> list[Trouble]:
    """That nothing can be answered, because there are no complete views of this version."""
    return [Trouble.of("projector", missing)] if missing else []


def of_projections(stopped: Iterable[str]) -> list[Trouble]:
    """The projections that have stopped."""
    return [
        Trouble("projector", each, "its log names the fault, which has to be mended: nothing of that log moves on")
        for each in stopped
    ]
