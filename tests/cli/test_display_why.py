"""Who says what an entry says, as people read it on a terminal of 80 columns."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from domain.child import why
from services.cli.display.why import display_why
from tests.domain_rules.test_composition import GP, SCHOOL, record, registered
from tests.support.examples import agency

HOME = {"lines": ["7 Harbour Row", "Saltmarsh under the Long Hill"], "postcode": "ZX7 7QQ", "authority": "E06999001"}
RECORDS = [
    record(registered(by=GP, upn=None), stream=1),
    record(registered(by=SCHOOL, given_name="Tam\x1b[2Jsin", address=HOME), stream=2),
    replace(record(registered(by=agency("voluntary"), gender="male"), stream=3), aside=True),
]


def displayed(*, with_set_aside: bool) -> str:
    out = StringIO()
    display_why(
        Console(file=out, width=80, force_terminal=True, color_system=None), why(RECORDS, with_set_aside=with_set_aside)
    )
    return out.getvalue()


def test_each_value_stands_beside_who_says_so_and_fits_the_terminal() -> None:
    shown = displayed(with_set_aside=True)
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown
    words = " ".join(shown.split())
    for expected in ("believed", "others say", "set aside", "2003-05-17", "male", "Long Hill"):
        assert expected in words
    assert "for data managers" in " ".join(displayed(with_set_aside=False).split())


def test_of_a_shielded_child_nothing_is_printed() -> None:
    out = StringIO()
    display_why(Console(file=out, width=80), why([], with_set_aside=True))
    assert out.getvalue() == ""
