"""Numbers that are valid and belong to nobody: NHS numbers, unique pupil numbers, postcodes, telephone numbers."""

from domain.vocabulary import UPN_LETTERS
from services.lab.simulate.dice import Dice

NHS_BLOCK = 900_000
UPN_BLOCK = 10_000_000
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_NHS_STEP, _UPN_STEP = 611_953, 6_180_339  # no common factor with their block: each number of it is met once


def nhs_number(child: int, seed: int) -> str:
    """The NHS number of the population's child number `child` (from 1 on), different for each child.

    Numbers begin with 999, which is never issued; after 900,000 children with 998, 997 and so on down, which have
    never been issued either.
    """
    block, place = divmod(child, NHS_BLOCK)
    place = (place * _NHS_STEP + seed * 1_009) % NHS_BLOCK
    front, nth = divmod(place, 9)
    digits = f"{999 - block}{front:05}"
    total = sum((10 - i) * int(digit) for i, digit in enumerate(digits))
    for last in range(10):  # of ten last digits at most one has no check digit, so nine always serve
        check = -(total + 2 * last) % 11
        if check < 10:
            if nth == 0:
                return f"{digits}{last}{check}"
            nth -= 1
    raise AssertionError("nine of ten digits have a check digit")


def unique_pupil_number(child: int, seed: int, authority: int, year: int) -> str:
    """The UPN of the population's child number `child`, given by the school of an authority (0 or 1) in a year.

    A check letter, three digits for the authority (of no real one), seven for school and serial, two for the year:
    `A981123407123`. Different for each child.
    """
    block, place = divmod(child, UPN_BLOCK)
    place = (place * _UPN_STEP + seed * 7_919) % UPN_BLOCK
    school, serial = divmod(place, 1000)
    digits = f"{981 + authority + 2 * block}{school:04}{year % 100:02}{serial:03}"
    return UPN_LETTERS[sum(i * int(digit) for i, digit in enumerate(digits, start=2)) % 23] + digits


def postcode(dice: Dice) -> str:
    """A postcode of the area ZX, which does not exist."""
    inward = f"{dice.number(1, 9)}{dice.pick(POSTCODE_LETTERS)}{dice.pick(POSTCODE_LETTERS)}"
    return f"ZX{dice.number(1, 99)} {inward}"


def phone(dice: Dice) -> str:
    """A telephone number of the code 01632, which is kept for fiction."""
    return f"01632 96{dice.number(0, 9999):04}"
