"""Whoever holds one agency's credential changes for others nothing of who a child is, where, or by whom it is hidden.

Nor how that is written.

The attacker knows everything of the children that is known, and may send every message of the contract, in any order.
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.agency import RIGHTS, Agency
from domain.matching.normalise import normalise_name
from domain.vocabulary import AgencyKind, Flag, Service, SubmissionType
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from streams.access.grants import FAR
from tests.support.api_world import Headers, looking
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.shields import decide
from tests.support.world import World, person, submission

EXAMPLES = 6
SEED = int(os.environ.get("CONTACTPOINT_TEST_SEED") or random.randrange(2**32))
SUBJECTS = ("X1", "X2", "X3")
"""The records that the attacker has of its own."""
READER, MANAGERS = "one-reader", {NORTH: "one-manager", SOUTH: "other-manager"}
HOSTILE = {kind: Agency(f"x-{kind}", f"A stolen {kind}", kind, SOUTH) for kind in AgencyKind}
MOSTLY = (*SubmissionType, *[SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED] * 4)
"""Of the types of message, what changes who somebody is comes often."""
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "or", "en", "il")]

Fields = dict[str, Any]


class Child(NamedTuple):
    """A child that two agencies agree on: its number in the directory, and what they say of it."""

    child: str
    reports: Fields
    is_hidden: bool


class Visible(NamedTuple):
    """What an uncleared reader sees of a child, and whose shields it is among."""

    found: bool
    status: int
    name: Any
    born: Any
    first_address: Any
    carers: Any
    is_hidden: Any
    custodians: tuple[bool, bool]


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """A directory in which every kind of agency has lost its credential."""
    empty_world.enrol(*HOSTILE.values())
    users = [entitlement(user=READER, trained_until=FAR, authority=None)]
    for place, name in MANAGERS.items():
        users.append(entitlement("data-manager", user=name, trained_until=FAR, authority=place))
    grants.add_users(empty_world.database_url, empty_world.key, users)
    return empty_world


@pytest.fixture(scope="module")
def somebody(world: World) -> Callable[[], Fields]:
    """Gives somebody whom nobody knows yet."""
    numbers = nhs_numbers()
    chance = random.Random(SEED)

    def new() -> Fields:
        def word() -> str:
            return "".join(chance.choices(SYLLABLES, k=3)).capitalize()

        home = {
            "lines": [f"{chance.randint(1, 99)} {word()} Row"],
            "postcode": f"Z{chance.choice('ABCDEF')}{chance.randint(10, 99)} {chance.randint(1, 9)}AB",
        }
        return {
            "given_name": word(),
            "family_name": word(),
            "date_of_birth": f"{chance.randint(2012, 2022)}-{chance.randint(1, 12):02}-{chance.randint(2, 28):02}",
            "gender": chance.choice(("female", "male")),
            "nhs_number": next(numbers),
            "address": home | {"authority": NORTH, "status": "current"},
            "carers": [{"name": f"{word()} {word()}", "relationship": "mother", "phone": "01632 960000"}],
        }

    return new


def nhs_numbers() -> Iterator[str]:
    """Numbers of the block that is never given out, with their check digits."""
    for number in count(999_100_000):
        digits = str(number)
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            yield digits + str(check % 11)


def known(world: World, reports: Fields, subject: str, *, hidden: bool) -> Child:
    """Two agencies register a child alike; then it is shielded, where it is to be."""
    sent = [person(subject, agency, **reports) | {"time": "2024-05-01T09:00:00Z"} for agency in ("la-north", "gp")]
    assert world.submit(*sent) == ["accepted"] * 2
    child = world.child_with(reports["nhs_number"])
    if hidden:
        assert decide(world, DecisionType.SHIELD_APPLY, child=child, custodian=NORTH) == "accepted"
    return Child(child, reports, hidden)


def visible(world: World, client: TestClient, child: Child) -> Visible:
    """What is true of a child for others."""
    reader = looking(world, f"user:{READER}")
    criteria = {name: child.reports[name] for name in ("given_name", "family_name", "date_of_birth")}
    found = client.post("/children/search", headers=reader, json={"criteria": criteria, "reason": "safeguarding"})
    shown = client.get(f"/children/{child.child}", headers=reader)
    entry = shown.json()
    managers: list[Headers] = [looking(world, f"user:{name}") for name in MANAGERS.values()]
    due = [client.get("/shields/due?on=2089-01-01", headers=each).text for each in managers]
    return Visible(
        child.child in [each["child"] for each in found.json()["results"]],
        shown.status_code,
        entry.get("name"),
        entry.get("date_of_birth"),
        next(map(_without_source, entry.get("addresses", ())), None),
        [_without_source(each) for each in entry.get("carers", ()) if _is_one_of(each, child.reports["carers"])],
        entry.get("shielded"),
        (child.child in due[0], child.child in due[1]),
    )


def _without_source(told: Fields) -> Fields:
    """What is told, whoever tells it: one that says what others say may be named for it."""
    return {name: value for name, value in told.items() if name != "source"}


def _is_one_of(carer: Fields, carers: list[Fields]) -> bool:
    return normalise_name(carer["name"]) in [normalise_name(each["name"]) for each in carers]


@st.composite
def rewordings(draw: st.DrawFn, base: Fields) -> Fields:
    """The same person at the same home with the same carers, some of it written in another way."""
    given, family, (carer,), home = (base[name] for name in ("given_name", "family_name", "carers", "address"))
    ways = st.sampled_from((str, str.upper, str.swapcase, ".".join, _with_accents, _in_cyrillic))
    names = draw(st.permutations((draw(ways)(given), draw(ways)(family))))
    at_home: Fields = {
        "lines": [["99 Evil Road"], [home["lines"][0].upper()], None],
        "authority": [SOUTH, None],
        "status": ["none-known", "last-known", None],
        "uprn": ["666"],
        "postcode": [home["postcode"].replace(" ", "").lower()],
    }
    of_carer: Fields = {
        "relationship": ["other", "MOTHER", None],
        "parental_responsibility": [False, True],
        "phone": ["01632 960666", None],
        "email": ["evil@example.org"],
        "name": [carer["name"].upper()],
    }
    changed = [
        {name: draw(st.sampled_from(ways)) for name, ways in part.items() if draw(st.booleans())}
        for part in (at_home, of_carer)
    ]
    reworded = {"address": home | changed[0], "carers": [carer | changed[1]]}
    return {**base, **dict(zip(("given_name", "family_name"), names, strict=True)), **reworded}


_ACCENTS, _CYRILLIC = str.maketrans("aeiou", "áéíóú"), str.maketrans("abdefgiklmnoprstvz", "абдефгиклмнопрствз")


def _with_accents(name: str) -> str:
    return name.translate(_ACCENTS)


def _in_cyrillic(name: str) -> str:
    return name.lower().translate(_CYRILLIC)


@st.composite
def attacks(draw: st.DrawFn, kind: AgencyKind, people: tuple[Fields, ...], attempt: int) -> list[Fields]:
    """Messages of one agency about records of its own, made of what is true of its victims and of a stranger.

    Or about one record, which says the same as others of the first victim, in its own words.
    """
    rewords = draw(st.booleans())

    def particulars() -> Fields:
        """One person's, or a mixture of several people's, perhaps another's as former ones, with some left out."""
        if rewords:
            return draw(rewordings(people[0]))
        base = draw(st.sampled_from(people))
        made = {name: draw(st.sampled_from((base, base, *people)))[name] for name in base}
        left_out = draw(st.sets(st.sampled_from(sorted(set(base) - {"given_name", "family_name"})), max_size=3))
        former = draw(st.sampled_from((None, None, *people)))
        if former:
            names = {name: former[name] for name in ("given_name", "family_name")}
            made |= {"former_nhs_numbers": [former["nhs_number"]], "other_names": [names | {"kind": "former"}]}
        return {name: value for name, value in made.items() if name not in left_out}

    services = sorted(RIGHTS[kind].services) or sorted(Service)
    flags = sorted(RIGHTS[kind].flags) or sorted(Flag)
    days = st.dates(date(2022, 1, 1), date(2026, 11, 1)).map(str)

    def data_of(type_: SubmissionType) -> Fields:
        if type_ in (SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED):
            return particulars()
        if type_ == SubmissionType.CHILD_DEREGISTERED:
            return {"reason": draw(st.sampled_from(("died", "left-england", "registered-in-error")))}
        if type_ == SubmissionType.RECORD_REMOVED:
            return {"reason": "court-order"}
        if type_ in (SubmissionType.FLAG_RAISED, SubmissionType.FLAG_LOWERED):
            contact = {"contact": {"name": "A place"}} if type_ == SubmissionType.FLAG_RAISED else {}
            return {"flag": draw(st.sampled_from(flags))} | contact
        reference = {"involvement": f"i-{attempt}-{draw(st.integers(1, 2))}"}
        if type_ != SubmissionType.INVOLVEMENT_STARTED:
            return reference
        consent = {"consent": {"given_by": "carer", "explicit": True, "on": draw(days)}}
        begun = {"service": draw(st.sampled_from(services)), "organisation": {"name": "A place", "code": "X1"}}
        return reference | begun | (consent if kind == AgencyKind.SENSITIVE_SERVICE else {})

    sent = []
    for number in range(draw(st.integers(3, 9))):
        type_ = SubmissionType.CHILD_REGISTERED if number == 0 else draw(st.sampled_from(MOSTLY))
        subject = f"{draw(st.sampled_from(SUBJECTS[:1] if rewords else SUBJECTS))}-{attempt}"
        made = submission(type_, subject, data_of(type_), HOSTILE[kind].code)
        sent.append(made | {"time": f"{draw(days)}T09:00:00Z"})
    return sent


@pytest.mark.parametrize("kind", AgencyKind)
def test_one_credential_changes_nothing_for_others(
    world: World, client: TestClient, somebody: Callable[[], Fields], kind: AgencyKind
) -> None:
    attempts = count()

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def one_attack(data: st.DataObject) -> None:
        attempt = next(attempts)
        reports = [somebody() for _ in range(3)]
        children = [
            known(world, reports[number], f"{kind}-{attempt}-{number}", hidden=hidden)
            for number, hidden in enumerate((False, True))
        ]
        before = [visible(world, client, child) for child in children]
        assert [each.found and each.status == 200 and each.name is not None for each in before] == [True, True]
        assert [each.is_hidden for each in before] == [False, True]
        assert [each.custodians for each in before] == [(False, False), (True, False)]
        sent = data.draw(attacks(kind, tuple(reports), attempt))
        world.submit(*sent)
        after = [visible(world, client, child) for child in children]
        assert after == before, f"after {len(sent)} messages of {kind}: {[each['type'] for each in sent]}"

    print(f"seed {SEED}")
    one_attack()
