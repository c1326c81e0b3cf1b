"""What is wrong with a part of the directory, as `status` and others tell it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """`part` is a role of `status`, `says` what is wrong with it, `do` the one step that mends it."""

    part: str
    says: str
    do: str

    @classmethod
    def of(cls, part: str, sentence: str) -> "Trouble":
        """From a sentence of the kind `what is wrong; what to do`."""
        says, _, do = sentence.rpartition("; ")
        return cls(part, says or do, do if says else f"read the log of {part}")

    def json(self) -> dict[str, str]:
        """As an item of `status --json`."""
        return asdict(self)


def in_one_sentence(troubles: Iterable[Trouble]) -> str:
    """All of them on one line."""
    return "; ".join(f"{trouble.says}: {trouble.do}" for trouble in troubles)
