"""The words of the contract: agency kinds, services, flags and bounds of texts. Their values are wire format."""

from enum import StrEnum

AGENCY_URN = "urn:agency:"
RESTRICTED_SOURCE = "urn:agency:restricted"
"""Replaces the name of a sensitive agency in the clear part of an event; the true name is sealed."""
STEWARDSHIP_SOURCE = "urn:contactpoint:stewardship"
"""The source of decisions of the directory's data stewards; which of them decided is sealed."""
AUTHORITY_CODE = "[A-Z][0-9]{8}"
"""The ONS code of a local authority, as a regular expression of all of it."""
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The letters of a unique pupil number. Its check letter has the index of the weighted sum of the rest, modulo 23."""
SHORTEST_REASON, LONGEST_REASON = 3, 500
"""How many characters a stated reason has: for a look, for a grant, or for a data steward's decision."""
CONTROL_CHARACTERS = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"
"""What no reason may hold, as a regular expression: control characters, and surrogates, which no log could keep."""


class AgencyKind(StrEnum):
    """The kind of an agency, which decides what the agency may send."""

    CHILD_BENEFIT = "child-benefit"
    BIRTH_REGISTRATION = "birth-registration"
    DEATH_REGISTRATION = "death-registration"
    GP_REGISTRATION = "gp-registration"
    SCHOOL_CENSUS = "school-census"
    LOCAL_AUTHORITY = "local-authority"
    SOCIAL_CARE = "social-care"
    ASSESSMENT = "assessment"
    YOUTH_OFFENDING = "youth-offending"
    POLICE = "police"
    HOSPITAL = "hospital"
    HEALTH_VISITING = "health-visiting"
    VOLUNTARY = "voluntary"
    SENSITIVE_SERVICE = "sensitive-service"


class Service(StrEnum):
    """What a practitioner does for a child."""

    EDUCATION = "education"
    HOME_EDUCATION = "home-education"
    GP = "gp"
    HEALTH_VISITING = "health-visiting"
    SCHOOL_NURSING = "school-nursing"
    EARLY_YEARS = "early-years"
    SOCIAL_CARE = "social-care"
    YOUTH_OFFENDING = "youth-offending"
    POLICE = "police"
    HOSPITAL = "hospital"
    YOUTH_SERVICE = "youth-service"
    HOUSING = "housing"
    VOLUNTARY = "voluntary"
    NAMED_PERSON = "named-person"
    CAMHS = "camhs"
    SEXUAL_HEALTH = "sexual-health"
    SUBSTANCE_MISUSE = "substance-misuse"


SENSITIVE_SERVICES = frozenset({Service.CAMHS, Service.SEXUAL_HEALTH, Service.SUBSTANCE_MISUSE})
ORDINARY_SERVICES = frozenset(Service) - SENSITIVE_SERVICES
UNIVERSAL_SERVICES = frozenset({Service.EDUCATION, Service.HOME_EDUCATION, Service.GP, Service.HEALTH_VISITING})
"""Services that every child has; any other service is an additional need."""


class Flag(StrEnum):
    """Something that exists about a child, and whom to contact about it."""

    COMMON_ASSESSMENT = "common-assessment"
    INFORMATION_TO_SHARE = "information-to-share"
    ACTION_TAKEN = "action-taken"
    CHILD_PROTECTION_PLAN = "child-protection-plan"
    LOOKED_AFTER = "looked-after"
    DOMESTIC_ABUSE = "domestic-abuse"
    MISSING_EDUCATION_ENQUIRY = "missing-education-enquiry"


NEED_FLAGS = frozenset({Flag.COMMON_ASSESSMENT, Flag.CHILD_PROTECTION_PLAN, Flag.LOOKED_AFTER, Flag.DOMESTIC_ABUSE})
"""Flags of a child with additional needs."""


class Gender(StrEnum):
    """Gender as an agency records it."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class SubmissionType(StrEnum):
    """The types of submission that an agency may send."""

    CHILD_REGISTERED = "child.registered"
    CHILD_AMENDED = "child.amended"
    CHILD_DEREGISTERED = "child.deregistered"
    INVOLVEMENT_STARTED = "involvement.started"
    INVOLVEMENT_ENDED = "involvement.ended"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    FLAG_RAISED = "flag.raised"
    FLAG_LOWERED = "flag.lowered"
    RECORD_REMOVED = "record.removed"


def agency_urn(code: str) -> str:
    """The CloudEvents source of an agency's submissions."""
    return AGENCY_URN + code


def agency_code(source: str) -> str | None:
    """The agency code in a source, or None where the source is not an agency's."""
    return source[len(AGENCY_URN) :] if source.startswith(AGENCY_URN) and len(source) > len(AGENCY_URN) else None
