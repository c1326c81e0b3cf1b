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

_GONE = frozenset({DIED.name, LEFT_ENGLAND.name})


def brings_back(event: RegisterEvent, rules: Collection[str], on: date) -> bool:
    """Whether a child returns that was archived by these rules, because of an agency's event recorded on a day.

    Whoever registers the child brings it back, whatever archived it: else somebody who is taken for it would be absent
    with it. So does whoever works with it or raises a flag; whoever amends its record, where it was believed to be
    gone; and whoever has it younger than it was believed to be. So does a record that is set aside: of two people, one
    may be here.
    """
    if event.restricted:
        return False
    if isinstance(event, RecordRegistered | InvolvementStarted | FlagRaised):
        return True
    return isinstance(event, RecordAmended) and (is_only_gone(rules) or is_a_child(event, on))


def is_only_gone(rules: Collection[str]) -> bool:
    """Whether a child was archived as dead or away alone, by these rules, and not for its age."""
    return _GONE.issuperset(rules)


def is_a_child(event: RegisterEvent, on: date) -> bool:
    """Whether an event describes somebody with a date of birth by which it is not grown up on a day."""
    if not isinstance(event, RecordRegistered | RecordAmended):
        return False
    born = event.particulars.get("date_of_birth")
    years = GROWN_UP + bool(event.particulars.get("date_of_birth_estimated"))
    return born is not None and birthday(date.fromisoformat(born), years) > on
