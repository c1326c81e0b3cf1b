"""Every call of the API as a strategy of requests, by method and path of the OpenAPI document."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from domain.authorization import Action, Jurisdiction, decide
from domain.reports import REPORTS
from services.registers import DEMO_USERS
from tests.noninterference.twins import (
    AUTHORITIES,
    BEA,
    CARERS,
    FORMER,
    NORTHERN,
    NUMBERS,
    POSTCODES,
    UPNS,
    VISIBLE,
    Twin,
)
from tests.support.entitlements import TODAY, entitlement

NOBODY = "6f1d2c3b-4a59-4e68-8776-95a4b3c2d1e0"
MOMENTS = ("2008-11-01", "2026-11-24T12:00:00Z", "2026-01-01", "2030-01-01")
DAYS = ("2008-09-01", "2008-11-01", "2026-11-24")
TEXT = "safeguarding: the child did not come home"
ANYBODY = (*(each.user for each in DEMO_USERS), *NORTHERN)
ELSEWHERE = (*NORTHERN, "demo-practitioner", "demo-attendance-officer")
"""Those who may neither decide on the child nor record a correction of it, for it lives elsewhere."""
AGENCIES = ("la-north", "gp", "clinic")


class Request(NamedTuple):
    """One request; children are named as fields of a Twin."""

    who: str
    method: str
    path: str
    query: Mapping[str, Any] = {}
    body: Any = None
    headers: Mapping[str, str] = {}


Requests = st.SearchStrategy[Request]
CHILDREN = st.sampled_from(["{tamsin}", "{dee}", "{ada}", "{bea}", NOBODY, "{tamsin}"])
HER = st.just("{tamsin}")
"""About another child those elsewhere may decide: that would go out, and wait for a registrar."""
USERS = st.sampled_from([f"user:{name}" for name in ANYBODY])
OTHERS = st.sampled_from([f"user:{name}" for name in ELSEWHERE])


def whoever_may(action: Action) -> st.SearchStrategy[str]:
    """Mostly users whom the table of rights lets do it, somewhere at least."""
    entitlements = [*DEMO_USERS, *(entitlement(user=name, **rights) for name, rights in NORTHERN.items())]
    may = [f"user:{each.user}" for each in entitlements if not decide(each, action, TODAY, Jurisdiction.OWN).denied]
    return st.one_of(st.sampled_from(may), st.sampled_from(may), USERS)


LIMITS = st.sampled_from([1, 2, 3, 50])
AFTER = st.sampled_from([None, "{tamsin}", "{dee}", "{ada}", NOBODY])

CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.sampled_from([VISIBLE["given_name"], "Tamsyn", "Ada"]),
        "family_name": st.sampled_from([VISIBLE["family_name"], "Orell", "Quaternion", *FORMER]),
        "date_of_birth": st.sampled_from([VISIBLE["date_of_birth"], "2003-05-18", "2001-02-03"]),
        "gender": st.sampled_from(["female", "male"]),
        "postcode": st.sampled_from(POSTCODES),
        "nhs_number": st.sampled_from([*NUMBERS, BEA]),
        "upn": st.sampled_from(UPNS),
    },
)
"""Any combination of what is visible and of what may be hidden."""


def _query(**may: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these parameters, none of them empty."""
    drawn = st.fixed_dictionaries({}, optional=may)
    return drawn.map(lambda given: {name: value for name, value in given.items() if value is not None})


def _requests(
    call: str,
    users: st.SearchStrategy[str] = USERS,
    query: st.SearchStrategy[dict[str, Any]] | None = None,
    body: st.SearchStrategy[Any] | None = None,
    headers: st.SearchStrategy[Mapping[str, str]] | None = None,
    **named: st.SearchStrategy[str],
) -> Requests:
    method, path = call.split()
    places = {"child": CHILDREN, **named}
    dependencies = {name: drawn for name, drawn in places.items() if f"{{{name}}}" in path}

    def made(*drawn: Any) -> Request:
        who, parameters, sent, more, names = drawn
        return Request(who, method, path.format(**names), parameters, sent, more)

    parameters = st.just({}) if query is None else query
    sent = st.none() if body is None else body
    more = st.just({}) if headers is None else headers
    return st.builds(made, users, parameters, sent, more, st.fixed_dictionaries(dependencies))


