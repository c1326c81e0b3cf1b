"""Whether what an agency sends says that an archived child is here, so that it returns at once.

It errs towards the child's being seen: who is still due by the rules is archived again by the next run. Nothing of a
sensitive service brings anybody back, for a child that reappears would tell of it.
"""

from collections.abc import Collection
from datetime import date

from domain.birth import GROWN_UP
from domain.education import birthday
from domain.event import RegisterEvent
from domain.retention.rules import DIED, LEFT_ENGLAND
from domain.source_record.events import FlagRaised, InvolvementStarted, RecordAmended, RecordRegistered
from domain.vocabulary import Flag

_GONE = frozenset({DIED.name, LEFT_ENGLAND.name})


def brings_back(event: RegisterEvent, rules: Collection[str], on: date) -> bool:
    """Whether a child returns that was archived by these rules, because of an agency's event recorded on a day.

    Whoever registers the child brings it back, whatever archived it: else somebody who is taken for it would be absent
    with it. Whoever works with it, raises a flag or amends its record, where it was believed to be gone; and whoever
    has it younger than it was believed to be. So does a record that is set aside: of two people, one may be here.
    """
    if event.restricted:
        return False
    if isinstance(event, RecordRegistered):
        return True
    if isinstance(event, FlagRaised) and event.flag == Flag.LOOKED_AFTER:
        return True
    if not isinstance(event, InvolvementStarted | FlagRaised | RecordAmended):
        return False
    return _GONE.issuperset(rules) or (isinstance(event, RecordAmended) and _is_a_child(event, on))


def _is_a_child(event: RecordAmended, on: date) -> bool:
    born = event.particulars.get("date_of_birth")
    years = GROWN_UP + bool(event.particulars.get("date_of_birth_estimated"))
    return born is not None and birthday(date.fromisoformat(born), years) > on
