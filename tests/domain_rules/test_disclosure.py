"""What an applicant is given: the child everything, others nothing that tells where it is or who protects it."""

from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child.composition import InvolvementState, RecordState, compose
from domain.subject_access.disclosure import HeldData, disclosed, is_carer, without_others
from domain.subject_access.requests import Applicant
from domain.subject_access.retention import clock
from services.pages.subject_access import page

TODAY = date(2026, 11, 24)
ANNE = {"name": "Anne Quaternion", "relationship": "mother", "parental_responsibility": True, "phone": "01632 960001"}
BORIS = {
    "name": "Boris Quaternion",
    "relationship": "father",
    "parental_responsibility": True,
    "email": "b@example.org",
}
SCHOOL = {
    "involvement": "i1",
    "service": "education",
    "organisation": {"name": "Moss Lane Primary School", "code": "moss-lane"},
    "practitioner": {"name": "Robin Fell", "role": "head", "phone": "01632 960002"},
    "started_on": "2024-09-02",
}
WORKER = {"involvement": "i2", "service": "social-care", "organisation": {"name": "Family team", "code": "ft"}}
CLINIC = {
    "involvement": "i3",
    "service": "camhs",
    "organisation": {"name": "Cragdale Clinic", "code": "cc"},
    "consent": {"given_by": "child", "explicit": True, "on": "2026-01-01", "until": "2027-01-01"},
}


def record(source: str, *involvements: dict[str, Any], **particulars: Any) -> RecordState:
    """A record of Ada."""
    own = {"given_name": "Ada", "family_name": "Quaternion", "date_of_birth": "2016-02-29", "upn": "A999001000018"}
    states = {n: InvolvementState(each) for n, each in enumerate(involvements)}
    flags = {1: {"flag": "child-protection-plan", "raised_on": "2025-01-01", "contact": {"name": "Kit", "phone": "1"}}}
    return RecordState(
        f"stream-{source}", f"urn:agency:{source}", "S1", "2026-01-01T00:00:00.000000Z", own | particulars,
        involvements=states, flags=flags,
    )  # fmt: skip


HOME = {"lines": ["4 Back Lane"], "postcode": "ZZ9 9ZZ", "authority": "E06999001", "status": "current"}
RECORDS = [record("la-north", SCHOOL, WORKER, address=HOME, carers=[ANNE, BORIS], nhs_number="9990000018")]
WHEN = "2026-11-01T10:11:12.000000Z"


def held(*, shielded: bool = False, confidential: bool = False, records: list[RecordState] = RECORDS) -> HeldData:
    """What is held of Ada."""
    entry = compose("ada", records, position=1, as_of=WHEN, today=TODAY)
    assert entry is not None
    look = {"when": WHEN, "action": "show", "role": "practitioner", "organisation": "moss-lane", "reason_code": "audit"}
    event = {"when": WHEN, "learnt": WHEN, "event": "RecordRegistered", "source": "urn:agency:la-north"}
    return HeldData(
        entry=entry | {"shielded": shielded},
        records=records,
        confidential=[record("clinic", CLINIC)] if confidential else [],
        kinds=["local-authority", "social-care", "gp-registration"],
        history=[{**event, "holds": {"particulars": RECORDS[0].particulars}}],
        shown=[look],
        decisions=[{"when": WHEN, "decision": "ChildrenMerged", "by": "data-manager"}],
    )


def document_text(given: HeldData, applicant: Applicant, name: str | None = None) -> str:
    return orjson.dumps(disclosed(given, applicant, name, TODAY)).decode()


def test_the_child_is_told_everything_but_what_is_other_peoples() -> None:
    document = document_text(held(), Applicant.CHILD)
    for each in ("4 Back Lane", "E06999001", "A999001000018", "Moss Lane", "Robin Fell", "Family team", "social-care"):
        assert each in document
    for each in ("01632", "Anne", "Boris", "example.org", '"phone"'):
        assert each not in document


WHERE = ("Back Lane", "ZZ9", "E06999001", "A999001", "Moss Lane", "moss-lane", "la-north", "Robin", "2024-09")
PROTECTED = ("social-care", "Family team", "child-protection-plan", "audit", "ChildrenMerged", "local-authority")


