"""A link dials the one number that is written there, or there is no link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pages.rendering import dialled


@pytest.mark.parametrize(
    ("text", "dials"),
    [
        ("01632 960222", "01632960222"),
        (" 01632-960-222 ", "01632960222"),
        ("(020) 7946 0018", "02079460018"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+44(0) 20 7946 0018", "+442079460018"),
        ("+44 20 7946 0018", "+442079460018"),
        ("+44 (20) 7946 0018", "+442079460018"),
        ("07700 900123", "07700900123"),
        ("0800 1111", "08001111"),
        ("016977 2345", "0169772345"),
    ],
)
def test_one_number_is_dialled_as_it_is_meant(text: str, dials: str) -> None:
    assert dialled(text) == dials


@pytest.mark.parametrize(
    "text",
    [
        "020 7946 0018 ext 12",
        "020 7946 0018 x12",
        "020 7946 0018 12",
        "020 7946 0018 / 01632 960222",
        "01632 960222 01632 960333",
        "01632 960222/3",
        "01632 960222, after six 07700 900123",
        "01632 96022a",
        "01632",
        "960222",
        "+44 (0)20 7946 0018 (12)",
        "+44 020 7946 0018",
        "+1 202 555 0143",
        "020 7946 0018\u202e",
        "020 7946\n0018",
        "ask at the desk",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_not_one_number_is_a_text(text: str) -> None:
    assert dialled(text) == ""


@given(st.text(alphabet="01234567895 +()-.x4", max_size=30))
def test_what_is_dialled_are_all_digits_of_the_text(text: str) -> None:
    dials = dialled(text)
    without_trunk = re.sub(r"^\s*\+44[ .-]*\(0\)", "+44", text)
    assert dials in ("", re.sub(r"[^0-9+]", "", without_trunk))
