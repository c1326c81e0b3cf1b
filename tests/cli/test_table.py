"""Tables on terminals of any width: nothing is cut inside a word, and what is short can be given back."""

from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.errors import WrongUsage
from services.cli.output import NO_BREAK
from services.cli.parser import a_child
from services.cli.shown_ids import SHORT, shorten
from services.cli.table import Cell, Table, TableConsole

COLUMNS = ("name", "born", "why", "child")
words = st.text(alphabet="abcdefghij", min_size=1, max_size=12)
sentences = st.lists(words, max_size=12).map(" ".join)


@pytest.fixture(autouse=True)
def shown(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's terminal remembers what it has shown."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    return home / ".local" / "state" / "contactpoint" / "shown-ids"


class Terminal(StringIO):
    """A terminal that can be read."""

    def isatty(self) -> bool:
        return True


def printed(made: Table, width: int, **options: object) -> str:
    """What a terminal of a width shows, without the escapes of its colours."""
    out = Terminal()
    console = TableConsole(out, **options)  # type: ignore[arg-type]
    if not console.wide:
        console.width = width
    console.no_color = True
    console._color_system = None
    console.print(made)
    return out.getvalue()


def rows_of(*values: tuple[str, ...]) -> list[list[Cell]]:
    return [[Cell(value) for value in row] for row in values]


@given(st.lists(st.tuples(sentences, st.dates().map(str), sentences), min_size=1, max_size=4), st.integers(24, 140))
def test_no_word_date_or_id_is_cut(found: list[tuple[str, str, str]], width: int) -> None:
    children = [str(uuid4()) for _ in found]
    rows = rows_of(*((*row, child) for row, child in zip(found, children, strict=True)))
    lines = printed(Table(COLUMNS, rows), width).splitlines()
    assert max(map(len, lines)) <= width
    shown_words = " ".join(lines).split()
    for (name, born, why), child in zip(found, children, strict=True):
        assert born in shown_words
        assert child in shown_words or child[:SHORT] in shown_words
        assert set(f"{name} {why}".split()) <= set(shown_words)


def test_a_wide_terminal_shows_ids_whole_and_a_narrow_one_short() -> None:
    child = str(uuid4())
    made = Table(COLUMNS, rows_of(("Ivy Example", "2001-02-03", "missing", child)))
    assert child in printed(made, 120)
    narrow = printed(made, 50)
    assert child not in narrow
    assert child[:SHORT] in narrow
    assert child in printed(made, 50, wide=True)


def test_a_row_that_would_be_tall_becomes_a_record() -> None:
    made = Table(COLUMNS, rows_of(("Ivy Example", "2001-02-03", "word " * 40, str(uuid4()))))
    lines = printed(made, 40).splitlines()
    assert lines[0].split() == ["name", "Ivy", "Example"]
    assert lines[1].split() == ["born", "2001-02-03"]


def test_a_telephone_number_stays_on_one_line() -> None:
    phone = "020 7946 0000"
    made = Table(("who", "reach"), rows_of(("a name that is long enough", phone.replace(" ", NO_BREAK))))
    assert phone in printed(made, 24).replace(NO_BREAK, " ")


def test_to_a_pipe_values_stand_whole_between_tabs() -> None:
    child, out = str(uuid4()), StringIO()
    rows = rows_of(("Ivy\tExample", "2001-02-03", "one\ntwo", child), (f"020{NO_BREAK}7946", "", "x" * 500, child))
    TableConsole(out).print(Table(COLUMNS, rows, "A title"))
    assert [line.split("\t") for line in out.getvalue().splitlines()] == [
        list(COLUMNS),
        ["Ivy Example", "2001-02-03", "one; two", child],
        ["020 7946", "", "x" * 500, child],
    ]


def test_columns_are_chosen_by_name_and_an_unknown_one_is_wrong_usage() -> None:
    made = Table(COLUMNS, rows_of(("Ivy Example", "2001-02-03", "missing", "x")))
    shown = printed(made, 80, columns=["born", "name"])
    assert shown.splitlines()[0].split() == ["born", "name"]
    with pytest.raises(WrongUsage, match="there is no column 'age'; the columns are: name, born, why, child"):
        printed(made, 80, columns=["age"])


def test_a_short_id_is_taken_for_the_one_that_was_shown(shown: Path) -> None:
    one, other = str(uuid4()), str(uuid4())
    short = shorten([one, other])
    assert a_child(short[one].upper()) == one
    assert a_child(short[other]) == other
    assert shown.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "abc", "0123456", "nonsense", "0123456789", f"{UUID(int=0)}0"])
def test_what_was_never_shown_is_no_id(text: str) -> None:
    with pytest.raises(Exception, match=r"UUID|no list on this terminal"):
        a_child(text)


def test_ids_that_begin_alike_are_shown_whole_and_not_guessed() -> None:
    one, other = (f"0123abcd-0000-4000-8000-{number:012}" for number in (1, 2))
    assert shorten([one, other]) == {one: one, other: other}
    with pytest.raises(Exception, match="several ids"):
        a_child("0123abcd")


def test_ids_stay_whole_where_nothing_can_be_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("a file where the folder should be")
    monkeypatch.setenv("HOME", str(tmp_path))
    child = str(uuid4())
    assert shorten([child]) == {child: child}
