"""What a submission may look like: the contract §1 as pydantic models, which also write the published JSON Schemas.

Dates and times stay texts, so that what is stored is what was sent, but for what writing adds to numbers and days
(`domain/written.py`); every text, list and depth is bounded. A day that is left out is that of the submission's time.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from domain.vocabulary import AUTHORITY_CODE, UPN_LETTERS, Flag, Gender, Service, SubmissionType
from domain.written import as_one_word, trimmed

MAX_BYTES = 1_048_576
"""Bytes of the largest submission; a larger one is answered `too-large`."""
MAX_ITEMS = 50
"""Most items of any list."""
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"
"""Text of any script with something in it, without null and control characters."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LEAST_AUTHORITY_NUMBER = "201"
"""The Department for Education numbers local authorities from 201."""


def _iso_date(text: str) -> str:
    text = trimmed(text)
    if not _DATE.fullmatch(text):
        raise PydanticCustomError("date", "a date is written YYYY-MM-DD")
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "there is no such date") from None
    return text


def _utc_time(text: str) -> str:
    text = trimmed(text)
    if not _TIME.fullmatch(text):
        raise PydanticCustomError("time", "a time is written as in RFC 3339, with Z or its offset from UTC")
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("time", "there is no such time") from None
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def _nhs_number(text: str) -> str:
    text = as_one_word(text)
    if not (text.isascii() and text.isdigit() and len(text) == 10):
        raise PydanticCustomError("nhs-number", "an NHS number has 10 digits")
    check = 11 - sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False)) % 11
    if (0 if check == 11 else check) != int(text[9]):
        raise PydanticCustomError("check-digit", "the check digit of the NHS number is wrong")
    return text


