"""What is wrong with a role of the directory, as `status` and others show it."""

from collections.abc import Iterable
from dataclasses import dataclass


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
