"""What a row becomes, and what is wrong with it: line, column, what to do, and never a value."""

from pathlib import Path

import pytest

from services.feeds.preview import sentence
from services.feeds.tally import Tally
from tests.pipeline.feeds.extracts import ADA, BEN, club, converted, extract_of, sample, submissions_of, written


def test_a_row_becomes_its_steps_in_order(tmp_path: Path) -> None:
    child, begun, again, begun_too, ended = submissions_of(
        converted(written(tmp_path, extract_of(ADA, BEN)), club(), "club-1")
    )
    assert child == {
        "specversion": "1.0",
        "id": "club:X1:2:1",
        "source": "urn:agency:club-1",
        "type": "child.registered",
        "subject": "R1",
        "time": "2008-10-24T00:00:00Z",
        "data": {
            "given_name": "Ada",
            "family_name": "Quaternion",
            "date_of_birth": "2001-02-03",
            "gender": "female",
            "nhs_number": "9992461098",
            "carers": [{"phone": "+44 1632 960000", "relationship": "parent"}],
        },
    }
    assert begun["data"] == {"involvement": "R1/01/09/2008", "service": "voluntary", "started_on": "2008-09-01"}
    assert [each["id"] for each in (begun, again, begun_too, ended)] == [
        "club:X1:2:2",
        *(f"club:X1:3:{n}" for n in "123"),
    ]
    assert ended["data"] == {"involvement": "R2/02/09/2008", "ended_on": "2008-10-17"}


def test_a_constant_never_stands_alone(tmp_path: Path) -> None:
    child = submissions_of(converted(written(tmp_path, extract_of(BEN)), club()))[0]
    assert "carers" not in child["data"]


WRONG = [
    ("R1,,Quaternion,,,,,01/09/2008,", "First", "required field is missing"),
    ("R1,Ada,Quaternion,2001-02-03,,,,01/09/2008,", "Born", "no date written dd/mm/yyyy"),
    ("R1,Ada,Quaternion,3/2/2001,,,,01/09/2008,", "Born", "no date written dd/mm/yyyy"),
    ("R1,Ada,Quaternion,31/02/2001,,,,01/09/2008,", "Born", "no such date"),
    ("R1,Ada,Quaternion,03/02/2011,,,,01/09/2008,", "Born", "later than the submission's time"),
    ("R1,Ada,Quaternion,,3,,,01/09/2008,", "Sex", "code that the layout does not list"),
    ("R1,Ada,Quaternion,,,9992461099,,01/09/2008,", "NHS", "check digit"),
    *[(f"R1,Ada,Quaternion,,,{number},,01/09/2008,", "NHS", "rewritten") for number in ("9.99246E+09", "9992461098.0")],
    *[(f"R1,Ada,Quaternion,,,,{phone},01/09/2008,", "Phone", "rewritten") for phone in ("1.63296E+09", "1.63296e9")],
    *[(f"{ref},Ada,Quaternion,,,,,01/09/2008,", "Ref", "rewritten") for ref in ("2.02404E+11", "17.0", "TRUE")],
    *[(f'"{ref}",Ada,Quaternion,,,,,01/09/2008,', "Ref", "has added") for ref in ("'17", "1,017", "2,024,040")],
    *[(f"R1,Ada,{error},,,,,01/09/2008,", "Last", "spreadsheet's error") for error in ("#NAME?", "#DIV/0!", "#value!")],
    ("R1,Ada,Quaternion,########,,,,01/09/2008,", "Born", "spreadsheet's error"),
    ("R1,Ada,Quaternion,,#N/A,,,01/09/2008,", "Sex", "spreadsheet's error"),
    ("R1,Ada,Quaternion,,,#REF!,,01/09/2008,", "NHS", "spreadsheet's error"),
    ("R1,Ada,Quaternion,,,,,01/09/2008,#N/A", "Ended", "spreadsheet's error"),
    ("#VALUE!,Ada,Quaternion,,,,,01/09/2008,", "Ref", "spreadsheet's error"),
    *[
        (f"R1,Ada,Quaternion,,,,{phone},01/09/2008,", "Phone", "leading zero")
        for phone in ("1632960301", "1632 960301", "441632960301")
    ],
    ("R1,Ada,Quaternion,36925,,,,01/09/2008,", "Born", "spreadsheet's number for a date"),
    ("R1,Ada,Quaternion,03/02/2001,,,,01/09/2008,31/08/2008", "Ended", "before the day on which it began"),
    ("R1,Ada,Quaternion,03/02/2001,,,,01/09/1999,", "Began", "before the date of birth"),
    ("R1,Ada,Quaternion,,,,,,", "Began", "is empty"),
    (",Ada,Quaternion,,,,,01/09/2008,", "Ref", "is empty"),
    ("R1,Ada,Quaternion,,,,01/09/2008,", "", "8 cells for 9 columns"),
    ("R1,Ada,Quaternion,,,,,01/09/2008,,", "", "10 cells for 9 columns"),
    (f"R1,Ada,{'Quaternion' * 11},,,,,01/09/2008,", "Last", "longer than"),
    ("R1,Ada,Quater\x07nion,,,,,01/09/2008,", "Last", "control characters"),
    ('R1,Ada,"=HYPERLINK(""http://x.example"")",,,,,01/09/2008,', "Last", "begins like a formula"),
    ("R1,+Ada,Quaternion,,,,,01/09/2008,", "First", "begins like a formula"),
    ("R1,Ada,-Quaternion,,,,,01/09/2008,", "Last", "begins like a formula"),
    ("R1,Ada,Quaternion,,,,=1632,01/09/2008,", "Phone", "begins like a formula"),
    ("R1,Ada,Quaternion,,,,+1+cmd|x,01/09/2008,", "Phone", "begins like a formula"),
    ("R1,Ad\ufffd,Quaternion,,,,,01/09/2008,", "First", "damaged by a conversion"),
    (f"R1,{'Adé'.encode().decode('cp1252')},Quaternion,,,,,01/09/2008,", "First", "damaged by a conversion"),
    ("@R1,Ada,Quaternion,,,,,01/09/2008,", "Ref", "begins like a formula"),
]


