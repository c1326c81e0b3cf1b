"""Outcomes and reason codes of receipts are wire format: agencies' systems branch on them."""

from typing import get_args

from services.submission_contract.schemas.messages import ReceiptMessage
from services.submission_contract.schemas.reference import reason_codes
from tests.golden.codes import OUTCOME, REASON, RETIRED, codes_in_code, golden_codes

LINES = 81
"""Codes in the golden file, retired ones too; the number only grows."""


def test_the_codes_are_those_of_the_golden_file() -> None:
    current = {(kind, code) for kind, code in golden_codes() if kind != RETIRED}
    assert codes_in_code() == current


def test_a_code_is_never_removed_and_never_used_again() -> None:
    lines = golden_codes()
    reasons = [code for kind, code in lines if kind != OUTCOME]
    assert len(lines) == LINES
    assert len(reasons) == len(set(reasons))
    assert {kind for kind, _ in lines} <= {OUTCOME, REASON, RETIRED}


def test_the_outcomes_are_those_of_the_published_receipt() -> None:
    published = get_args(ReceiptMessage.model_fields["outcome"].annotation)
    assert {code for kind, code in codes_in_code() if kind == OUTCOME} == set(published)


def test_the_reference_says_of_each_reason_code_what_it_means_and_what_to_do() -> None:
    assert reason_codes().keys() == {code for kind, code in golden_codes() if kind == REASON}
    assert all(text.means and text.do for text in reason_codes().values())
