"""A report as CSV, as spreadsheets open it without running anything."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

import orjson

COLUMNS = ("child", "given_name", "family_name", "date_of_birth", "authority", "since", "status", "known_to", "detail")
MONTHS_COLUMNS = ("on", "listed", "joined", "left", "withheld")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_SHOWN = frozenset({"child", "name", "date_of_birth", "authority", "since", "known_to", "status"})


def report_csv(report: Mapping[str, Any]) -> bytes:
    """One row a child, then one a warning, with `warning` as its status, so that an incomplete list shows it."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for child in (*report["children"], *report["undecided"]):
        detail = {name: value for name, value in child.items() if name not in _SHOWN and value is not None}
        name = child["name"]
        row = (child["child"], name["given_name"], name["family_name"], child["date_of_birth"], child["authority"])
        known_to = " ".join(child["known_to"])
        writer.writerow(map(_cell, (*row, child["since"], child["status"], known_to, _detail(detail))))
    for warning in report["warnings"]:
        writer.writerow([*[""] * 6, "warning", "", _cell(warning["message"])])
    return text.getvalue().encode("utf-8-sig")


def months_csv(found: Mapping[str, Any]) -> bytes:
    """One row a month, then one a warning, with its text in the last column."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*MONTHS_COLUMNS, "warning"))
    writer.writerows([*(_cell(month[name]) for name in MONTHS_COLUMNS), ""] for month in found["months"])
    writer.writerows([*[""] * len(MONTHS_COLUMNS), _cell(warning["message"])] for warning in found["warnings"])
    return text.getvalue().encode("utf-8-sig")


def _detail(detail: Mapping[str, Any]) -> str:
    return orjson.dumps(detail).decode() if detail else ""


def _cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
