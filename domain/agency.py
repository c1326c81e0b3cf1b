"""An agency of the register, and what its kind may send (contract §2, as data)."""

from dataclasses import dataclass, field
from typing import NamedTuple

from domain.vocabulary import ORDINARY_SERVICES, SENSITIVE_SERVICES, AgencyKind, Flag, Service, agency_urn


class Contact(NamedTuple):
    """A person or desk to contact, and how."""

    name: str | None = None
    role: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: `code` names its topics, `urn` is the source of its submissions.

    `authority` is the ONS GSS code of the local authority, where the agency belongs to one; `contact` is who answers
    there about a service that is not named.
    """

    code: str
    name: str
    kind: AgencyKind
    authority: str | None = None
    contact: Contact | None = None
    urn: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "urn", agency_urn(self.code))

    @property
    def notified_authority(self) -> str | None:
        """The authority whose notices the agency gets; None where it is not a local authority."""
        return self.authority if self.kind is AgencyKind.LOCAL_AUTHORITY else None

    @property
    def is_sensitive(self) -> bool:
        """Whether it must stay secret that the agency knows a child."""
        return self.kind is AgencyKind.SENSITIVE_SERVICE

    @property
    def has_contact_point(self) -> bool:
        """Whether it is a local authority that has named a contact for services that are not named."""
        return self.kind is AgencyKind.LOCAL_AUTHORITY and None not in (self.authority, self.contact)


@dataclass(frozen=True, slots=True)
class Rights:
    """What an agency of some kind may send beside `child.*`."""

    services: frozenset[Service] = frozenset()
    flags: frozenset[Flag] = frozenset()
    removes_records: bool = False


_SHARES = frozenset({Flag.INFORMATION_TO_SHARE, Flag.ACTION_TAKEN})

RIGHTS: dict[AgencyKind, Rights] = {
    AgencyKind.CHILD_BENEFIT: Rights(),
    AgencyKind.BIRTH_REGISTRATION: Rights(),
    AgencyKind.DEATH_REGISTRATION: Rights(),
    AgencyKind.GP_REGISTRATION: Rights(services=frozenset({Service.GP})),
    AgencyKind.SCHOOL_CENSUS: Rights(services=frozenset({Service.EDUCATION})),
    AgencyKind.LOCAL_AUTHORITY: Rights(services=ORDINARY_SERVICES, flags=frozenset(Flag), removes_records=True),
    AgencyKind.SOCIAL_CARE: Rights(
        services=frozenset({Service.SOCIAL_CARE}), flags=frozenset(Flag) - {Flag.COMMON_ASSESSMENT}
    ),
    AgencyKind.ASSESSMENT: Rights(
        services=ORDINARY_SERVICES, flags=frozenset({Flag.COMMON_ASSESSMENT, Flag.INFORMATION_TO_SHARE})
    ),
    AgencyKind.YOUTH_OFFENDING: Rights(services=frozenset({Service.YOUTH_OFFENDING}), flags=_SHARES),
    AgencyKind.POLICE: Rights(services=frozenset({Service.POLICE}), flags=_SHARES),
    AgencyKind.HOSPITAL: Rights(services=frozenset({Service.HOSPITAL}), flags=_SHARES),
    AgencyKind.HEALTH_VISITING: Rights(services=frozenset({Service.HEALTH_VISITING}), flags=_SHARES),
    AgencyKind.VOLUNTARY: Rights(services=frozenset({Service.VOLUNTARY}), flags=_SHARES),
    AgencyKind.SENSITIVE_SERVICE: Rights(services=SENSITIVE_SERVICES),
}
