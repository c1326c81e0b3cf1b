"""Everything that a user may ask of the API. The values stand in the access log: add to them, never change one."""

from enum import StrEnum


class Action(StrEnum):
    """What a user asks for; `rights.py` says who may, `services/api/` asks before it reads anything."""

    FIND = "find"
    SHOW = "show"
    HISTORY = "history"
    LOOKS = "looks"
    EXPORT = "export"
    RECEIPTS = "receipts"
    REPORT = "report"
    POLICY = "policy"
    DUPLICATES = "duplicates"
    MERGE = "children.merged"
    SPLIT = "child.split"
    DISMISS = "match.dismissed"
    DEAD_LETTERS = "dead-letters"
    SHIELD_APPLY = "shield-apply"
    SHIELD_LIFT = "shield-lift"
    SHIELD_REVIEW = "shield-review"
    OVERRIDE = "override"
    INVESTIGATIONS = "investigations"
    SUBJECT_ACCESS = "subject-access"
    CORRECT = "correct"
    ACCESS_REPORT = "access-report"
    USERS_LIST = "users-list"
    USERS_GRANT = "users-grant"
    USERS_REVOKE = "users-revoke"


class Where(StrEnum):
    """Which authority a question is about, seen from the user: whoever works for the whole directory is at home."""

    OWN = "own-authority"
    OTHER = "other-authority"
    NONE = "no-authority"


def where(own: str | None, *about: str | None) -> Where:
    """Where a question lies that is about these authorities, for a user of the authority `own` (None: of all)."""
    named = {each for each in about if each}
    if own is None or own in named:
        return Where.OWN
    return Where.OTHER if named else Where.NONE
