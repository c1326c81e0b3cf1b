"""Which date of birth is believed, where records differ."""

from domain.birth import believed_birth


def test_what_most_records_tell_is_believed_though_the_latest_tells_otherwise() -> None:
    assert believed_birth([("2003-05-17", False), ("2003-05-07", False), ("2003-05-07", False)]) == (
        "2003-05-07",
        False,
    )


def test_of_as_many_the_one_told_first_is_believed() -> None:
    assert believed_birth([("2003-05-17", False), ("2003-05-07", False)]) == ("2003-05-17", False)


def test_an_exact_date_is_believed_before_many_estimated_ones() -> None:
    records = [("2003-01-01", True), ("2003-01-01", True), ("2003-05-07", False)]
    assert believed_birth(records) == ("2003-05-07", False)


def test_an_estimated_date_is_better_than_none() -> None:
    assert believed_birth([(None, False), ("2003-01-01", True)]) == ("2003-01-01", True)
    assert believed_birth([(None, False)]) == (None, False)
