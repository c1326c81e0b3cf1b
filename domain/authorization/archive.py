"""How much of the archive a look may show: nothing of it to nearly everybody.

In the first year data managers and auditors are shown who is archived, like anybody else; later it takes an enquiry
that the reason names, and the right to enquire. A list of children (a report, an export, a comparison) shows none.
"""

from datetime import date

from domain.authorization.actions import Action, Jurisdiction
from domain.authorization.decision import decide
from domain.authorization.reasons import REASONS
from domain.authorization.roles import Entitlement
from domain.education import birthday

WHOLE_ARCHIVE = "0"
"""A moment before all: the archive is shown whoever went there when."""

_ALWAYS = frozenset(
    {
        Action.SUBJECT_ACCESS,
        Action.ERASE,
        Action.HOLD_PLACE,
        Action.HOLD_LIFT,
        Action.RETENTION,
        Action.RETENTION_RUN,
        Action.REPLAY,
        Action.COULD_HAVE_SEEN,
    }
)
"""What is done about the archive as about others, as are requests by who answers for subject access: they have a term.

Of these only an applicant and an auditor are shown entries."""
_OF_ONE_CHILD = frozenset(
    {
        Action.FIND,
        Action.SHOW,
        Action.HISTORY,
        Action.LOOKS,
        Action.DUPLICATES,
        Action.MERGE,
        Action.SPLIT,
        Action.DISMISS,
        Action.RECORD_REMOVE,
        Action.RECORD_ACCEPT,
        Action.RECORD_SET_ASIDE,
        Action.CORRECT,
        Action.NEW_IDENTITY_REQUEST,
        Action.NEW_IDENTITY_CONFIRM,
        Action.INVESTIGATIONS,
        Action.SHIELD_APPLY,
        Action.SHIELD_REVIEW,
        Action.SHIELD_HAND_OVER,
        Action.SHIELD_LIFT,
    }
)
"""What may be about a child in the archive, as far as the user is shown it."""


def archive_from(entitlement: Entitlement, action: Action, reason: str, today: date) -> str | None:
    """The moment, as ISO text, since when a child has to be in the archive to be shown; None: none of it is shown.

    `reason` is the code of the stated reason.
    """
    if _is_always_open(entitlement, action, today):
        return WHOLE_ARCHIVE
    if action not in _OF_ONE_CHILD:
        return None
    if REASONS[reason].opens_archive and _may(entitlement, Action.ARCHIVE_ENQUIRY, today):
        return WHOLE_ARCHIVE
    return first_year_since(today) if _may(entitlement, Action.ARCHIVE, today) else None


def is_enquiry(entitlement: Entitlement, action: Action, reason: str, today: date) -> bool:
    """Whether a look shows because of its reason who is in the archive, and is not to be shown otherwise."""
    opened = archive_from(entitlement, action, reason, today) == WHOLE_ARCHIVE
    return opened and not _is_always_open(entitlement, action, today)


def opened_by_enquiry(entitlement: Entitlement, since: str, today: date) -> bool:
    """Whether nothing but an enquiry shows the user a child that is in the archive `since` a moment, as ISO text."""
    return since < first_year_since(today) or not _may(entitlement, Action.ARCHIVE, today)


def first_year_since(today: date) -> str:
    """The moment, as ISO text, since when who went into the archive is there in the first year."""
    return birthday(today, -1).isoformat()


def _is_always_open(entitlement: Entitlement, action: Action, today: date) -> bool:
    return action in _ALWAYS or (action is Action.CORRECT and _may(entitlement, Action.SUBJECT_ACCESS, today))


def _may(entitlement: Entitlement, action: Action, today: date) -> bool:
    return not decide(entitlement, action, today, Jurisdiction.OWN).denied
