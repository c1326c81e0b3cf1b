"""What has not happened yet by the day on which the feeds end, or will never happen, is taken out of a life."""

from datetime import date

from services.lab.simulate.agencies import COUNCILS, DEATHS, GP
from services.lab.simulate.dice import Dice
from services.lab.simulate.model import Flag, Involvement, Person
from services.lab.simulate.registry import Registry


def tell_the_end(dice: Dice, registry: Registry, person: Person) -> None:
    """The register of deaths, or the council of one who left England, reports it in a record made for that."""
    if person.status == "live":
        return
    agency = DEATHS if person.status == "died" else COUNCILS[person.family.home(person.until).authority]
    record = registry.open(dice, person, agency, person.until, nhs_number=agency is DEATHS)
    record.deregistered = (person.status, person.until)


def keep_what_happened(person: Person) -> None:
    """Leaves out what would come after the child's last day in the feeds.

    With a child who died or left, all agencies stop on that day but GPs, whose lists are known to grow stale.
    """
    last = person.until
    person.records = [record for record in person.records if record.registered <= last]
    for record in person.records:
        stops = person.status != "live" and record.agency is not GP
        end = last if stops else None
        record.involvements = [_until(i, last, end) for i in record.involvements if i.started <= last]
        record.flags = [_lowered(flag, last, end) for flag in record.flags if flag.raised <= last]
        if record.amended and record.amended[0] > last:
            record.amended = None
        if record.deregistered and record.deregistered[1] > last:
            record.deregistered = None


def _until(involvement: Involvement, last: date, end: date | None) -> Involvement:
    open_still = involvement.ended is None or involvement.ended > last
    return involvement._replace(ended=end) if open_still else involvement


def _lowered(flag: Flag, last: date, end: date | None) -> Flag:
    open_still = flag.lowered is None or flag.lowered > last
    return flag._replace(lowered=end) if open_still else flag
