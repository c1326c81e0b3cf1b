"""People who are invented, what three agencies may report of them, and the one fact in which two directories differ."""

import random
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

from domain.agency import RIGHTS, Agency
from domain.matching.shared import MOST_FAMILIES
from domain.vocabulary import AgencyKind, Flag, Service, SubmissionType
from tests.noninterference.pairs import CLEARED, HOSTILE, MASKED, NURSE, SCHOOL, Fields
from tests.support.entitlements import NORTH, SOUTH
from tests.support.world import AGENCIES, submission

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "or", "en", "il")]
EARLY, LATE = "2024-05-01T09:00:00Z", "2024-06-01T09:00:00Z"
HONEST = tuple(each for each in AGENCIES if each.kind != AgencyKind.SENSITIVE_SERVICE)
NOT_ALWAYS = ("address", "gender", "nhs_number", "carers", "date_of_birth")
MOSTLY = (SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED) * 4


class Step(NamedTuple):
    """What a directory receives at once: messages, or that the child of the council's record `shielded` is shielded.

    Or the council is `suspended` and all that it reported set aside, or resumed where that is False.
    """

    sent: Sequence[Fields] = ()
    shielded: str | None = None
    suspended: bool | None = None


class Fact(NamedTuple):
    """What each of the two directories receives that the other does not, and who may not know of it.

    Honest agencies go on reporting the people in `honest`; the hostile one knows those in `known`, and guesses. All
    `readers` see the same of everybody. With `own` the hostile agency's user sees the same of its own records' child,
    who is no other agency's. Of a shielded child in `hers` the council goes on reporting, removes its record, or is
    suspended meanwhile; whom the `held` agency has reported is absent all the time.
    """

    steps: tuple[Sequence[Step], Sequence[Step]]
    honest: Sequence[Fields]
    known: Sequence[Fields]
    readers: Sequence[str] = ()
    looks: Sequence[str] = ("", "?why=true", "/history", "?as_of=2026-11-25", "?effective=2024-05-15")
    own: bool = False
    hers: Sequence[Fields] = ()
    held: Agency | None = None


