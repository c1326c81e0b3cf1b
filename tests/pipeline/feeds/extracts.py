"""Extracts for tests: the shipped layouts and samples, small layouts, files with given bytes."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from domain.agency import Agency
from services.feeds.convert import Converted, Converter
from services.feeds.extract import Extract, survey
from services.feeds.layout import Layout
from services.feeds.layout_file import load_layout, read_layout, sample_of
from services.feeds.sheet import StatedExtract
from services.feeds.tally import Tally, converted_rows, not_compared

LATEST = date(2008, 10, 25)
STATED = {"voluntary": StatedExtract("LH-2008-10", "2008-10-24", 3)}
"""What has to be stated for samples that state nothing of themselves."""

CLUB = """
layout: club
system: A club
about: One row for each child.
sent_by: [voluntary]
extract:
  trailer: {mark: END, id: 2, date: 3, rows: 4}
columns: [Ref, First, Last, Born, Sex, NHS, Phone, Began, Ended]
required: [Began]
codes:
  Sex: {1: male, 2: female}
subject: Ref
sends:
  - type: child
    fields:
      given_name: First
      family_name: Last
      date_of_birth: Born
      gender: Sex
      nhs_number: NHS
      carers.0.phone: Phone
      carers.0.relationship: {value: parent}
  - type: involvement.started
    fields:
      involvement: {join: [Ref, Began], with: "/"}
      service: {value: voluntary}
      started_on: Began
  - type: involvement.ended
    when: {Ended: filled}
    fields:
      involvement: {join: [Ref, Began], with: "/"}
      ended_on: Ended
"""
"""A layout that shows one of everything."""

HEADINGS = "Ref,First,Last,Born,Sex,NHS,Phone,Began,Ended"
ADA = "R1,Ada,Quaternion,03/02/2001,2,999 246 1098,+44 1632 960000,01/09/2008,"
BEN = "R2,Ben,Octonion,,1,,,02/09/2008,17/10/2008"


def club() -> Layout:
    """The layout above."""
    return read_layout("club.yaml", CLUB).layout


def extract_of(*rows: str, id_: str = "X1", day: str = "24/10/2008", promised: int | None = None) -> str:
    """An extract of the club."""
    number = len(rows) if promised is None else promised
    return "\n".join((HEADINGS, *rows, f"END,{id_},{day},{number}")) + "\n"


def written(folder: Path, content: str | bytes, name: str = "extract.csv") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sample(folder: Path, name: str) -> tuple[Path, Layout, Extract]:
    """The sample of a shipped layout as a file, its layout, and which extract it is."""
    path, layout = written(folder, sample_of(name), f"{name}.csv"), load_layout(name).layout
    return path, layout, survey(path, layout, STATED.get(name, StatedExtract()), LATEST)


def converted(path: Path, layout: Layout, agency: str = "an-agency", tally: Tally | None = None) -> list[Converted]:
    """Every row of a file, converted."""
    extract = Extract("X1", "2008-10-24", 0)
    sender = Agency(agency, agency, layout.sent_by[0])
    rows = converted_rows(path, layout, Converter(layout, sender, extract, LATEST), tally or Tally(), not_compared)
    return [each for _, each in rows]


def submissions_of(rows: Sequence[Converted]) -> list[dict[str, Any]]:
    """The submissions of rows."""
    return [made.submission for row in rows for made in row.made]
