"""How agencies open records and write down what they do."""

from datetime import date
from typing import Any

from services.lab.simulate.agencies import AGENCIES, Agency
from services.lab.simulate.dice import Dice
from services.lab.simulate.identifiers import phone
from services.lab.simulate.mistakes import MORE_MISTAKES, make_a_mistake
from services.lab.simulate.model import Flag, Involvement, Person, Record
from services.lab.simulate.names import BOYS, FAMILIES, GIRLS

ONE_MISTAKE = 0.1
"""Share of records with one small mistake; with noise N there are N such chances."""

MIDDLE_NAME_WRITTEN = 0.55
NAMES = GIRLS + BOYS

Organisation = dict[str, str]


class Registry:
    """Hands out each agency's own numbers for children, in one population, and makes its mistakes.

    Noise changes what is written down, never who lives or what happens: for that, further mistakes have their own dice.
    """

    def __init__(self, seed: int, noise: int = 1) -> None:
        self._seed, self._noise = seed, noise
        self._last = {agency.code: 100_000 for agency in AGENCIES}

    def open(
        self, dice: Dice, person: Person, agency: Agency, on: date, nhs_number: bool = False, upn: bool = False
    ) -> Record:
        """A new record of an agency, made on a day with the identifiers that it knows, and put with the person's."""
        self._last[agency.code] += dice.number(1, 3)
        subject = f"{agency.prefix}-{self._seed}-{self._last[agency.code]}"
        particulars = written(dice, person, on)
        mistakes = [make_a_mistake(dice, particulars, person, on)] if dice.chance(ONE_MISTAKE) else []
        if self._noise > 1:
            mistakes += self._more_mistakes(subject, particulars, person, on)
        if nhs_number:
            particulars["nhs_number"] = person.nhs_number
        if upn and person.upn is not None:
            particulars["upn"] = person.upn
        record = Record(agency, subject, on, particulars, ", ".join(mistakes) or None)
        person.records.append(record)
        return record

    def _more_mistakes(self, subject: str, particulars: dict[str, Any], person: Person, on: date) -> list[str]:
        dice = Dice(f"{self._seed}/{subject}/noise")
        chances = [dice.chance(ONE_MISTAKE) for _ in range(self._noise - 1)]
        return [make_a_mistake(dice, particulars, person, on, MORE_MISTAKES) for chance in chances if chance]


def written(dice: Dice, person: Person, on: date) -> dict[str, Any]:
    """What an agency that makes no mistake writes down of a child on a day, without identifiers."""
    given_name = person.given_name
    if person.middle_name is not None and dice.chance(MIDDLE_NAME_WRITTEN):
        given_name = f"{given_name} {person.middle_name}"
    return {
        "given_name": given_name,
        "family_name": person.family.name,
        "date_of_birth": person.date_of_birth.isoformat(),
        "gender": person.gender,
        "address": person.family.home(on).address,
        "carers": person.family.carers,
    }


def involve(
    dice: Dice,
    record: Record,
    service: str,
    role: str,
    organisation: Organisation,
    started: date,
    ended: date | None,
    *,
    lead: bool = False,
    consent_by: str | None = None,
) -> Involvement:
    """The agency of a record starts to work with the child, and stops on `ended`."""
    reference = f"{record.subject}/{service}/{len(record.involvements) + 1}"
    number = dice.number(1, 999)
    data: dict[str, Any] = {
        "involvement": reference,
        "service": service,
        "organisation": organisation,
        "lead_professional": lead,
        "started_on": started.isoformat(),
        "practitioner": {
            "name": f"{dice.pick(NAMES)} {dice.pick(FAMILIES)}",
            "role": role,
            "phone": phone(dice),
            "email": f"{role.replace(' ', '.')}.{number}@example.org",
        },
    }
    if consent_by is not None:
        data["consent"] = {"given_by": consent_by, "explicit": True, "on": started.isoformat()}
    involvement = Involvement(reference, service, started, ended, data)
    record.involvements.append(involvement)
    return involvement


def raise_flag(dice: Dice, record: Record, name: str, raised: date, lowered: date | None) -> None:
    """The agency of a record raises a flag, and lowers it on `lowered`."""
    contact = {
        "name": f"{dice.pick(NAMES)} {dice.pick(FAMILIES)}",
        "role": "duty worker",
        "phone": phone(dice),
    }
    record.flags.append(Flag(name, raised, lowered, contact))
