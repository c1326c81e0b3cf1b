"""Which extract a file is, and whether it is whole."""

from pathlib import Path

import pytest

from services.feeds.extract import Extract, digest_of, survey
from services.feeds.reading import FileRefused
from services.feeds.sheet import StatedExtract
from tests.pipeline.feeds.extracts import ADA, BEN, CLUB, HEADINGS, LATEST, club, extract_of, written

NOTHING = StatedExtract()


def test_a_whole_extract_states_its_id_day_and_rows(tmp_path: Path) -> None:
    path = written(tmp_path, extract_of(ADA, BEN))
    assert survey(path, club(), NOTHING, LATEST) == Extract("X1", "2008-10-24", 2)


def test_what_the_sender_states_wins_over_what_the_file_states(tmp_path: Path) -> None:
    path = written(tmp_path, extract_of(ADA, promised=7))
    assert survey(path, club(), StatedExtract("Y2", "2008-10-20", 1), LATEST) == Extract("Y2", "2008-10-20", 1)


def test_an_extract_without_rows_is_whole_where_it_promises_none(tmp_path: Path) -> None:
    assert survey(written(tmp_path, extract_of()), club(), NOTHING, LATEST).rows == 0


REFUSED = [
    (extract_of(ADA, BEN, promised=3), "promises 3 rows and has 2"),
    (extract_of(ADA, BEN, promised=1), "promises 1 rows and has 2"),
    (extract_of(ADA, BEN).rpartition("END")[0], "ends without its last row END.* cut off"),
    (extract_of(ADA, BEN)[:-60], "cut off"),
    (extract_of(ADA) + ADA + "\n", "line 4 comes after the last row"),
    (extract_of(ADA) + extract_of(BEN), "line 4 comes after the last row"),
    (f"{HEADINGS}\n", "ends without its last row"),
    (f"{ADA}\n{BEN}\nEND,X1,24/10/2008,2\n", "line 1 are not the headings .*begin with Ref"),
    (extract_of(ADA).replace("Last,", "Surname,"), "column 3 is Surname where the layout club expects Last"),
    (extract_of(ADA).replace("Last,", "=1+1,"), "column 3 is something else where"),
    (extract_of(ADA).replace("Ref,First,", "First,Ref,"), "column 1 is First where the layout club expects Ref"),
    (extract_of(ADA).replace(",Ended", ""), "column 9 is nothing more where the layout club expects Ended"),
    (extract_of(ADA).replace(",Ended", ",Ended,More"), "column 10 is More where the layout club expects nothing more"),
    (extract_of(ADA).replace(",1\n", ",one\n"), "cell 4 of the row END is no number of rows"),
    (extract_of(ADA, day="24/13/2008"), "cell 3 of the row END there is no such date"),
    (extract_of(ADA, day="2008-10-24"), "cell 3 of the row END is no date written dd/mm/yyyy"),
    (extract_of(ADA, day="26/10/2008"), "taken later than today"),
    (extract_of(ADA, id_=""), "--extract ID"),
    (extract_of(ADA, id_="two words"), "1 to 60 letters"),
    ("\n \n", "no headings"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_an_extract_that_is_not_whole_or_not_of_its_layout_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=sentence) as refused:
        survey(written(tmp_path, text), club(), NOTHING, LATEST)
    assert not {"Ada", "Quaternion", "Octonion"} & set(str(refused.value).split())


def test_headings_and_no_rows_are_refused_where_nobody_says_that_it_is_right(tmp_path: Path) -> None:
    layout = club().model_copy(update={"extract": club().extract.model_copy(update={"trailer": None})})
    path = written(tmp_path, f"{HEADINGS}\n")
    with pytest.raises(FileRefused, match="no rows"):
        survey(path, layout, StatedExtract("X1", "2008-10-24"), LATEST)
    assert survey(path, layout, StatedExtract("X1", "2008-10-24", 0), LATEST).rows == 0
    with pytest.raises(FileRefused, match="--taken-on"):
        survey(path, layout, StatedExtract("X1", None, 0), LATEST)


def test_a_digest_depends_on_the_file_the_layout_and_the_secret(tmp_path: Path) -> None:
    one, other = written(tmp_path, "a", "one.csv"), written(tmp_path, "b", "other.csv")
    digests = {
        digest_of(path, layout, secret) for path in (one, other) for layout in (CLUB, "") for secret in (b"1", b"2")
    }
    assert len(digests) == 8
    assert digest_of(one, CLUB, b"1") == digest_of(written(tmp_path, "a", "again.csv"), CLUB, b"1")
