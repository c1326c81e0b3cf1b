"""Which services may look without anybody being told: those that the regulations name.

After Schedule 3 to the Children Act 2004 Information Database (England) Regulations 2007 (S.I. 2007/2182), the persons
who may be given access: those employed for a local authority's social services, special educational needs, admissions
and attendance; health professionals; police; probation; youth offending teams; schools; Connexions. Others, such as
housing, childcare and voluntary bodies, may tell the directory what they know, and may look where they were granted it;
the child's authority hears of each such look.
"""

from collections.abc import Iterable

from domain.vocabulary import AgencyKind, Service

SCHEDULED_SERVICES = frozenset(
    {
        Service.SOCIAL_CARE,
        Service.EDUCATION,
        Service.HOME_EDUCATION,
        Service.GP,
        Service.HEALTH_VISITING,
        Service.SCHOOL_NURSING,
        Service.HOSPITAL,
        Service.CAMHS,
        Service.SEXUAL_HEALTH,
        Service.SUBSTANCE_MISUSE,
        Service.POLICE,
        Service.YOUTH_OFFENDING,
        Service.YOUTH_SERVICE,
    }
)
"""Not named: early years, housing, voluntary bodies, and Scotland's named person. Probation sends nothing so far."""

SCHEDULED_KINDS = frozenset(
    {
        AgencyKind.LOCAL_AUTHORITY,
        AgencyKind.SOCIAL_CARE,
        AgencyKind.ASSESSMENT,
        AgencyKind.SCHOOL_CENSUS,
        AgencyKind.GP_REGISTRATION,
        AgencyKind.HEALTH_VISITING,
        AgencyKind.HOSPITAL,
        AgencyKind.SENSITIVE_SERVICE,
        AgencyKind.POLICE,
        AgencyKind.YOUTH_OFFENDING,
    }
)
"""The same, for an organisation that is an agency of the register. Not named: who sends extracts and never looks."""


def is_scheduled(kind: str | None, services: Iterable[str]) -> bool:
    """Whether an organisation is: by its kind in the agency register, or by a service that it is told to give.

    One of which neither is known is not.
    """
    return kind in SCHEDULED_KINDS or not SCHEDULED_SERVICES.isdisjoint(services)
