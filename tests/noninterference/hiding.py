"""What may be hidden of the child: drawn, and two far ends of it."""

from typing import Any

from hypothesis import strategies as st

from tests.noninterference.twins import AUTHORITIES, CARERS, FLAGS, FORMER, NUMBERS, POSTCODES, UPNS, Hidden


def _particulars(
    number: str, upn: str | None, postcode: str | None, authority: str | None, former: str | None, carer: str | None
) -> dict[str, Any]:
    home = {"lines": ["7 Harbour Row"], "postcode": postcode, "authority": authority, "status": "current"}
    names = [{"given_name": "Tamsin", "family_name": former, "kind": "former"}] if former else []
    carers = [{"name": carer, "relationship": "mother", "phone": "07700 900777"}] if carer else []
    return {
        "nhs_number": number,
        "upn": upn,
        "address": home if postcode else None,
        "other_names": names,
        "carers": carers,
    }


def _maybe(values: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values])


PARTICULARS = st.builds(
    _particulars,
    st.sampled_from(NUMBERS),
    _maybe(UPNS),
    _maybe(POSTCODES),
    _maybe(AUTHORITIES),
    _maybe(FORMER),
    _maybe(CARERS),
)
HIDDEN = st.builds(
    Hidden,
    particulars=PARTICULARS,
    later=PARTICULARS,
    school=st.sampled_from([None, 0, 1]),
    social_care=st.booleans(),
    flag=_maybe(FLAGS),
    surgery=st.sampled_from([None, 0, 1]),
    clinic=st.booleans(),
    ended=st.booleans(),
    deregistered=st.booleans(),
)
_POOR = _particulars(NUMBERS[0], None, None, None, None, None)
_WHOLE = _particulars(NUMBERS[1], UPNS[0], POSTCODES[1], AUTHORITIES[0], FORMER[0], CARERS[0])
POOR = Hidden(_POOR, _POOR)
"""Nothing is hidden but a number."""
RICH = Hidden(_WHOLE, _WHOLE, 0, True, FLAGS[0], 0, True)
"""Everything that can be hidden is."""
OVER = Hidden(_WHOLE, _POOR, 0, True, FLAGS[0], 0, True, True, True)
"""Everything was, and has ended since."""