_LOG = st.sampled_from(["register", "access"])
_WHY = st.just({"reason": TEXT})
_TO_THE_SOUTH = st.just({"reason": TEXT, "to": "E06999002"})
_TWO = st.fixed_dictionaries({"left": CHILDREN, "right": CHILDREN, "reason": st.just("data-quality")})
_CORRECTION = {"kind": "correction", "asked_by": "carer", "text": "the name is wrong", "reason": TEXT}
_RECORD = st.fixed_dictionaries(
    {
        "record": st.fixed_dictionaries(
            {
                "source": st.sampled_from([f"urn:agency:{code}" for code in AGENCIES]),
                "subject": st.sampled_from(["T", "2", "nobody"]),
            }
        ),
        "reason": st.just("data-quality"),
    }
)
_RECORD_OF_HER = _RECORD.map(lambda record: {**record, "child": "{tamsin}"})
_PARTICULARS = st.fixed_dictionaries(
    {
        "given_name": st.sampled_from([VISIBLE["given_name"], "Tamsyn", "Ada"]),
        "family_name": st.sampled_from([VISIBLE["family_name"], "Quaternion", *FORMER]),
    },
    optional={
        "date_of_birth": st.sampled_from([VISIBLE["date_of_birth"], "2003-05-18", "2001-02-03"]),
        "gender": st.sampled_from(["female", "male"]),
        "address": st.sampled_from([{"postcode": postcode} for postcode in POSTCODES]),
        "carers": st.sampled_from([[{"name": name}] for name in CARERS]),
        "nhs_number": st.sampled_from([*NUMBERS, BEA]),
        "upn": st.sampled_from(UPNS),
    },
)
_TRIED = st.builds(
    lambda agency, subject, particulars: {
        "specversion": "1.0",
        "id": "tried",
        "source": f"urn:agency:{agency}",
        "type": "child.registered",
        "subject": subject,
        "time": "2026-01-01T00:00:00Z",
        "data": particulars,
    },
    st.sampled_from(AGENCIES),
    st.sampled_from(["T", "2", "nobody"]),
    _PARTICULARS,
)
_DRY_RUN = st.fixed_dictionaries({"submissions": st.lists(_TRIED, min_size=1, max_size=3), "reason": st.just(TEXT)})
_SEARCH = st.fixed_dictionaries({"criteria": CRITERIA, "limit": LIMITS, "reason": st.just("an enquiry")})
_APPLICANT = st.sampled_from([{}, *({"Applicant": name.replace(" ", "%20")} for name in CARERS)])
_ACCEPT = st.sampled_from([{}, {"Accept": "text/csv"}, {"Accept": "text/html"}])
_HTML = st.builds(lambda one, other: {**one, **other}, _APPLICANT, _ACCEPT)

