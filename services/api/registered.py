"""Which authority or agency is meant, by the register of agencies.

A code of an authority is taken as it is: children live where no agency of the register does. What is known comes from
the register alone, never from children, so a refusal reveals nothing of where one lives; and of a sensitive agency
nobody learns here whether it is registered.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from http import HTTPStatus

from domain.agency import Agency
from domain.vocabulary import AGENCY_URN, AUTHORITY_CODE, STEWARDSHIP_SOURCE, agency_urn
from services.api.dependencies import Dependencies
from services.api.problems import Problem
from services.registers import load_agencies

_UNKNOWN_AUTHORITY = (
    "authority: give the ONS code of a local authority, a letter and eight digits, or its name as the register of"
    " agencies has it"
)
_UNKNOWN_SOURCE = "source: give an agency of the register, like urn:agency:nhs-gp"


def known_authority(dependencies: Dependencies, text: str | None, own: str | None) -> str | None:
    """The code of the authority that is meant, the user's own where none is; raises Problem 422 for an unknown name."""
    if text is None or text == own:
        return own
    upper = text.strip().upper()
    if re.fullmatch(AUTHORITY_CODE, upper):
        return upper
    agencies = _agencies(dependencies)
    authorities = {agency.authority: agency.name for agency in agencies.values() if agency.notified_authority}
    words = {word.casefold(): code for code, name in authorities.items() if code for word in (code, name)}
    folded = " ".join(text.split()).casefold()
    if folded in words:
        return words[folded]
    near = get_close_matches(folded, words, 1)
    meant = f"{words[near[0]]}, {authorities[words[near[0]]]}" if near else None
    raise _unknown(_UNKNOWN_AUTHORITY, meant)


def known_source(dependencies: Dependencies, text: str, *, cleared: bool) -> str:
    """The source that is meant, by its URN or its code; raises Problem 422 for one that this reader does not know."""
    agencies = _agencies(dependencies)
    codes = [code for code, agency in agencies.items() if cleared or not agency.is_sensitive]
    if text == STEWARDSHIP_SOURCE:
        return text
    code = text.strip().casefold().removeprefix(AGENCY_URN)
    if code in codes:
        return agency_urn(code)
    near = get_close_matches(code, codes, 1)
    raise _unknown(_UNKNOWN_SOURCE, agency_urn(near[0]) if near else None)


def _agencies(dependencies: Dependencies) -> Mapping[str, Agency]:
    with dependencies.look_ups.transaction() as cursor:
        return load_agencies(cursor)


def _unknown(sentence: str, meant: str | None) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{sentence}; did you mean {meant}?" if meant else sentence)
