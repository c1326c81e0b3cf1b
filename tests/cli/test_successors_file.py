"""The file of successors: read whole or not at all, and what is wrong is said with its line."""

from pathlib import Path

import pytest

from domain.organisations import Succession
from services.configuration import successors
from services.configuration.setting_errors import BadSetting
from services.configuration.successors import SAMPLE, read_successors

HEAD = "kind,code,successor,day,source\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "successors.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_sample_that_comes_along_can_be_read() -> None:
    became = read_successors(SAMPLE)
    assert became.code_on("education", "910002", "2001-01-01") == "910202"
    assert became.codes_now("Z91002") == {"Z91002", "Z91003", "Z91004"}


def test_what_spreadsheets_write_is_read_too(tmp_path: Path) -> None:
    text = "\ufeff" + HEAD + 'practice, Z1 ,Z2,2011-09-01,"of 2011, by us"\n\nschool,1,2,,us\n'
    text = text.replace("\n", "\r\n")
    assert read_successors(written(tmp_path, text)).each == (
        Succession("practice", "Z1", "Z2", "2011-09-01"),
        Succession("school", "1", "2", ""),
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "the columns are not kind,code,successor,day,source"),
        ("kind,code,successor,source,day\n", 1, "the columns are not"),
        (HEAD + "practice,Z1,Z2,2011-09-01\n", 2, "there are 4 cells where 5 belong"),
        (HEAD + "school,1,2,,us\nclinic,1,2,,us\n", 3, "the kind is neither school nor practice"),
        (HEAD + "school,,2,,us\n", 2, "the code is no line of 1 to 200 characters"),
        (HEAD + "school,1,2,,\n", 2, "the source is no line"),
        (HEAD + f"school,1,{'2' * 201},,us\n", 2, "the successor is no line"),
        (HEAD + "school,1,1,,us\n", 2, "the successor is the code itself"),
        (HEAD + "school,1,2,2011-02-30,us\n", 2, "the day is no date"),
        (HEAD + "school,1,2,1/9/2011,us\n", 2, "the day is no date"),
        (HEAD + "school,1,2,,us\nschool,1,3,,us\n", 3, "the code has a successor already"),
        (HEAD + "\nschool,1,2,,us\nschool,2,1,,us\n", 3, "come round again"),
        (HEAD + 'school,1,2,,"us\n', 2, "this is no CSV"),
        (HEAD.encode() + b"school,1,2,,\xff\n", 2, "this is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str | bytes, line: int, problem: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_successors(written(tmp_path, text))
    assert str(refused.value).startswith(f"successors.csv, line {line}: ")
    assert problem in str(refused.value)


def test_a_file_that_is_not_there_and_one_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSetting, match=r"^CONTACTPOINT_SUCCESSORS: .*name a file that can be read$"):
        read_successors(tmp_path / "none.csv")
    two = written(tmp_path, HEAD + "school,1,2,,us\nschool,2,3,,us\n")
    monkeypatch.setattr(successors, "MOST_ROWS", 1)
    with pytest.raises(BadSetting, match="more than 1 rows"):
        read_successors(two)
    monkeypatch.setattr(successors, "MOST_BYTES", 10)
    with pytest.raises(BadSetting, match="more than 10 bytes"):
        read_successors(two)
