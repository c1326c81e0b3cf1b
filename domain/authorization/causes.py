"""The cause of a denial, as a code. The values are stored in the access log: add to them, never change one."""

from enum import StrEnum


class Cause(StrEnum):
    """The cause of a denial; the sentence for the user says more, and is not stored."""

    NOT_GRANTED = "not-granted"
    """Nothing was ever granted to the user."""
    LAPSED = "lapsed"
    """Training, vetting or sign-off is out of date, or the right was revoked."""
    ROLE = "role"
    """The role may not do this anywhere."""
    PLACE = "place"
    """The role may do this for the own authority only."""
    CLEARANCE = "clearance"
    """Only somebody cleared for sensitive services may."""
    OWN_CASE = "own-case"
    """Nobody may close the investigation of the own override."""
    GRANTING = "granting"
    """The rules of granting and revoking forbid it: to oneself, elsewhere, or for sensitive services."""
    TOO_MANY = "too-many"
    """The user has been shown as many archived children for enquiries within the day as one may."""
    NO_REASON = "no-reason"
    """The user stated no reason, or not one that is accepted."""
