"""A directory entry for people: who the child is, who works with the child, and how to reach them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from services.cli.output import NO_BREAK, facts, plain, table, text

Fields = Mapping[str, Any]

EDUCATION = {
    "placed": "on a school's roll{since}",
    "home-educated": "educated at home{since}",
    "reported-absent": "has left a school{since}, and no other has reported the child",
    "not-reported": "of school age{since}, and no school has ever reported the child",
    "not-of-age": "not of school age",
}


def display_entry(to: Console, entry: Fields) -> None:
    """Prints the entry; of a shielded child there is hardly any."""
    to.print(_heading(entry))
    if "warning" in entry:
        to.print(text(entry["warning"], "bold red"))
    elif entry["shielded"]:
        to.print(text("This child is shielded: where the child is, and with whom, is hidden.", "bold red"))
        to.print(text(f"Child {entry['child']}", "dim"))
        return
    if notice := left_out(entry):
        to.print(notice)
    to.print(_facts(entry))
    _section(to, "Works with the child", _involvements(entry["involvements"], current=True), "Nobody is known to.")
    ended = [each for each in entry["involvements"] if each["ended_on"]]
    if ended:
        _section(to, "Worked with the child", _involvements(ended, current=False), "")
    if entry["flags"]:
        _section(to, "Flags", table(("flag", "since", "ask"), [_flag(each) for each in entry["flags"]]), "")
    if entry["carers"]:
        _section(to, "Carers", table(("name", "relationship", "reach"), [_carer(each) for each in entry["carers"]]), "")
    known = ", ".join(f"{agency_of(each)} ({plain(each['subject'])})" for each in entry["records"])
    to.print(text(f"Records: {known}", "dim"))
    position = f", position {entry['position']:,}" if entry["position"] else ""
    to.print(text(f"As known at {plain(entry['as_of'])}{position}; child {entry['child']}", "dim"))


def left_out(answer: Fields) -> Text | None:
    """The notice that records of some agencies are not in an answer; None where all are."""
    agencies = ", ".join(agency_of({"source": source}) for source in answer.get("left_out", ()))
    if not agencies:
        return None
    notice = f"Suspended for now, and left out of this answer: {agencies}. Who knows a child may be missing here."
    return text(notice, "bold red")


def _heading(entry: Fields) -> Text:
    name = f"{entry['name']['given_name']} {entry['name']['family_name']}"
    born = entry["date_of_birth"] or "unknown"
    estimated = " (estimated)" if entry.get("date_of_birth_estimated") else ""
    return Text.assemble(text(name, "bold"), text(f"   born {born}{estimated}, {entry['gender']}"))


def _facts(entry: Fields) -> object:
    others = [
        f"{each.get('given_name') or ''} {each.get('family_name') or ''}".strip() for each in entry["other_names"]
    ]
    numbers = [f"NHS {number}" for number in entry["identifiers"]["nhs_number"]]
    numbers += [f"UPN {number}" for number in entry["identifiers"]["upn"]]
    school = entry["education"]
    since = f" since {school['since']}" if school["since"] else ""
    rows = [("also known as", ", ".join(others)), ("numbers", ", ".join(numbers))]
    rows += [("address", each) for each in _addresses(entry["addresses"])]
    rows.append(("education", EDUCATION.get(school["status"], school["status"]).format(since=since)))
    return facts((text(label, "dim"), value) for label, value in rows if value)


def _addresses(addresses: Iterable[Fields]) -> Iterator[str]:
    """Each address once, with the agencies that report it."""
    reported: dict[str, tuple[str, list[str]]] = {}
    for each in addresses:
        written = address_of(each)
        reported.setdefault(written.casefold(), (written, []))[1].append(agency_of(each))
    for written, agencies in reported.values():
        yield f"{written}  ({', '.join(dict.fromkeys(agencies))})"


def address_of(address: Fields) -> str:
    """An address in one line."""
    where = ", ".join([*(address.get("lines") or []), *filter(None, [address.get("postcode")])])
    status = {"last-known": "last known: ", "none-known": "none known "}.get(address.get("status") or "", "")
    return f"{status}{where or 'no address'}"


def _involvements(involvements: Iterable[Fields], *, current: bool) -> object | None:
    wanted = [each for each in involvements if current == (each["ended_on"] is None)]
    if not wanted:
        return None
    rows = [
        (
            text("restricted service" if each.get("restricted") else each["service"], "bold" if current else "dim"),
            "contact through" if each.get("restricted") else (each.get("organisation") or {}).get("name"),
            _person(each.get("contact") or each.get("practitioner"))
            + ("  (lead professional)" if each.get("lead_professional") else ""),
            each.get("started_on") if current else f"{each.get('started_on') or '?'} to {each['ended_on']}",
        )
        for each in wanted
    ]
    return table(("service", "organisation", "practitioner", "since" if current else "from, to"), rows)


def _flag(flag: Fields) -> tuple[object, ...]:
    return text(flag["flag"], "yellow"), flag["raised_on"], _person(flag.get("contact")) or agency_of(flag)


def _carer(carer: Fields) -> tuple[object, ...]:
    responsible = ", parental responsibility" if carer.get("parental_responsibility") else ""
    return carer.get("name"), f"{carer.get('relationship') or ''}{responsible}", _reach(carer)


def _person(person: Fields | None) -> str:
    person = person or {}
    who = ", ".join(filter(None, (person.get("name"), person.get("role"))))
    return "  ".join(filter(None, (who, _reach(person))))


def _reach(person: Fields) -> str:
    phone = (person.get("phone") or "").replace(" ", NO_BREAK)
    return "  ".join(filter(None, (phone, person.get("email"))))


def agency_of(thing: Fields) -> str:
    """The code of the agency that reported it."""
    return plain(str(thing.get("source", "")).removeprefix("urn:agency:"))


def moment(iso: str) -> str:
    """A moment as people read it, in UTC to the second."""
    return f"{plain(iso)[:19].replace('T', ' ')} UTC"


def _section(to: Console, title: str, shown: object | None, nothing: str) -> None:
    to.print()
    to.print(text(title, "bold"))
    to.print(text(nothing) if shown is None else shown)