@pytest.mark.parametrize(("applicant", "name"), [(Applicant.CARER, "anne QUATERNION"), (Applicant.OTHER, None)])
def test_anybody_else_is_told_nothing_of_where_the_child_is_and_who_protects_it(
    applicant: Applicant, name: str | None
) -> None:
    document = document_text(held(), applicant, name)
    assert not [each for each in (*WHERE, *PROTECTED, "Boris", "example.org") if each in document]
    assert ("01632 960001" in document) is (applicant is Applicant.CARER)
    assert "9990000018" in document


def test_a_carer_is_whom_a_record_names() -> None:
    assert is_carer(held(), " Anne  quaternion")
    assert not is_carer(held(), "Carol Quaternion")
    assert not is_carer(held(), "...")


@pytest.mark.parametrize("applicant", [Applicant.CARER, Applicant.OTHER])
def test_a_shield_a_clinic_and_a_move_change_no_byte_of_anybody_elses_document(applicant: Applicant) -> None:
    """What some documents lacked would tell; only what every child has is in it."""
    plain = document_text(held(), applicant, "Anne Quaternion")
    assert document_text(held(shielded=True), applicant, "Anne Quaternion") == plain
    assert document_text(held(confidential=True), applicant, "Anne Quaternion") == plain
    moved = [
        record(
            "la-south",
            SCHOOL,
            address=HOME | {"lines": ["9 Refuge Row"]},
            carers=[ANNE, BORIS],
            nhs_number="9990000018",
        )
    ]
    assert document_text(held(records=moved), applicant, "Anne Quaternion") == plain


def test_only_the_childs_own_document_says_that_it_is_shielded() -> None:
    assert "shielded" in document_text(held(shielded=True), Applicant.CHILD)
    assert "shielded" not in document_text(held(), Applicant.CHILD)
    assert "4 Back Lane" in document_text(held(shielded=True), Applicant.CHILD)


def test_a_confidential_service_is_told_to_the_child_while_consent_stands() -> None:
    given = held(confidential=True)
    assert "Cragdale Clinic" in document_text(given, Applicant.CHILD)
    state = InvolvementState(CLINIC, consent_withdrawn=True)
    withdrawn = replace(given, confidential=[replace(given.confidential[0], involvements={1: state})])
    assert "Cragdale Clinic" not in document_text(withdrawn, Applicant.CHILD)
    late = disclosed(given, Applicant.CHILD, None, date(2027, 1, 2))
    assert "Cragdale Clinic" not in orjson.dumps(late).decode()


PEOPLE = st.fixed_dictionaries({"name": st.just("SECRET NAME"), "phone": st.just("SECRET"), "email": st.just("SECRET")})


@for_all(
    st.recursive(
        st.fixed_dictionaries({"practitioner": PEOPLE | st.none(), "contact": PEOPLE, "carers": st.lists(PEOPLE)}),
        lambda inner: st.dictionaries(st.sampled_from(["particulars", "involvement", "more"]), inner),
    )
)
def test_however_deep_nobody_can_be_reached_by_what_is_given(content: dict[str, Any]) -> None:
    given = orjson.dumps(without_others(content)).decode()
    assert given.count("SECRET") == given.count("SECRET NAME")
    assert '"carers":[{"name"' not in given


@pytest.mark.parametrize(
    ("born", "closed", "destroyed"),
    [("2016-02-29", "2034-03-01", "2040-02-29"), ("2001-02-03", "2019-02-03", "2025-02-03"), (None, None, None)],
)
def test_the_retention_clock(born: str | None, closed: str | None, destroyed: str | None) -> None:
    dates = clock(born, False)
    assert (dates["closed_on"], dates["destroyed_on"]) == (closed, destroyed)


def test_a_page_shows_no_value_as_markup_and_asks_for_nothing_from_elsewhere() -> None:
    nasty = [record("la-north", given_name="<script>alert(1)</script>", carers=[])]
    document = disclosed(held(records=nasty), Applicant.CHILD, None, TODAY) | {"made_at": WHEN}
    html = page(document)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not [each for each in ("http:", "https:", "src=", "url(", "@import") if each in html]
    for heading in ("Who the child is", "To whom it was shown", "How long it is kept", "What is left out, and why"):
        assert heading in html
