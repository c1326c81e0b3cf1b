"""The files of a folder of feeds, open while the population is made."""

from array import array
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from services.lab.simulate.model import AS_AT, Person
from services.lab.simulate.truth import person_id


class FeedFiles:
    """One open file for each agency that sends anything."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> "FeedFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, code: str, submission: dict[str, Any]) -> None:
        """Adds a submission to the file of an agency."""
        if code not in self._files:
            self._files[code] = self._open.enter_context((self._out / f"{code}.ndjson").open("wb"))
        self._files[code].write(orjson.dumps(submission, option=orjson.OPT_APPEND_NEWLINE))


class TruthFile:
    """truth.json, written person by person; only the numbers of look-alikes are kept: 8 bytes for one child in 45."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._look_alikes = array("Q")
        self._separator = b'{"as_at":%b,"people":[\n' % orjson.dumps(AS_AT)

    def __enter__(self) -> "TruthFile":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if failed is None:
                pairs = [[person_id(number - 1), person_id(number)] for number in self._look_alikes]
                self._file.write(b'],"pairs_hard_negative":%b}\n' % orjson.dumps(pairs))

    def write(self, person: Person, facts: dict[str, Any]) -> None:
        """Adds what is true of one person."""
        self._file.write(self._separator + orjson.dumps(facts))
        self._separator = b",\n"
        if person.look_alike is not None:
            self._look_alikes.append(person.number)