@pytest.mark.parametrize(("row", "column", "problem"), WRONG)
def test_what_is_wrong_costs_the_row_and_is_reported(row: str, column: str, problem: str, tmp_path: Path) -> None:
    bad, good = converted(written(tmp_path, extract_of(row, BEN)), club())
    (error,) = bad.errors
    assert (error.line, error.column, not bad.made) == (2, column, True)
    assert problem in error.problem
    assert error.advice
    assert not {"Ada", "Quaternion", "2011", "9992461099", "HYPERLINK"} & set(sentence(error).replace("/", " ").split())
    assert len(good.made) == 3


def test_every_wrong_cell_of_a_row_is_reported_at_once(tmp_path: Path) -> None:
    row = "R1,Ada,=Quaternion,31/02/2001,7,,,01/09/2008,"
    (bad,) = converted(written(tmp_path, extract_of(row)), club())
    assert [error.column for error in bad.errors] == ["Sex"]
    (bad,) = converted(written(tmp_path, extract_of(row.replace(",7,", ",1,"))), club())
    assert [error.column for error in bad.errors] == ["Last", "Born"]


def test_the_same_row_again_is_counted_and_sent_once(tmp_path: Path) -> None:
    tally = Tally()
    rows = converted(written(tmp_path, extract_of(ADA, BEN, ADA)), club(), tally=tally)
    assert (len(rows), tally.rows, tally.repeated, tally.wrong) == (2, 3, 1, 0)


def test_a_day_in_the_future_is_an_error_of_its_column(tmp_path: Path) -> None:
    layout = club().model_copy(update={"time": "Began"})
    (row,) = converted(written(tmp_path, extract_of(ADA.replace("01/09/2008", "01/09/2018"))), layout)
    assert [(error.column, error.problem) for error in row.errors] == [("Began", "lies in the future")]


def test_the_second_of_a_list_is_named_by_its_own_column(tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, "birth-registration")
    text = path.read_text(encoding="utf-8").replace("Clare Underhill,Tom Underhill", f",{'Tom' * 100}")
    rows = converted(written(tmp_path, text), layout)
    assert [error.column for row in rows for error in row.errors] == ["FatherName", "FatherName"]
    text = path.read_text(encoding="utf-8").replace("Clare Underhill", "Clare" * 50)
    rows = converted(written(tmp_path, text), layout)
    assert [error.column for row in rows for error in row.errors] == ["MotherName", "MotherName"]


