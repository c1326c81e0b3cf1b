"""Every action of the API. The values are stored in the access log: add to them, never change one."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.places import place_now


class Action(StrEnum):
    """What a user attempts; `rights.py` says who may, and `services/api/` checks before it reads anything."""

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
    SHIELD_HAND_OVER = "shield-hand-over"
    FIGURES = "figures"
    AGENCY_SUSPEND = "agency-suspend"
    AGENCY_RESUME = "agency-resume"
    RECORD_REMOVE = "record-remove"
    NEW_IDENTITY_REQUEST = "new-identity-request"
    NEW_IDENTITY_CONFIRM = "new-identity-confirm"
    NEW_IDENTITIES = "new-identities"
    CLOSED_RECORD_OPEN = "closed-record-open"
    RECORD_ACCEPT = "record-accept"
    RECORD_SET_ASIDE = "record-set-aside"
    ERASE = "erase"
    HOLD_PLACE = "hold-place"
    HOLD_LIFT = "hold-lift"
    RETENTION = "retention"
    PROOFS = "proofs"
    REPLAY = "replay"
    COULD_HAVE_SEEN = "could-have-seen"
    ARCHIVE = "archive"
    ARCHIVE_ENQUIRY = "archive-enquiry"
    RETENTION_RUN = "retention-run"
    OPERATION = "operation"


class Jurisdiction(StrEnum):
    """Which authority an action is about, relative to the user's; a user of the whole directory owns each of them."""

    OWN = "own-authority"
    OTHER = "other-authority"
    NONE = "no-authority"


def jurisdiction(own: str | None, *about: str | None) -> Jurisdiction:
    """The jurisdiction of an action about these authorities, for a user of the authority `own` (None: of all).

    An authority that has been merged into another is that one now.
    """
    named = {place_now(each) for each in about if each}
    if own is None or place_now(own) in named:
        return Jurisdiction.OWN
    return Jurisdiction.OTHER if named else Jurisdiction.NONE


class Charge(NamedTuple):
    """The authority in charge of a child; where there is none, `reported` are those that single agencies report."""

    authority: str | None
    reported: Sequence[str] = ()


def jurisdiction_over(own: str | None, *children: Charge) -> Jurisdiction:
    """The jurisdiction of an act on a child, or on two that may be one, for a user of the authority `own`.

    The report of a single agency gives no right, or one stolen credential would. It can take one away: a child that a
    single agency reports as living elsewhere is not everybody's to decide on. If one agency reports the own authority
    and another a different one, the child is no single authority's. Two children, one of whom is reported to live in
    the own authority, may be decided on together; whether they have to be in the queue follows from each one's own
    jurisdiction.
    """
    place = jurisdiction(own, *(each.authority for each in children))
    if place is not Jurisdiction.NONE:
        return place
    reported = [code for each in children for code in each.reported]
    if len(children) > 1:
        return Jurisdiction.OTHER if jurisdiction(own, *reported) is Jurisdiction.OTHER else place
    return Jurisdiction.OTHER if any(jurisdiction(own, code) is Jurisdiction.OTHER for code in reported) else place
