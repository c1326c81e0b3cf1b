"""The memo's case with an invented girl: two GPs, two hospitals, two authorities, no school, no flag.

Her aunt claims child benefit for her and takes her to a GP; a hospital sees her for two days. They move to the other
authority, where another hospital and another GP see her. She is nine years old and on no school's roll, and none of
those who met her can see who else has.
"""

from datetime import date
from pathlib import Path
from typing import Any

import orjson

from services.lab.simulate.agencies import BENEFIT, GP, HOSPITALS, Agency
from services.lab.simulate.files import make_empty, write_agencies
from services.lab.simulate.model import Involvement, Record
from services.lab.simulate.places import AUTHORITIES, surgery
from services.lab.simulate.submissions import sent_for

AS_AT = date(2000, 2, 25)
GIVEN_NAME, FAMILY_NAME, BORN = "Solène", "Ngoumou", "1990-12-04"
AUNT = {
    "name": "Clarisse Ngoumou",
    "relationship": "aunt",
    "parental_responsibility": False,
    "phone": "01632 960317",
}


def write_memo(out: Path) -> None:
    """Writes the case's feeds and their truth into a new or empty folder."""
    make_empty(out)
    write_agencies(out / "agencies.yaml")
    records = case()
    for agency in dict.fromkeys(record.agency for record in records):
        sent = sorted((s for r in records if r.agency is agency for s in sent_for(r)), key=lambda s: s.on)
        submissions = [s.submission(f"memo-{agency.code}-{nth}") for nth, s in enumerate(sent, start=1)]
        lines = b"".join(orjson.dumps(submission, option=orjson.OPT_APPEND_NEWLINE) for submission in submissions)
        (out / f"{agency.code}.ndjson").write_bytes(lines)
    (out / "truth.json").write_bytes(orjson.dumps(truth(records), option=orjson.OPT_APPEND_NEWLINE))


def case() -> list[Record]:
    """What five records of four agencies hold of her."""
    first = {"lines": ["12 Ropewalk", "Tarn Bridge"], "postcode": "ZX11 3FD", "authority": AUTHORITIES[0].code}
    flat = ["Flat 5, 40 Weir Street", "Saltby Quay"]
    second = {"lines": flat, "postcode": "ZX72 8NB", "authority": AUTHORITIES[1].code}
    benefit = _record(BENEFIT, 1, date(1999, 5, 17), first)
    gp = _record(GP, 1, date(1999, 5, 26), first)
    _work(gp, "gp", surgery(0, 1), ("Dr B. Oakhanger", "general practitioner", "01632 960318"), None)
    ward = _record(HOSPITALS[0], 1, date(1999, 7, 5), first)
    nurse = ("Sister M. Ellery", "ward sister", "01632 960319")
    _work(ward, "hospital", HOSPITALS[0].organisation, nurse, date(1999, 7, 7))
    clinic = _record(HOSPITALS[1], 1, date(1999, 9, 20), second)
    doctor = ("Dr H. Faraday", "paediatrician", "01632 960320")
    _work(clinic, "hospital", HOSPITALS[1].organisation, doctor, date(1999, 10, 4))
    new_gp = _record(GP, 2, date(1999, 11, 15), second, given_name="Solene")
    _work(new_gp, "gp", surgery(1, 2), ("Dr V. Anstey", "general practitioner", "01632 960321"), None)
    return [benefit, ward, clinic, gp, new_gp]


def truth(records: list[Record]) -> dict[str, Any]:
    """What is true of her on the day `AS_AT`, and which policies would have listed her."""
    return {
        "as_at": AS_AT.isoformat(),
        "child": {"given_name": GIVEN_NAME, "family_name": FAMILY_NAME, "date_of_birth": BORN},
        "records": [[record.agency.source, record.subject] for record in records],
        "gp_count": 2,
        "missing_education": True,
        "education_status": "not-reported",
        "not_listed_ever": ["selective", "social-care-only", "assessment-only"],
        "listed": ["universal"],
    }


def _record(agency: Agency, nth: int, on: date, address: dict[str, Any], given_name: str = GIVEN_NAME) -> Record:
    particulars = {
        "given_name": given_name,
        "family_name": FAMILY_NAME,
        "date_of_birth": BORN,
        "gender": "female",
        "address": address | {"status": "current"},
        "carers": [AUNT],
    }
    return Record(agency, f"{agency.prefix}-MEMO-{nth}", on, particulars, None)


def _work(
    record: Record, service: str, organisation: dict[str, str], who: tuple[str, str, str], ended: date | None
) -> None:
    reference = f"{record.subject}/{service}/1"
    name, role, phone = who
    data = {
        "involvement": reference,
        "service": service,
        "organisation": organisation,
        "lead_professional": False,
        "started_on": record.registered.isoformat(),
        "practitioner": {"name": name, "role": role, "phone": phone},
    }
    record.involvements.append(Involvement(reference, service, record.registered, ended, data))
