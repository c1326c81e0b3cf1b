"""A directory with a child whom a school, so to speak, and a clinic know, one whom only the clinic knows, and users."""

from typing import Any

from streams.access import grants
from streams.access.grants import FAR
from tests.support.entitlements import entitlement
from tests.support.world import World, person, submission

ADA, BEA, CAY = "9990000018", "9990000026", "9990000034"
"""The NHS numbers of a child whom both know, of one whom only the clinic knows, and of one whom it does not."""
SECRETS = ("clinic", "camhs", "sexual-health", "Ropewalk", "Dr Still", "ZX9 9ZZ", "Hideaway", "Secret", "2001-02-04")
"""What the clinic alone has reported of them."""
HOME = {"lines": ["1 Fell Road"], "postcode": "ZX1 1AA", "authority": "E06999001", "status": "current"}
AWAY = {"lines": ["2 Hideaway"], "postcode": "ZX9 9ZZ", "authority": "E06999002", "status": "current"}
NORTHERN: dict[str, dict[str, Any]] = {
    "north-officer": {"role": "practitioner"},
    "north-manager": {"role": "data-manager", "sensitive": True},
    "north-administrator": {"role": "authority-administrator"},
    "north-auditor": {"role": "auditor", "sensitive": True},
    "north-subject-access": {"role": "subject-access-officer", "sensitive": True},
}


def started(subject: str, number: int, **details: Any) -> dict[str, Any]:
    """The clinic works with a child, which has consented."""
    consent = {"given_by": "child", "explicit": True, "on": "2008-01-01"} | details.pop("consent", {})
    data = {
        "involvement": f"C{subject}-{number}",
        "service": "camhs",
        "organisation": {"name": "Ropewalk clinic", "code": "RW1"},
        "practitioner": {"name": "Dr Still"},
        "started_on": "2008-01-01",
        "consent": consent,
    }
    return submission("involvement.started", subject, data | details, "clinic")


def know_clinic(world: World) -> None:
    """Makes children and users known; what the clinic reports of Ada comes last, so an entry would prefer it."""
    secret: dict[str, Any] = {"family_name": "Secret", "address": AWAY, "carers": [{"name": "Hideaway Carer"}]}
    later = person("C1", "clinic", nhs_number=ADA, date_of_birth="2001-02-03", **secret) | {
        "time": "2008-11-01T00:00:00Z"
    }
    outcomes = world.submit(
        person("S1", nhs_number=ADA, address=HOME),
        person(
            "S3", nhs_number=CAY, given_name="Cay", address=AWAY | {"lines": ["3 Fell Road"], "postcode": "ZX1 1AB"}
        ),
        later,
        started("C1", 1),
        person("C2", "clinic", nhs_number=BEA, given_name="Bea", family_name="Secret", date_of_birth="2001-02-04"),
        started("C2", 1, service="sexual-health"),
    )
    assert outcomes == ["accepted"] * len(outcomes)
    users = [entitlement(user=name, trained_until=FAR, **rights) for name, rights in NORTHERN.items()]
    grants.add_users(world.database_url, world.key, users)