class Story:
    """Invents people and messages, the same for the same chance; `number` keeps one story's numbers from another's."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.chance, self.number = chance, number
        self._ids = count()

    def person(self, **particulars: Any) -> Fields:
        """Somebody whom nobody knows yet."""
        chance = self.chance
        return {
            "given_name": self._word(),
            "family_name": self._word(),
            "date_of_birth": f"{chance.randint(2012, 2022)}-{chance.randint(1, 12):02}-{chance.randint(2, 28):02}",
            "gender": chance.choice(("female", "male")),
            "nhs_number": _nhs_number(chance),
            **self.whereabouts(NORTH),
            **particulars,
        }

    def whereabouts(self, authority: str) -> Fields:
        """A home, and somebody who cares for the child there."""
        chance = self.chance
        postcode = f"Z{chance.choice('ABCDEF')}{chance.randint(10, 99)} {chance.randint(1, 9)}AB"
        lines = [f"{chance.randint(1, 99)} {self._word()} Row"]
        return {
            "address": {"lines": lines, "postcode": postcode, "authority": authority, "status": "current"},
            "carers": [{"name": f"{self._word()} {self._word()}", "relationship": "mother", "phone": "01632 960000"}],
        }

    def registered(self, person: Fields, *agencies: str) -> Step:
        """Agencies register somebody alike."""
        return Step([self.message(agency, "child.registered", "her", person) for agency in agencies])

    @property
    def shield(self) -> Step:
        """Whom the council has registered so is shielded."""
        return Step(shielded=self._numbered("her"))

    def message(self, agency: str, type_: str, subject: str, data: Fields, time: str = EARLY) -> Fields:
        """A message under an id of its own."""
        made = submission(type_, self._numbered(subject), data, agency)
        return made | {"id": f"t{self.number}-{next(self._ids)}", "time": time}

    def history(self, fact: Fact, hostile: Agency) -> tuple[list[Step], list[Step]]:
        """What the hostile agency reports before the fact, and what all three report after it.

        Before a shield it reports nothing: what was no secret then could decide whom its record joined.
        """
        begun: set[tuple[str, str]] = set()
        is_shielded = any(step.shielded for steps in fact.steps for step in steps)
        before = 0 if is_shielded else self.chance.randint(0, 2)
        first = [Step([self._anything(hostile, fact, begun)]) for _ in range(before)]
        after = []
        for _ in range(self.chance.randint(3, 6)):
            agencies = self.chance.choices([*HONEST, hostile], [1, 1, 3], k=self.chance.choice((1, 1, 2)))
            after.append(Step([self._anything(agency, fact, begun) for agency in agencies]))
            if fact.hers:
                after.append(self._of_her(fact.hers))
        return first, after

    def _of_her(self, people: Sequence[Fields]) -> Step:
        """What becomes of the council's record of a shielded child."""
        kind = self.chance.choice(("amended", "amended", "removed", "suspended", "resumed"))
        if kind == "amended":
            return Step([self.message("la-north", "child.amended", "her", self._mixture(people), LATE)])
        if kind == "removed":
            return Step([self.message("la-north", "record.removed", "her", {"reason": "court-order"})])
        return Step(suspended=kind == "suspended")

    def _anything(self, agency: Agency, fact: Fact, begun: set[tuple[str, str]]) -> Fields:
        """Any message of the contract; the first of a record mostly registers it."""
        chance, is_hostile = self.chance, agency in HOSTILE
        subject = "h1" if fact.own and is_hostile else chance.choice(("h1", "h2", "h3") if is_hostile else ("a", "b"))
        type_ = chance.choice([*MOSTLY, *SubmissionType])
        if (agency.code, subject) not in begun and chance.random() < 0.9:
            type_ = SubmissionType.CHILD_REGISTERED
        begun.add((agency.code, subject))
        day = f"{chance.randint(2022, 2026)}-{chance.randint(1, 10):02}-{chance.randint(1, 28):02}"
        data = self._data(type_, agency.kind, fact.known if is_hostile else fact.honest, day)
        return self.message(agency.code, type_, subject, data, f"{day}T09:00:00Z")

    def _data(self, type_: SubmissionType, kind: AgencyKind, people: Sequence[Fields], day: str) -> Fields:
        chance = self.chance
        if type_ in MOSTLY:
            return self._mixture(people)
        if type_ == SubmissionType.CHILD_DEREGISTERED:
            return {"reason": chance.choice(("died", "left-england", "registered-in-error", "moved-away")), "on": day}
        if type_ == SubmissionType.RECORD_REMOVED:
            return {"reason": "court-order"}
        if type_ in (SubmissionType.FLAG_RAISED, SubmissionType.FLAG_LOWERED):
            flag = chance.choice(sorted(RIGHTS[kind].flags) or sorted(Flag))
            return {"flag": flag} | ({"contact": {"name": "A desk"}} if type_ == SubmissionType.FLAG_RAISED else {})
        reference = {"involvement": f"i-{self.number}-{chance.randint(1, 2)}"}
        if type_ != SubmissionType.INVOLVEMENT_STARTED:
            return reference
        service = chance.choice(sorted(RIGHTS[kind].services) or sorted(Service))
        return reference | {"service": service, "organisation": {"name": "A place", "code": "X1"}, "started_on": day}

    def _mixture(self, people: Sequence[Fields]) -> Fields:
        """One person's particulars, or several people's, some of them as former ones, with some left out."""
        chance = self.chance
        base, other = chance.choice(people), chance.choice(people)
        sources = [base, base, *people] if chance.random() < 0.6 else [base]
        made = {name: chance.choice(sources).get(name) for name in base}
        for name in NOT_ALWAYS:
            if chance.random() < 0.25:
                made[name] = None
        if chance.random() < 0.2:
            made["other_names"] = [{name: other[name] for name in ("given_name", "family_name")} | {"kind": "former"}]
        if "nhs_number" in other and chance.random() < 0.2:
            made["former_nhs_numbers"] = [other["nhs_number"]]
        return {name: value for name, value in made.items() if value is not None}

    def _word(self) -> str:
        return "".join(self.chance.choices(SYLLABLES, k=3)).capitalize()

    def _numbered(self, subject: str) -> str:
        return f"{subject}-{self.number}"


def _nhs_number(chance: random.Random) -> str:
    """A number of the block that is never given out, with its check digit."""
    while True:
        digits = str(chance.randint(999_100_000, 999_999_999))
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)


def _numberless(person: Fields) -> Fields:
    """Somebody without a number."""
    return {name: value for name, value in person.items() if name != "nhs_number"}


def whereabouts(story: Story) -> Fact:
    """Where a shielded child lives, and who cares for it."""
    her, other = story.person(), story.person()
    away = her | story.whereabouts(SOUTH)
    steps = [[story.registered(each, "la-north", "gp"), story.shield] for each in (her, away)]
    return Fact((steps[0], steps[1]), [her, other], [her, away, other], (NURSE, CLEARED, MASKED))


def held_back(story: Story) -> Fact:
    """Whether a school, whose record of somebody like a shielded child is held back, has the shielded child's home."""
    her, other = story.person(), story.person()
    like = _numberless(her)
    away = like | story.whereabouts(SOUTH)
    shielded = [story.registered(her, "la-north"), story.shield]
    steps = [[*shielded, story.registered(each, SCHOOL.code)] for each in (like, away)]
    readers = (NURSE, CLEARED, MASKED)
    return Fact((steps[0], steps[1]), [her, other], [her, away, other], readers, hers=[her, other], held=SCHOOL)


def clinic_only(story: Story) -> Fact:
    """That a clinic knows a child, who has consented to nobody's being told."""
    her, other = story.person(), story.person()
    return Fact(([story.registered(her, "clinic")], []), [her, other], [her, other], (NURSE, MASKED))


