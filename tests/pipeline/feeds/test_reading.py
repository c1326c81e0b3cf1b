"""From bytes to rows: encodings, marks, line ends, quotes, and files that are not what their layout says."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feeds.extract import survey
from services.feeds.reading import CODECS, LONGEST_LINE, FileRefused, Row, read_rows
from services.feeds.sheet import StatedExtract
from tests.pipeline.feeds.extracts import ADA, BEN, HEADINGS, LATEST, club, converted, extract_of, written

TEXT = "a,é\r\nb,ü\nc,ø\rd,å"


@pytest.mark.parametrize("encoding", CODECS)
def test_every_encoding_gives_the_same_rows_whatever_ends_its_lines(encoding: str, tmp_path: Path) -> None:
    rows = list(read_rows(written(tmp_path, TEXT.encode(encoding)), encoding, ","))
    assert rows == [Row(1, ["a", "é"]), Row(2, ["b", "ü"]), Row(3, ["c", "ø"]), Row(4, ["d", "å"])]


def test_a_byte_order_mark_and_blank_rows_are_no_matter(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfa,b\r\n\r\n , \r\nc,d\r\n"
    assert list(read_rows(written(tmp_path, content), "utf-8", ",")) == [Row(1, ["a", "b"]), Row(4, ["c", "d"])]


def test_a_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    content = 'a,"1\n2\r\n3"\nb,4\n'
    assert list(read_rows(written(tmp_path, content), "utf-8", ",")) == [Row(1, ["a", "1\n2\r\n3"]), Row(4, ["b", "4"])]


REFUSED = [
    (b"", "utf-8", "is empty"),
    (b"PK\x03\x04 and more", "utf-8", "workbook"),
    ("a,é".encode("utf-16"), "utf-8", "line 1 is not utf-8 but UTF-16; .*`encoding: utf-16`"),
    ("a,é".encode("utf-16-le"), "utf-8", "UTF-16"),
    (b"a,b\nc,d\ne,\xe9\n", "utf-8", "line 3 is not UTF-8; .*`encoding: cp1252`"),
    (b"a,b\n" * 5_000 + b"e,\xe9\n" + b"c,d\n" * 5_000, "utf-8", "line 5001 is not UTF-8"),
    ("a,b\nc,é".encode(), "cp1252", "line 2 looks like UTF-8"),
    ("a,b\nc,é".encode(), "iso-8859-1", "line 2 looks like UTF-8"),
    (b"a,b\nc,\x81", "cp1252", "line 2 is not cp1252"),
    (b"\xef\xbb\xbfa,b", "cp1252", "says that the file is UTF-8"),
    (b"a,b", "utf-16", "no mark of UTF-16"),
    (b"\xff\xfea\x00,\x00b", "utf-16", "not utf-16"),
    (b'a,b\n"c,d\n', "utf-8", "line 2 is not CSV"),
    (b'a,b\n"c" and d,e\n', "utf-8", "line 2 is not CSV"),
    (b'a,b\n"c' + b"\n" * 100, "utf-8", "begins on line 2 does not end"),
    (b'a,b\n"' + b"c" * 70_000 + b'",d\n', "utf-8", "line 2 is not CSV"),
    (b"a,b\n" + b"c," * LONGEST_LINE, "utf-8", "line 2 is longer than"),
]


@pytest.mark.parametrize(("content", "encoding", "sentence"), REFUSED, ids=[sentence for _, _, sentence in REFUSED])
def test_a_file_that_is_not_what_its_layout_says_is_refused(
    content: bytes, encoding: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(FileRefused, match=sentence):
        list(read_rows(written(tmp_path, content), encoding, ","))


@given(st.binary(max_size=400), st.sampled_from(sorted(CODECS)), st.sampled_from(",;\t|"))
def test_whatever_the_bytes_nothing_else_is_raised(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, encoding: str, delimiter: str
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        rows = list(read_rows(path, encoding, delimiter))
    except FileRefused:
        return
    assert all(any(cell.strip() for cell in row.cells) for row in rows)
    assert [row.line for row in rows] == sorted({row.line for row in rows})


@given(st.binary(max_size=200), st.integers(0, 200))
def test_an_extract_with_anything_in_it_is_converted_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, where: int
) -> None:
    whole = extract_of(ADA, BEN).encode()
    path = written(tmp_path_factory.getbasetemp(), whole[:where] + content + whole[where:])
    try:
        survey(path, club(), StatedExtract(), LATEST)
        converted(path, club())
    except FileRefused:
        return


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=4), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str
) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([HEADINGS.split(","), *rows])
    try:
        content = text.getvalue().encode()
    except UnicodeEncodeError:
        return
    read = [row.cells for row in read_rows(written(tmp_path_factory.getbasetemp(), content), "utf-8", ",")]
    assert read[1:] == [row for row in rows if any(map(str.strip, row))]
