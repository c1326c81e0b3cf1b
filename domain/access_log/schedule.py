"""Which services may look without a notice: those that the regulations name, row by row.

After Schedule 3 to the Children Act 2004 Information Database (England) Regulations 2007 (S.I. 2007/2182), persons who
may be given access by a local authority. Its paragraphs 1 to 5 were read, in the draft that was laid and then made:

1. who exercises for a local authority functions of (2)(a) social services, (b)(i) special educational needs, school
   admissions and attendance, (b)(ii) welfare under section 175 of the Education Act 2002, (c) a fire and rescue
   service's strategy for children, (d) co-operation and arrangements to safeguard under sections 10 and 11 of the
   Children Act 2004, (e) the regulations themselves;
2. health care professionals whom a body of section 25(3) of the NHS Reform and Health Care Professions Act 2002
   regulates, and who assists them; 3. police authorities and forces; 4. the British Transport Police Authority;
5. local probation boards.

The paragraphs after these, and the amendments of S.I. 2010/1213, were not read. A row that depends on them says so:
then a service is on the list if it is widely reported to have had access, and off it otherwise. A service off the list
may submit, and may look where that was granted; the child's authority gets a notice of each such look.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.vocabulary import AgencyKind, Service

HEALTH = "2"


class Row(NamedTuple):
    """Whether a service is on the list, by which paragraph that was read (None: by none), and the grounds in words."""

    scheduled: bool
    paragraph: str | None
    grounds: str


_NOT_READ = "not in 1 to 5; the others were not read"

SERVICES: Mapping[Service, Row] = {
    Service.EDUCATION: Row(True, None, "schools are in none of 1 to 5; the others were not read"),
    Service.HOME_EDUCATION: Row(True, "1(2)(b)(i)", "an authority's advisers watch over attendance"),
    Service.GP: Row(True, HEALTH, "doctors, and who assists them"),
    Service.HEALTH_VISITING: Row(True, HEALTH, "nurses"),
    Service.SCHOOL_NURSING: Row(True, HEALTH, "nurses"),
    Service.EARLY_YEARS: Row(False, None, _NOT_READ),
    Service.SOCIAL_CARE: Row(True, "1(2)(a)", "social services functions"),
    Service.YOUTH_OFFENDING: Row(
        True, None, "a team's members come from 1(2)(a), 2, 3 and 5; the others were not read"
    ),
    Service.POLICE: Row(True, "3", "also 4, the transport police"),
    Service.HOSPITAL: Row(True, HEALTH, "doctors and nurses, and who assists them"),
    Service.YOUTH_SERVICE: Row(True, None, "Connexions is in none of 1 to 5; the others were not read"),
    Service.HOUSING: Row(False, None, "none of the functions of 1(2); the others were not read"),
    Service.VOLUNTARY: Row(False, None, _NOT_READ),
    Service.NAMED_PERSON: Row(False, None, "Scotland's; the regulations are of England"),
    Service.CAMHS: Row(True, HEALTH, "as far as its staff are regulated or assist who is"),
    Service.SEXUAL_HEALTH: Row(True, HEALTH, "as far as its staff are regulated or assist who is"),
    Service.SUBSTANCE_MISUSE: Row(
        True, HEALTH, "as far as its staff are regulated or assist who is; a notice would hint at a sensitive service"
    ),
}

KINDS: Mapping[AgencyKind, Row] = {
    AgencyKind.CHILD_BENEFIT: Row(False, None, "sends extracts; " + _NOT_READ),
    AgencyKind.BIRTH_REGISTRATION: Row(False, None, "sends extracts; " + _NOT_READ),
    AgencyKind.DEATH_REGISTRATION: Row(False, None, "sends extracts; " + _NOT_READ),
    AgencyKind.GP_REGISTRATION: Row(True, HEALTH, "who assists doctors"),
    AgencyKind.SCHOOL_CENSUS: Row(False, None, "a department's extract for all schools; no school is known by it"),
    AgencyKind.LOCAL_AUTHORITY: Row(True, "1", "its functions of 1(2); which officer has one the directory can't tell"),
    AgencyKind.SOCIAL_CARE: Row(True, "1(2)(a)", "social services functions"),
    AgencyKind.ASSESSMENT: Row(True, "1(2)(d)", "a common assessment is co-operation under section 10"),
    AgencyKind.YOUTH_OFFENDING: SERVICES[Service.YOUTH_OFFENDING],
    AgencyKind.POLICE: SERVICES[Service.POLICE],
    AgencyKind.HOSPITAL: SERVICES[Service.HOSPITAL],
    AgencyKind.HEALTH_VISITING: SERVICES[Service.HEALTH_VISITING],
    AgencyKind.VOLUNTARY: SERVICES[Service.VOLUNTARY],
    AgencyKind.SENSITIVE_SERVICE: Row(True, HEALTH, "as far as its staff are regulated or assist who is"),
}
"""The same, for an organisation that is an agency of the register."""

SCHEDULED_SERVICES = frozenset(service for service, row in SERVICES.items() if row.scheduled)
"""Probation (5) and fire and rescue (1(2)(c)) are on the list too, but no service here is theirs so far."""
SCHEDULED_KINDS = frozenset(kind for kind, row in KINDS.items() if row.scheduled)


def is_scheduled(kind: str | None, services: Iterable[str]) -> bool:
    """Whether an organisation is on the list: by its kind in the agency register, or by a service that it gives.

    An organisation of which neither is known is not.
    """
    return kind in SCHEDULED_KINDS or not SCHEDULED_SERVICES.isdisjoint(services)