def test_a_fault_in_an_address_is_named_by_its_column(tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, "school-census")
    text = path.read_text(encoding="utf-8")
    for value, wrong, column in [
        ("7 Drovers Road", "7" * 300, "Address1"),
        ("Bridge,ZX12", f"{'B' * 300},ZX12", "Address2"),
        ("ZX12 4PL", "Z" * 30, "Postcode"),
    ]:
        rows = converted(written(tmp_path, text.replace(value, wrong), "wrong.csv"), layout)
        assert [error.column for row in rows for error in row.errors] == [column]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [("Y,C,13/10/2008", "Y,,13/10/2008", "consent"), ("13/10/2009", "12/10/2008", "consent")],
)
def test_without_valid_consent_not_even_the_child_is_sent(old: str, new: str, problem: str, tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, "sensitive-service")
    text = path.read_text(encoding="utf-8").replace(old, new)
    row = converted(written(tmp_path, text), layout)[0]
    assert (len(row.errors), row.made) == (1, ())
    assert problem in row.errors[0].problem


def test_a_service_that_the_sender_may_not_send_is_an_error_of_its_column(tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, "common-assessment")
    codes = {**layout.codes, "LeadService": {**layout.codes["LeadService"], "SCH": "camhs"}}
    row = converted(path, layout.model_copy(update={"codes": codes}))[0]
    assert [error.column for error in row.errors] == ["LeadService"]


def test_a_formula_is_found_in_every_line_of_an_address(tmp_path: Path) -> None:
    path, layout, _ = sample(tmp_path, "voluntary")
    text = path.read_text(encoding="utf-8").replace("Elder Walk\nWhin", "Elder Walk\n=Whin")
    assert [error.column for error in converted(written(tmp_path, text), layout)[0].errors] == ["Address"]


@pytest.mark.parametrize("name", ["Siân", "Zoë", "Ó Dálaigh", "Łukasz", "Ülkü", "Ђорђе", "李", "O'Dowd", "D’Arcy", "Ã"])
def test_names_of_any_script_are_taken(name: str, tmp_path: Path) -> None:
    (row,) = converted(written(tmp_path, extract_of(ADA.replace("Quaternion", name))), club())
    assert row.made[0].submission["data"]["family_name"] == name


def test_white_space_and_marks_around_cells_mean_nothing(tmp_path: Path) -> None:
    row = "\ufeffR1 ,\xa0Ada\u200b, Quaternion ,03/02/2001\xa0,\u200b2,９９９-246-1098, ,01/09/2008,\ufeff "
    child, begun = submissions_of(converted(written(tmp_path, extract_of(row)), club()))
    assert (child["subject"], child["data"]["given_name"], child["data"]["nhs_number"]) == ("R1", "Ada", "9992461098")
    assert begun["data"]["involvement"] == "R1/01/09/2008"


ONE_NUMBER = [
    (ADA, "R1,Ben,Octonion,05/06/1999,1,,,01/09/2008,", ["Ref", "Ref"]),
    (ADA, "R1,Kit,Quaternion,03/02/2001,2,,,01/09/2008,", ["Ref", "Ref"]),
    (ADA, "R1,Ada,Quaternion,03/02/2002,2,,,01/09/2008,", ["Ref", "Ref"]),
    (ADA, "R3,Ben,Octonion,05/06/1999,1,9992461098,,01/09/2008,", ["NHS", "NHS"]),
    ("007,Ada,Quaternion,,2,,,01/09/2008,", "7,Ben,Octonion,,1,,,01/09/2008,", ["Ref", "Ref"]),
    (ADA, "R1,Ada,Octonion,03/02/2001,2,,,15/09/2008,", []),
    (ADA, "R1,A,Quaternion,,,,,15/09/2008,", []),
    (ADA, "R1,Baby,Quaternion,03/02/2001,2,,,15/09/2008,", []),
    (ADA, "R3,Ada,Quaternion,03/02/2001,2,999 246 1098,,01/09/2008,", []),
    ("R1,Ada,Quaternion,,,0000000000,,01/09/2008,", "R2,Ben,Octonion,,,0000000000,,01/09/2008,", []),
    (ADA, ADA, []),
]
"""Two rows, and the column in which each is in error."""


@pytest.mark.parametrize(("one", "other", "columns"), ONE_NUMBER)
def test_a_number_of_two_people_costs_both_rows(one: str, other: str, columns: list[str], tmp_path: Path) -> None:
    rows = converted(written(tmp_path, extract_of(BEN.replace("R2", "R9"), one, other)), club())
    errors = [(error.line, error.column) for row in rows for error in row.errors]
    assert errors == list(zip((3, 4), columns, strict=False))
    assert [bool(row.made) for row in rows[1:]] == [not columns] * (len(rows) - 1)
    assert all("somebody else, on line" in error.problem for row in rows for error in row.errors)
