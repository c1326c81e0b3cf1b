"""Trust policies for checkpoints (C2SP tlog-policy): the keys of logs, and the witnesses that must have signed."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from domain.transparency.notes import COSIGNATURE, Malformed, VerifierKey, read_key

NONE = "none"
"""The quorum that needs no witness."""
LONGEST = 100_000
_NUMBER = re.compile(r"[1-9]\d{0,3}")


class Group(NamedTuple):
    """A group of witnesses and groups; it has signed if at least so many of its members have."""

    least: int
    members: tuple[str, ...]


class TrustPolicy(NamedTuple):
    """A parsed policy: the keys of logs, of witnesses by name, the groups, and the quorum that must have signed."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str

    def is_met_by(self, signed: Collection[str]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == NONE or self._has_signed(self.quorum, signed)

    def _has_signed(self, name: str, signed: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in signed
        return sum(self._has_signed(each, signed) for each in group.members) >= group.least


def read_policy(text: str) -> TrustPolicy:
    """Parses a policy; raises Malformed, which names the line."""
    if len(text) > LONGEST or any((each < " " and each not in "\t\n") or each == "\x7f" for each in text):
        raise Malformed("the policy holds control characters or is too long")
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, VerifierKey] = {}
        self._groups: dict[str, Group] = {}
        self._grouped: set[str] = set()
        self._quorum: str | None = None

    def read(self, text: str) -> TrustPolicy:
        for number, line in enumerate(text.split("\n"), 1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if words and not words[0].startswith("#"):
                try:
                    self._take(*words)
                except (Malformed, ValueError, TypeError) as error:
                    problem = str(error) if isinstance(error, Malformed) else "it is not of the form of a policy"
                    raise Malformed(f"line {number} of the policy: {problem}") from None
        if self._quorum is None:
            raise Malformed("the policy has no line `quorum`")
        return TrustPolicy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _take(self, word: str, *rest: str) -> None:
        takes: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._of_quorum,
        }
        if word not in takes:
            raise Malformed("it begins with none of log, witness, group, quorum")
        takes[word](*rest)

    def _log(self, key: str, _url: str = "") -> None:
        read = read_key(key)
        if read.public in {each.public for each in self._logs}:
            raise Malformed("the log stands there twice")
        self._logs.append(read)

    def _witness(self, name: str, key: str, _url: str = "") -> None:
        read = read_key(key, COSIGNATURE)
        self._new(name)
        if read.public in {each.public for each in self._witnesses.values()}:
            raise Malformed("the witness stands there twice")
        self._witnesses[name] = read

    def _group(self, name: str, least: str, *members: str) -> None:
        self._new(name)
        for each in members:
            self._known(each)
            if each in self._grouped:
                raise Malformed("a member is in two groups, or twice in one")
            self._grouped.add(each)
        wanted = {"any": "1", "all": str(len(members))}.get(least, least)
        if not _NUMBER.fullmatch(wanted) or int(wanted) > len(members):
            raise Malformed("a group needs `any`, `all` or a number of its members, and members")
        self._groups[name] = Group(int(wanted), members)

    def _of_quorum(self, name: str) -> None:
        if self._quorum is not None:
            raise Malformed("there is a second quorum")
        if name != NONE:
            self._known(name)
        self._quorum = name

    def _new(self, name: str) -> None:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise Malformed("the name is taken")

    def _known(self, name: str) -> None:
        if name not in self._witnesses and name not in self._groups:
            raise Malformed("it names a witness or group that no line before it defines")
