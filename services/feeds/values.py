"""Converts a cell to the contract's form: dates, numbers, texts; the error for a bad cell says what to do."""

import re
from datetime import date

from domain.written import trimmed
from services.submit.spreadsheet import BadCell

DATE_FORMS = {
    form: re.compile(shape, re.ASCII)
    for form, shape in {
        "dd/mm/yyyy": r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4})",
        "dd-mm-yyyy": r"(?P<d>\d\d)-(?P<m>\d\d)-(?P<y>\d{4})",
        "dd.mm.yyyy": r"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})",
        "yyyy-mm-dd": r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",
        "yyyymmdd": r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        "dd-mon-yyyy": r"(?P<d>\d\d)-(?P<m>[A-Za-z]{3})-(?P<y>\d{4})",
    }.items()
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME_OF_DAY = re.compile(r"[ T]\d\d:\d\d(:\d\d(\.\d{1,7})?)?", re.ASCII)
_PHONE = re.compile(r"\+[0-9 ()-]+", re.ASCII)
_FORMULA = ("=", "+", "-", "@")
_DAY_NUMBER = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_EARLIEST = 1850


def iso_date(cell: str, form: str) -> str:
    """The ISO date of a cell written in one of DATE_FORMS; a time of day behind it is dropped; raises BadCell."""
    if _DAY_NUMBER.fullmatch(cell):
        raise BadCell("is a spreadsheet's number for a date", "format the column as dates, and save it again")
    found = DATE_FORMS[form].match(cell)
    if found and (found.end() == len(cell) or _TIME_OF_DAY.fullmatch(cell, found.end())):
        year, month = int(found["y"]), found["m"].lower()
        number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
        try:
            day = date(year, number, int(found["d"]))
        except ValueError:
            raise BadCell("there is no such date", "correct it in the sending system") from None
        if year >= _EARLIEST:
            return day.isoformat()
    raise BadCell(
        f"is no date written {form}", "correct it, or write the system's form of dates into the layout's `dates`"
    )


def refuse_formula(cell: str, *, is_phone: bool = False) -> None:
    """Raises BadCell for a text that a spreadsheet would run when somebody opens what was made of it."""
    if cell.startswith(_FORMULA) and not (is_phone and _PHONE.fullmatch(cell)):
        raise BadCell(
            "begins like a formula, with one of = + - @", "remove that character in the sending system and export again"
        )


def refuse_damaged(cell: str) -> None:
    """Raises BadCell for a text that an earlier conversion has damaged, so that it is a name that nobody has."""
    if not cell.isascii() and ("\N{REPLACEMENT CHARACTER}" in cell or _is_encoded_twice(cell)):
        raise BadCell("was damaged by a conversion", "export it again, or find where its encoding is mistaken")


def _is_encoded_twice(cell: str) -> bool:
    try:
        return cell.encode("cp1252").decode("utf-8") != cell
    except UnicodeError:
        return False


def lines_of(cell: str) -> list[str]:
    """The lines of a cell that may hold line ends."""
    return [line for line in map(trimmed, cell.splitlines()) if line]
