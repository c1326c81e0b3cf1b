"""What a data manager can do about each reason that the contract gives for not taking a submission."""

_CORRECT = "correct it in the sending system and export again"

_ADVICE = {
    "missing": "fill it in the sending system; the contract requires it",
    "check-digit": "look the number up again; a spreadsheet may have shortened it, so export it as text",
    "nhs-number": "look the number up again; a spreadsheet may have shortened it, so export it as text",
    "check-letter": "look the UPN up again",
    "upn": "look the UPN up again",
    "authority-number": "look the UPN up again",
    "unknown-value": "write its meaning into the layout's `codes`",
    "pattern": "write its meaning into the layout's `codes`, or correct it in the sending system",
    "no-consent": "send it when consent is recorded, by whom and since when, and has not run out",
    "agency-may-not-send-service": "let the agency send it whose service it is",
    "agency-may-not-send-flag": "let the agency send it that may raise the flag",
    "agency-may-not-send-type": "remove the step from the layout",
    "in-the-future": "correct the date of birth, or the day on which the row became true",
    "birth-implausible": "look the year of birth up; a century may be wrong",
    "too-long": "shorten it, or look for a shifted column",
    "control-character": "remove line ends, tabs and other control characters from the cell",
    "type": "give the column a code list in the layout",
}


def advice_for(code: str) -> str:
    """One clause on what to do about the reason of that code."""
    return _ADVICE.get(code, _CORRECT)
