"""Reads a folder of feeds and their truth, as anyone would who knows the format and nothing of the simulator."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Submission = dict[str, Any]


@dataclass(frozen=True)
class Feeds:
    """`agencies`: source → its line of the register; `sent`: source → its submissions in order; `truth` as stored."""

    agencies: dict[str, dict[str, str]]
    sent: dict[str, list[Submission]]
    truth: dict[str, Any]

    def __iter__(self) -> Iterator[Submission]:
        for submissions in self.sent.values():
            yield from submissions

    def of(self, *types: str) -> list[Submission]:
        """The submissions of some types."""
        return [submission for submission in self if submission["type"] in types]

    def by_record(self) -> dict[tuple[str, str], list[Submission]]:
        """(source, subject) → the submissions about it, in order."""
        records: dict[tuple[str, str], list[Submission]] = defaultdict(list)
        for submission in self:
            records[submission["source"], submission["subject"]].append(submission)
        return records

    def by_person(self) -> dict[str, list[Submission]]:
        """Person → the submissions about them, in order within each record."""
        records = self.by_record()
        return {
            person["person"]: [s for record in person["records"] for s in records[tuple(record)]]
            for person in self.truth["people"]
        }


def read_feeds(folder: Path) -> Feeds:
    """The feeds and the truth in a folder."""
    agencies = yaml.safe_load((folder / "agencies.yaml").read_text(encoding="utf-8"))
    sent = {
        f"urn:agency:{file.stem}": [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in sorted(folder.glob("*.ndjson"))
    }
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return Feeds({f"urn:agency:{agency['code']}": agency for agency in agencies}, sent, truth)