def _upn(text: str) -> str:
    text = as_one_word(text)
    if not re.fullmatch(r"[A-Z]\d{11}[0-9A-Z]", text, re.ASCII):
        raise PydanticCustomError("upn", "a UPN is a letter, eleven digits and a digit or letter")
    values = [UPN_LETTERS.find(c) if c.isalpha() else int(c) for c in text[1:]]
    if -1 in values or UPN_LETTERS[sum(v * w for v, w in zip(values, range(2, 14), strict=True)) % 23] != text[0]:
        raise PydanticCustomError("check-letter", "the check letter of the UPN is wrong")
    if not text[1:4] >= _LEAST_AUTHORITY_NUMBER:
        raise PydanticCustomError("authority-number", "characters 2 to 4 of the UPN are no local authority's number")
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]
Reference = Text
Postcode = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]
IsoDate = Annotated[
    str, AfterValidator(_iso_date), Field(json_schema_extra={"format": "date", "pattern": f"^{_DATE.pattern}$"})
]
Moment = Annotated[
    str, AfterValidator(_utc_time), Field(json_schema_extra={"format": "date-time", "pattern": f"^{_TIME.pattern}$"})
]
NhsNumber = Annotated[str, AfterValidator(_nhs_number), Field(json_schema_extra={"pattern": "^[0-9]{10}$"})]
Upn = Annotated[str, AfterValidator(_upn), Field(json_schema_extra={"pattern": "^[A-Z][0-9]{11}[0-9A-Z]$"})]
Authority = Annotated[str, StringConstraints(pattern=f"^{AUTHORITY_CODE}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_enum_values=True)


class OtherName(_Model):
    """A name that the child has or had beside the first one."""

    given_name: Name | None = None
    family_name: Name | None = None
    kind: Literal["former", "alias"] | None = None


class Address(_Model):
    """Where the child lives, as far as the agency knows; `authority` is the ONS GSS code of the local authority."""

    lines: Annotated[list[Text], Field(max_length=MAX_ITEMS)] | None = None
    postcode: Postcode | None = None
    uprn: Text | None = None
    authority: Authority | None = None
    status: Literal["current", "last-known", "none-known"] | None = None


class Carer(_Model):
    """Somebody who cares for the child."""

    name: Text | None = None
    relationship: Text | None = None
    parental_responsibility: bool | None = None
    phone: Text | None = None
    email: Text | None = None


class Organisation(_Model):
    """An organisation: its name, and an ODS code, a school URN or the agency's own code."""

    name: Text | None = None
    code: Text | None = None


class Contact(_Model):
    """A person to reach."""

    name: Text | None = None
    role: Text | None = None
    phone: Text | None = None
    email: Text | None = None


class Consent(_Model):
    """Consent to a sensitive service being known; only explicit consent counts."""

    given_by: Literal["child", "carer"] | None = None
    explicit: bool | None = None
    on: IsoDate | None = None
    until: IsoDate | None = None


class Particulars(_Model):
    """The whole of what an agency holds of a child."""

    given_name: Name
    family_name: Name
    other_names: Annotated[list[OtherName], Field(max_length=MAX_ITEMS)] | None = None
    date_of_birth: IsoDate | None = None
    date_of_birth_estimated: bool | None = None
    gender: Annotated[Gender, Field(strict=False)] | None = None
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    address: Address | None = None
    carers: Annotated[list[Carer], Field(max_length=MAX_ITEMS)] | None = None
    former_nhs_numbers: Annotated[list[NhsNumber], Field(max_length=MAX_ITEMS)] | None = None
    former_upns: Annotated[list[Upn], Field(max_length=MAX_ITEMS)] | None = None


class Deregistration(_Model):
    """That the agency no longer serves the child, why, and from which day."""

    reason: Literal["moved-away", "left-england", "died", "reached-age", "registered-in-error", "other"]
    on: IsoDate | None = None


class InvolvementStart(_Model):
    """That somebody works with the child; `involvement` is the agency's own reference, sent again to amend it."""

    involvement: Reference
    service: Annotated[Service, Field(strict=False)]
    organisation: Organisation | None = None
    practitioner: Contact | None = None
    lead_professional: bool | None = None
    consent: Consent | None = None
    started_on: IsoDate | None = None


class InvolvementEnd(_Model):
    """That an involvement has ended."""

    involvement: Reference
    ended_on: IsoDate | None = None


class ConsentWithdrawal(_Model):
    """That consent to a sensitive involvement is withdrawn."""

    involvement: Reference
    on: IsoDate | None = None


class FlagRaise(_Model):
    """That something exists about the child, and whom to ask."""

    flag: Annotated[Flag, Field(strict=False)]
    raised_on: IsoDate | None = None
    contact: Contact | None = None


class FlagLower(_Model):
    """That a flag no longer holds."""

    flag: Annotated[Flag, Field(strict=False)]
    lowered_on: IsoDate | None = None


class Removal(_Model):
    """That a data manager takes the record out of the directory."""

    reason: Literal["left-england", "died", "reached-age", "registered-in-error", "court-order"]
    on: IsoDate | None = None


class Submission(_Model):
    """The CloudEvents 1.0 envelope of every submission, in structured JSON mode; DAY is the field that `time` fills."""

    DAY: ClassVar[str | None] = None

    specversion: Literal["1.0"]
    id: Reference
    source: Annotated[str, StringConstraints(pattern=r"^urn:agency:[a-z0-9][a-z0-9-]{0,62}$")]
    subject: Reference
    time: Moment
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Text | None = None


class ChildRegistered(Submission):
    """An agency holds a record of a child that it did not hold before."""

    type: Literal["child.registered"]
    data: Particulars


class ChildAmended(Submission):
    """An agency holds something else of a child than before."""

    type: Literal["child.amended"]
    data: Particulars


class ChildDeregistered(Submission):
    """An agency no longer serves a child."""

    DAY: ClassVar[str | None] = "on"

    type: Literal["child.deregistered"]
    data: Deregistration


class InvolvementStarted(Submission):
    """Somebody works with a child."""

    type: Literal["involvement.started"]
    data: InvolvementStart


class InvolvementEnded(Submission):
    """Somebody no longer works with a child."""

    DAY: ClassVar[str | None] = "ended_on"

    type: Literal["involvement.ended"]
    data: InvolvementEnd


class ConsentWithdrawn(Submission):
    """Consent to a sensitive involvement is gone."""

    DAY: ClassVar[str | None] = "on"

    type: Literal["consent.withdrawn"]
    data: ConsentWithdrawal


class FlagRaised(Submission):
    """A flag is raised on a child."""

    DAY: ClassVar[str | None] = "raised_on"

    type: Literal["flag.raised"]
    data: FlagRaise


class FlagLowered(Submission):
    """A flag on a child is lowered."""

    DAY: ClassVar[str | None] = "lowered_on"

    type: Literal["flag.lowered"]
    data: FlagLower


class RecordRemoved(Submission):
    """A record is taken out of the directory."""

    DAY: ClassVar[str | None] = "on"

    type: Literal["record.removed"]
    data: Removal


MODELS: Mapping[str, type[Submission]] = {
    SubmissionType.CHILD_REGISTERED: ChildRegistered,
    SubmissionType.CHILD_AMENDED: ChildAmended,
    SubmissionType.CHILD_DEREGISTERED: ChildDeregistered,
    SubmissionType.INVOLVEMENT_STARTED: InvolvementStarted,
    SubmissionType.INVOLVEMENT_ENDED: InvolvementEnded,
    SubmissionType.CONSENT_WITHDRAWN: ConsentWithdrawn,
    SubmissionType.FLAG_RAISED: FlagRaised,
    SubmissionType.FLAG_LOWERED: FlagLowered,
    SubmissionType.RECORD_REMOVED: RecordRemoved,
}
"""The model of each type of submission."""