REQUESTS: Mapping[str, Requests] = {
    "POST /children/search": _requests("POST /children/search", whoever_may(Action.FIND), body=_SEARCH),
    "POST /submissions/dry-run": _requests("POST /submissions/dry-run", whoever_may(Action.DUPLICATES), body=_DRY_RUN),
    "GET /children/{child}": _requests(
        "GET /children/{child}",
        st.one_of(whoever_may(Action.SHOW), whoever_may(Action.LOOKS)),
        query=_query(
            as_of=st.sampled_from(MOMENTS), effective=st.sampled_from(MOMENTS), why=st.sampled_from([None, "true"])
        ),
    ),
    "GET /new-identities/requested": _requests("GET /new-identities/requested", USERS),
    "GET /children/{child}/history": _requests("GET /children/{child}/history", whoever_may(Action.HISTORY)),
    "GET /children/{child}/looks": _requests("GET /children/{child}/looks", whoever_may(Action.LOOKS)),
    "GET /children/{child}/subject-access": _requests(
        "GET /children/{child}/subject-access",
        OTHERS,
        _query(**{"for": st.sampled_from(["child", "carer", "other"])}),
        headers=_HTML,
    ),
    "POST /children/{child}/corrections": _requests(
        "POST /children/{child}/corrections",
        OTHERS,
        body=st.just(_CORRECTION),
        child=st.sampled_from(["{tamsin}", "{dee}", "{bea}", NOBODY]),
    ),
    "POST /children/{child}/shield": _requests(
        "POST /children/{child}/shield", OTHERS, body=_WHY, child=st.just("{tamsin}")
    ),
    "POST /children/{child}/shield/lift": _requests(
        "POST /children/{child}/shield/lift", OTHERS, body=_WHY, child=st.just("{tamsin}")
    ),
    "POST /children/{child}/shield/hand-over": _requests(
        "POST /children/{child}/shield/hand-over", OTHERS, body=_TO_THE_SOUTH, child=st.just("{tamsin}")
    ),
    "POST /children/{child}/shield/review": _requests(
        "POST /children/{child}/shield/review", OTHERS, body=_WHY, child=st.just("{tamsin}")
    ),
    "POST /children/{child}/override": _requests(
        "POST /children/{child}/override",
        st.sampled_from([f"user:{name}" for name in ANYBODY if "manager" not in name and "masked" not in name]),
        body=_WHY,
    ),
    "GET /export": _requests("GET /export", whoever_may(Action.EXPORT), query=_query(after=AFTER, limit=LIMITS)),
    "GET /duplicates": _requests("GET /duplicates", whoever_may(Action.DUPLICATES), query=_query(limit=LIMITS)),
    "POST /duplicates/merge": _requests(
        "POST /duplicates/merge", OTHERS, body=_TWO.map(lambda two: {**two, "left": "{tamsin}"})
    ),
    "POST /duplicates/dismiss": _requests(
        "POST /duplicates/dismiss", OTHERS, body=_TWO.map(lambda two: {**two, "right": "{tamsin}"})
    ),
    "POST /duplicates/split": _requests(
        "POST /duplicates/split",
        OTHERS,
        body=st.sampled_from([{}, {"other": "{tamsin}"}]).map(
            lambda more: {"child": "{tamsin}", "reason": "data-quality", **more}
        ),
    ),
    "POST /duplicates/accept": _requests("POST /duplicates/accept", OTHERS, body=_RECORD_OF_HER),
    "POST /duplicates/set-aside": _requests("POST /duplicates/set-aside", OTHERS, body=_RECORD_OF_HER),
    "POST /records/remove": _requests("POST /records/remove", OTHERS, body=_RECORD),
    "POST /children/{child}/hold": _requests("POST /children/{child}/hold", OTHERS, body=_WHY, child=HER),
    "POST /children/{child}/hold/lift": _requests("POST /children/{child}/hold/lift", OTHERS, body=_WHY, child=HER),
    "POST /erasures": _requests("POST /erasures", OTHERS, body=_RECORD),
    "GET /erasures/{erasure}": _requests("GET /erasures/{erasure}", whoever_may(Action.ERASE), erasure=CHILDREN),
    "GET /retention/due": _requests(
        "GET /retention/due",
        whoever_may(Action.RETENTION),
        query=_query(
            on=st.sampled_from([*DAYS, "2040-01-01"]),
            authority=st.sampled_from(["E06999001", *AUTHORITIES]),
            after=AFTER,
            limit=LIMITS,
        ),
    ),
    "POST /retention/runs": _requests(
        "POST /retention/runs",
        whoever_may(Action.RETENTION_RUN),
        body=st.fixed_dictionaries(
            {"on": st.sampled_from([*DAYS, "2026-11-24", "2040-01-01"]), "dry_run": st.just(True)},
            optional={
                "authority": st.sampled_from(["E06999001", *AUTHORITIES]),
                "after": AFTER,
                "act": st.sampled_from(["return", "archive", "propose", "destroy"]),
            },
        ),
    ),
    "GET /reports/{name}": _requests(
        "GET /reports/{name}",
        whoever_may(Action.REPORT),
        query=_query(
            on=st.sampled_from(DAYS),
            as_of=st.sampled_from([None, *MOMENTS]),
            authority=st.sampled_from(["E06999001", *AUTHORITIES]),
            limit=LIMITS,
        ),
        headers=_ACCEPT,
        name=st.sampled_from([*REPORTS, "nothing"]),
    ),
    "GET /reports/{name}/months": _requests(
        "GET /reports/{name}/months",
        whoever_may(Action.REPORT),
        query=_query(
            **{"from": st.sampled_from(["2006-01-01", *DAYS])},
            to=st.sampled_from([None, *DAYS]),
            authority=st.sampled_from(["E06999001", *AUTHORITIES]),
        ),
        headers=_ACCEPT,
        name=st.sampled_from([*REPORTS, "nothing"]),
    ),
    "POST /replays": _requests(
        "POST /replays",
        whoever_may(Action.REPLAY),
        body=st.fixed_dictionaries({"as_of": st.sampled_from(MOMENTS), "children": st.lists(CHILDREN, max_size=3)}),
    ),
    "POST /replays/seen": _requests(
        "POST /replays/seen",
        whoever_may(Action.COULD_HAVE_SEEN),
        body=st.fixed_dictionaries(
            {"as_of": st.sampled_from(MOMENTS), "child": CHILDREN, "user": st.just("demo-practitioner")}
        ),
    ),
    "GET /policies": _requests("GET /policies"),
    "POST /policies/compare": _requests(
        "POST /policies/compare",
        st.sampled_from(["user:demo-data-manager", "user:demo-masked", "user:north-manager"]),
        body=st.fixed_dictionaries(
            {"policies": st.just(["universal", "selective", "girfec"]), "on": st.sampled_from(DAYS)}
        ),
    ),
    "GET /receipts": _requests(
        "GET /receipts",
        st.one_of(USERS, st.sampled_from([f"agency:{code}" for code in AGENCIES])),
        _query(
            outcome=st.sampled_from(["accepted", "invalid"]),
            source=st.sampled_from([f"urn:agency:{code}" for code in AGENCIES]),
            submission=st.sampled_from(["sent-11", "sent-12", "sent-13"]),
            limit=LIMITS,
        ),
    ),
    "GET /dead-letters": _requests("GET /dead-letters", whoever_may(Action.DEAD_LETTERS), query=_query(limit=LIMITS)),
    "GET /dead-letters/{letter}": _requests("GET /dead-letters/{letter}", letter=st.just("0-0")),
    "GET /access/report": _requests(
        "GET /access/report",
        whoever_may(Action.ACCESS_REPORT),
        query=_query(
            authority=st.sampled_from(["E06999001", *AUTHORITIES]),
            user=st.sampled_from(["north-officer", "north-cleared"]),
        ),
    ),
    "GET /looks": _requests(
        "GET /looks",
        whoever_may(Action.ACCESS_REPORT),
        query=_query(by=st.sampled_from(["north-officer", "north-cleared", "nobody"])),
    ),
    "GET /corrections": _requests("GET /corrections", OTHERS, _query(open=st.sampled_from(["true", "false"]))),
    "POST /corrections/{number}/answer": _requests(
        "POST /corrections/{number}/answer",
        OTHERS,
        body=st.just({"outcome": "upheld", "text": "it was wrong", "reason": TEXT}),
        number=st.just(NOBODY),
    ),
    "GET /shields/due": _requests("GET /shields/due", OTHERS, _query(on=st.sampled_from(["2026-11-24", "2030-01-01"]))),
    "GET /investigations": _requests(
        "GET /investigations",
        whoever_may(Action.INVESTIGATIONS),
        query=_query(closed=st.sampled_from(["true", "false"])),
    ),
    "POST /investigations/{id_}/close": _requests("POST /investigations/{id_}/close", body=_WHY, id_=st.just(NOBODY)),
    "GET /users": _requests("GET /users"),
    "GET /users/me": _requests("GET /users/me"),
    "GET /tlog/{log}/proof/{position}": _requests(
        "GET /tlog/{log}/proof/{position}", log=_LOG, position=st.sampled_from(["1", "40", "x"])
    ),
    "GET /tlog/{log}/checkpoint": _requests("GET /tlog/{log}/checkpoint", log=_LOG),
    "GET /tlog/{log}/tile/{tile}": _requests("GET /tlog/{log}/tile/{tile}", log=_LOG, tile=st.just("entries/000.p/9")),
    "GET /operation/messages": _requests(
        "GET /operation/messages",
        whoever_may(Action.OPERATION),
        query=_query(position=st.sampled_from([None, 3, 12]), limit=LIMITS),
    ),
    "GET /health/ready": _requests("GET /health/ready"),
    "GET /health/live": _requests("GET /health/live"),
    "GET /metrics": _requests("GET /metrics"),
}
LEFT_OUT: Mapping[str, str] = {
    "POST /submissions": "takes in and shows nothing; its receipts are compared",
    "GET /operation": "has the figures of /metrics, which are compared, and how many processes run",
    "POST /users": "grants a right and knows no child",
    "POST /users/revoke": "takes a right away and knows no child",
    "POST /children/{child}/new-identity": "is compared in test_new_identity.py, for it changes what is seen",
    "POST /children/{child}/new-identity/confirm": "as the call that asks for it",
    "GET /new-identities": "is for a custodian of identities alone",
    "GET /new-identities/{child}": "is for a custodian of identities alone",
    "POST /closed-records/open": "is for a custodian of identities alone",
    "POST /agencies/{code}/suspension": "is about an agency and knows no child",
    "POST /agencies/{code}/suspension/end": "is about an agency and knows no child",
}
"""Calls that are not compared, and why."""


def placed(twin: Twin, template: Any) -> Any:
    """A template filled with the numbers of this directory's children."""
    fill: Callable[[str], str] = lambda text: (  # noqa: E731
        text.replace("{tamsin}", twin.tamsin)
        .replace("{dee}", twin.dee)
        .replace("{ada}", twin.ada)
        .replace("{bea}", twin.bea)
    )
    if isinstance(template, str):
        return fill(template)
    if isinstance(template, Mapping):
        return {name: placed(twin, value) for name, value in template.items()}
    return template
