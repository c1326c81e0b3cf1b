"""What is true of a fictional child on the day `AS_AT`, in the format of the feeds' `truth.json`."""

from typing import Any

from services.lab.simulate.model import AS_AT, Involvement, Person
from services.lab.simulate.school_age import is_of_statutory_age

UNIVERSAL = frozenset({"education", "home-education", "gp", "health-visiting"})
"""Services for every child; all others are additional."""

SELECTIVE = frozenset({"looked-after", "child-protection-plan", "domestic-abuse"})
"""Flags that put a child on a selective list, whoever raised them."""


def person_id(number: int) -> str:
    """How truth.json names a person."""
    return f"p{number:06}"


def truth_of(person: Person) -> dict[str, Any]:
    """The facts of one child: who it is, its records, who works with it, what it lacks.

    `selective_listed` is whether a list of children judged vulnerable would hold it: those with a raised flag of
    SELECTIVE or with social care at work; `selective_ever` whether it ever would have.
    """
    involvements = [(record.agency.source, i) for record in person.records for i in record.involvements]
    current = [(source, i) for source, i in involvements if i.ended is None]
    flags = [flag for record in person.records for flag in record.flags]
    raised = {flag.name for flag in flags if flag.lowered is None}
    ever = {i.service for _, i in involvements}
    now = {i.service for _, i in current}
    education = education_status(person, [i for _, i in involvements])
    return {
        "person": person_id(person.number),
        "given_name": person.given_name,
        "family_name": person.family.name,
        "date_of_birth": person.date_of_birth.isoformat(),
        "gender": person.gender,
        "authority": person.family.homes[-1].address["authority"],
        "records": [[record.agency.source, record.subject] for record in person.records],
        "current_involvements": [
            {"source": source, "involvement": i.reference, "service": i.service} for source, i in current
        ],
        "ended_involvements": len(involvements) - len(current),
        "flags": sorted(raised),
        "education_status": education,
        "missing_education": person.status == "live" and education in ("not-reported", "reported-absent"),
        "gp_count": sum(i.service == "gp" for _, i in current),
        "status": person.status,
        "selective_listed": "social-care" in now or bool(raised & SELECTIVE),
        "selective_ever": "social-care" in ever or any(flag.name in SELECTIVE for flag in flags),
        "additional_services_now": bool(now - UNIVERSAL),
        "additional_services_ever": bool(ever - UNIVERSAL),
    }


def education_status(person: Person, involvements: list[Involvement]) -> str:
    """Where the child is educated on the day `AS_AT`, as far as agencies have reported."""
    education = [i for i in involvements if i.service in ("education", "home-education")]
    current = {i.service for i in education if i.ended is None}
    if current:
        return "placed" if "education" in current else "home-educated"
    if not is_of_statutory_age(person.date_of_birth, AS_AT):
        return "not-of-age"
    return "reported-absent" if education else "not-reported"