def clinic_too(story: Story) -> Fact:
    """That a clinic knows a child whom others know."""
    her, other = story.person(), story.person()
    known = story.registered(her, "la-north")
    return Fact(([known, story.registered(her, "clinic")], [known]), [her, other], [her, other], (NURSE, MASKED))


def clinic_reports(story: Story) -> Fact:
    """What a clinic reports of a child whom others know."""
    her, other, stranger = (story.person() for _ in range(3))
    away = stranger | {name: her[name] for name in ("given_name", "date_of_birth", "nhs_number")}
    known = story.registered(her, "la-north", "gp")
    steps = [[known, story.registered(each, "clinic")] for each in (her, away)]
    return Fact((steps[0], steps[1]), [her, other], [her, away, other], (NURSE, MASKED))


def set_aside(story: Story) -> Fact:
    """What a school's record reports that does not fit its child, but for the history, which shows it."""
    her, one, two, other = (story.person() for _ in range(4))
    known = story.registered(her, "la-north", "gp", SCHOOL.code)
    steps = [[known, Step([story.message(SCHOOL.code, "child.amended", "her", each, LATE)])] for each in (one, two)]
    looks = ("", "?as_of=2026-11-25", "?effective=2026-11-26")
    return Fact((steps[0], steps[1]), [her, other], [her, one, two, other], (NURSE, CLEARED), looks)


def known(story: Story) -> Fact:
    """That a child is known at all, to an agency without a user."""
    her, stranger, other = (story.person() for _ in range(3))
    steps = [[story.registered(each, "la-north", "gp")] for each in (her, stranger)]
    return Fact((steps[0], steps[1]), [her, other], [her, other])


def shielded(story: Story) -> Fact:
    """That a child is shielded, to an agency without a user."""
    her, other = story.person(), story.person()
    registered = story.registered(her, "la-north", "gp")
    return Fact(([registered, story.shield], [registered]), [her, other], [her, other])


def met(story: Story) -> Fact:
    """That an agency's only record, without a number, is like a shielded child's."""
    her, stranger, nobody, other = (story.person() for _ in range(4))
    steps = [[story.registered(each, "la-north", "gp"), story.shield] for each in (her, stranger)]
    return Fact((steps[0], steps[1]), [other], [_numberless(her), _numberless(nobody)], own=True)


def shielded_neighbour(story: Story) -> Fact:
    """Whether a shielded child lives where invented families do, by what becomes of two who have the home in common."""
    her = story.person()
    return _probed(story, her, lambda home: [story.registered(her | home, "la-north", "gp"), story.shield])


def held_back_neighbour(story: Story) -> Fact:
    """Whether one lives there who is held back, since it may be a shielded child."""
    her = story.person()
    shielded = [story.registered(her, "la-north"), story.shield]
    return _probed(story, her, lambda home: [*shielded, story.registered(_numberless(her) | home, SCHOOL.code)])


def held_back_later_neighbour(story: Story) -> Fact:
    """Whether one lives there who is held back since its record was amended."""
    her, before = story.person(), story.person()
    shielded = [story.registered(her, "la-north"), story.shield]

    def amended(home: Fields) -> list[Step]:
        became = story.message(SCHOOL.code, "child.amended", "her", _numberless(her) | home, LATE)
        return [*shielded, story.registered(_numberless(before) | home, SCHOOL.code), Step([became])]

    return _probed(story, her, amended)


def clinic_neighbour(story: Story) -> Fact:
    """Whether one lives there whom nobody but a clinic knows."""
    her = story.person()
    fact = _probed(story, her, lambda home: [story.registered(her | home, "clinic")])
    return fact._replace(readers=(NURSE, MASKED))


def _probed(story: Story, her: Fields, living: Callable[[Fields], list[Step]]) -> Fact:
    """What agencies report of a child that lives at a home or elsewhere; then others invent families at the home."""
    home, away = ({"address": story.whereabouts(place)["address"]} for place in (NORTH, SOUTH))
    families = [_numberless(story.person(**home)) for _ in range(MOST_FAMILIES - 1)]
    one = {name: story.person()[name] for name in ("given_name", "date_of_birth", "family_name")} | home
    two = one | {"family_name": story.person()["family_name"]}
    first, second, *_ = (each.code for each in HOSTILE)
    probe = [
        Step([story.message(first, "child.registered", f"n{n}", each) for n, each in enumerate(families)]),
        Step([story.message(first, "child.registered", "p", one)]),
        Step([story.message(second, "child.registered", "p", two)]),
    ]
    steps = [[*living(where), *probe] for where in (home, away)]
    return Fact((steps[0], steps[1]), [her, one], [one, two, her | home], (NURSE, CLEARED, MASKED))


FACTS: tuple[Callable[[Story], Fact], ...] = (
    whereabouts,
    held_back,
    clinic_only,
    clinic_too,
    clinic_reports,
    set_aside,
    known,
    shielded,
    met,
    shielded_neighbour,
    held_back_neighbour,
    held_back_later_neighbour,
    clinic_neighbour,
)
