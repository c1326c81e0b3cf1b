"""What a spreadsheet makes of cells: errors in place of values, and numbers of which digits are lost."""

import re

_SPREADSHEET_ERROR = re.compile(
    r"(?<![^\s,;])(?:#{2,}|#N/[AD]|#NV|#GETTING_DATA|#[¡¿]?[A-ZÀ-Ý]{3,12}(?:/0)?[!?]|Err:\d{3})(?![^\s,;])",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]\d+|[+-]?\d+[.,]\d+[eE]\d+", re.ASCII)
_FLOAT = re.compile(r"\d+[.,]0+", re.ASCII)
_TRUTH = ("TRUE", "FALSE", "True", "False", "true", "false")
_GROUPED = re.compile(r"'[\d ]+|\d{1,3}(?:,\d{3})+", re.ASCII)
_PHONE_WITHOUT_ZERO = re.compile(r"(?=(?:\d ?){9,10}\Z)[1-9][\d ]+|44 ?(?:\d ?){9,10}", re.ASCII)


class BadCell(Exception):
    """A cell cannot be taken; neither text repeats its value."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice


def refuse_spreadsheet_error(cell: str) -> None:
    """Raises BadCell for what a spreadsheet shows in place of a value, such as #N/A, #REF! or ########."""
    if ("#" in cell or cell.startswith("Err:")) and _SPREADSHEET_ERROR.search(cell):
        raise BadCell(
            "holds a spreadsheet's error in place of a value",
            "mend the formula or widen the column there, or leave the cell empty where nothing is known",
        )


def refuse_mangled(cell: str, *, is_number: bool = False, is_phone: bool = False) -> None:
    """Raises BadCell for digits as a spreadsheet rewrites them; `is_number` where the cell is an identifier."""
    if _SCIENTIFIC.fullmatch(cell) or (is_number and (_FLOAT.fullmatch(cell) or cell in _TRUTH)):
        raise BadCell(
            "is a number that a spreadsheet has rewritten, so that digits of it are lost",
            "export it again as text, and do not open it in a spreadsheet before it is sent",
        )
    if is_number and _GROUPED.fullmatch(cell):
        raise BadCell(
            "is a number to which a spreadsheet has added an apostrophe, or commas between its thousands",
            "export it again as text, as the system shows it",
        )
    if is_phone and _PHONE_WITHOUT_ZERO.fullmatch(cell):
        raise BadCell("has lost its leading zero or plus", "export it again as text")
