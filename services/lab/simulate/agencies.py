"""The nineteen agencies of the fictional county."""

from typing import NamedTuple

from services.lab.simulate.places import AUTHORITIES


class Agency(NamedTuple):
    """One line of the agency register; `prefix` begins its numbers for children."""

    code: str
    name: str
    kind: str
    authority: str | None
    prefix: str

    @property
    def source(self) -> str:
        """The source of its submissions."""
        return f"urn:agency:{self.code}"

    @property
    def organisation(self) -> dict[str, str]:
        """The agency as the organisation of an involvement."""
        return {"name": self.name, "code": self.code.upper()}


def _one_each(code: str, name: str, kind: str, prefix: str) -> tuple[Agency, Agency]:
    first, second = (
        Agency(f"{code}-{authority.name.lower()}", f"{authority.name} {name}", kind, authority.code, prefix)
        for authority in AUTHORITIES
    )
    return first, second


BIRTHS = Agency("gro-births", "Birth registration", "birth-registration", None, "GROB")
DEATHS = Agency("gro-deaths", "Death registration", "death-registration", None, "GROD")
BENEFIT = Agency("hmrc-child-benefit", "Child benefit", "child-benefit", None, "CHB")
GP = Agency("nhs-gp", "GP registration", "gp-registration", None, "PDS")
CENSUS = Agency("dfe-school-census", "School census", "school-census", None, "CEN")
COUNCILS = _one_each("la", "Council", "local-authority", "COUN")
SOCIAL_CARE = _one_each("ics", "social care", "social-care", "SOC")
ASSESSMENT = _one_each("ecaf", "assessments", "assessment", "CAF")
HOSPITALS = _one_each("hospital", "Hospital", "hospital", "HOSP")
HEALTH_VISITING = Agency("hv-orrinshire", "Orrinshire health visitors", "health-visiting", None, "HV")
YOUTH_OFFENDING = Agency("yot-orrinshire", "Orrinshire youth offending team", "youth-offending", None, "YOT")
POLICE = Agency("police-orrinshire", "Orrinshire police", "police", None, "POL")
VOLUNTARY = Agency("vol-lanternhouse", "Lantern House", "voluntary", None, "LH")
CAMHS = Agency("camhs-orrinshire", "Orrinshire child mental health", "sensitive-service", None, "CMH")
CLINIC = Agency("clinic-ropewalk", "Ropewalk young people's clinic", "sensitive-service", None, "CLIN")

AGENCIES = (
    BIRTHS, DEATHS, BENEFIT, GP, CENSUS, *COUNCILS, *SOCIAL_CARE, *ASSESSMENT, *HOSPITALS, HEALTH_VISITING,
    YOUTH_OFFENDING, POLICE, VOLUNTARY, CAMHS, CLINIC,
)  # fmt: skip
