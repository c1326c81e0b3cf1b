"""The list of reasons for a look, and the parsing of a stated reason."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from domain.vocabulary import CONTROL_CHARACTERS, LONGEST_REASON, SHORTEST_REASON

OTHER = "other"
NAMED_ENQUIRY = "named-enquiry"


class Reason(NamedTuple):
    """One reason of the list; `needs_text` where the code alone says too little.

    One that `opens_archive` names an enquiry: whoever has the right to enquire is shown all of the archive for it.
    """

    code: str
    title: str
    needs_text: bool
    opens_archive: bool = False


REASONS: Mapping[str, Reason] = {
    each.code: each
    for each in (
        Reason("new-referral", "a child was referred to my service", False),
        Reason("safeguarding", "I am concerned about the safety or welfare of a child", False),
        Reason("assessment", "I assess what a child needs", False),
        Reason("lead-professional", "I am, or look for, a child's lead professional", False),
        Reason("contact-practitioner", "I have to reach others who work with a child", False),
        Reason("transfer", "a child moves to or from my service or area", False),
        Reason("missing-education", "I look for children who miss education", False),
        Reason("data-quality", "I mend what the directory holds", False),
        Reason("audit", "I audit how the directory is used", False),
        Reason("subject-access", "somebody asks what is held about them", True, opens_archive=True),
        Reason("court-order", "a court has ordered it", True, opens_archive=True),
        Reason(NAMED_ENQUIRY, "an enquiry, which the text names, needs what is archived", True, opens_archive=True),
        Reason("demonstration", "I show or test a system that holds invented children only", False),
        Reason(OTHER, "another reason, which the text says", True),
    )
}
"""The codes are stored in the access log: add to them, never change one."""

_ALIKE = 0.85
_LONG_ENOUGH = 8
"""Characters of a code that a mistyped word is compared with; shorter ones are too near to other words."""
_CODED = re.compile(r"([a-z][a-z-]*)(?:\s*:\s*(.*))?", re.DOTALL)
_UNFIT = re.compile(CONTROL_CHARACTERS)


class NoReason(Exception):
    """The stated text is not an accepted reason; the message says what to add."""


class StatedReason(NamedTuple):
    """A stated reason: its code of the list, and the whole text."""

    code: str
    text: str


def reason_of(text: str) -> StatedReason:
    """The reason that `CODE`, `CODE: text` or plain text states, which is the reason `other`; raises NoReason."""
    stated = text.strip()
    if not SHORTEST_REASON <= len(stated) <= LONGEST_REASON or _UNFIT.search(stated):
        raise NoReason(f"give a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters")
    coded = _CODED.fullmatch(stated)
    reason = REASONS.get(coded[1]) if coded else None
    if coded is None or reason is None:
        if coded and (meant := _meant(coded[1])):
            raise NoReason(f"there is no such reason; did you mean {meant}? Write it so, or say it in other words")
        return StatedReason(OTHER, stated)
    if reason.needs_text and len((coded[2] or "").strip()) < SHORTEST_REASON:
        raise NoReason(f"the reason {reason.code} needs text: write `{reason.code}: …`")
    return StatedReason(reason.code, stated)


def _meant(word: str) -> str | None:
    """The code that a word comes very near to, as a slip of the keyboard does."""
    codes = [code for code in REASONS if len(code) >= _LONG_ENOUGH]
    return next(iter(get_close_matches(word, codes, cutoff=_ALIKE)), None)
