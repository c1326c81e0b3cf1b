"""What ended is remembered for its time, and never more than fits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.api.pages.remembered import Remembered

HOLDS_S, MOST = 5, 3


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 4)), max_size=30))
def test_the_last_are_remembered_with_their_last_text(noted: list[tuple[str, int]]) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    remembered = Remembered(lambda: now, HOLDS_S, MOST)
    expected: dict[str, tuple[datetime, str]] = {}
    for number, (name, seconds) in enumerate(noted):
        now += timedelta(seconds=seconds)
        is_new = name not in expected
        expected.pop(name, None)
        expected[name] = now, str(number)
        late = now - timedelta(seconds=HOLDS_S)
        expected = dict(list({each: kept for each, kept in expected.items() if kept[0] >= late}.items())[-MOST:])
        assert remembered.note(name, str(number)) == is_new
        for each in "abcdef":
            assert (each in remembered) == (each in expected)
            assert remembered.text(each, "none") == expected.get(each, (now, "none"))[1]
