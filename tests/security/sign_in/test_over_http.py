"""Over HTTP a token says who calls and nothing else: no claim, header, body or query raises what a caller may do."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.access_control.callers import Authentication
from services.api.server import open_app
from services.auth.certificates import put_agency
from services.auth.tokens import Caller, Principal
from services.auth.trust import verifier_for
from services.configuration.sign_in import SignIn
from tests.security.sign_in.issuer import Issuer, an_issuer, claims_of, signed
from tests.support.api_world import NHS_NUMBER, REASON, Headers
from tests.support.world import World

PRACTITIONER, SINGLE = "demo-practitioner", "application/cloudevents+json"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with an_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def client(world: World, issuer: Issuer) -> Iterator[TestClient]:
    settings = dataclasses.replace(world.settings, sign_in=SignIn(issuer.url))
    with TestClient(open_app(settings)) as made:
        yield made


def with_token(issuer: Issuer, **claims: Any) -> Headers:
    """The headers of somebody who looks with a token of the issuer."""
    return {"Authorization": f"Bearer {signed(claims_of(issuer.url, **claims))}"} | REASON


def user(issuer: Issuer, **claims: Any) -> Headers:
    return with_token(issuer, preferred_username=PRACTITIONER, **claims)


def test_a_user_of_the_issuer_looks_and_an_agency_submits(client: TestClient, world: World, issuer: Issuer) -> None:
    child = world.child_with(NHS_NUMBER)
    assert client.get(f"/children/{child}", headers=user(issuer)).status_code == 200
    agency = with_token(issuer, agency="gp", preferred_username=None, amr=None)
    assert client.get("/receipts", headers=agency).status_code == 200
    assert world.looks()[-1]["user"] == PRACTITIONER


def test_without_a_second_factor_a_user_does_not_get_in(client: TestClient, world: World, issuer: Issuer) -> None:
    child = world.child_with(NHS_NUMBER)
    looks = len(world.looks())
    answer = client.get(f"/children/{child}", headers=user(issuer, amr=["pwd"]))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert len(world.looks()) == looks


def test_the_local_issuers_tokens_are_nothing_here(client: TestClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.token()}"} | REASON
    assert client.get(f"/children/{world.child_with(NHS_NUMBER)}", headers=headers).status_code == 401


RAISED = {
    "role": "data-manager",
    "roles": ["data-manager", "admin"],
    "groups": ["contactpoint-admins"],
    "scope": "admin read write",
    "realm_access": {"roles": ["admin"]},
    "kind": "user",
    "sub": "user:demo-data-manager",
    "name": "demo-data-manager",
}


def test_claims_of_roles_change_nothing(client: TestClient, world: World, issuer: Issuer) -> None:
    child = world.child_with(NHS_NUMBER)
    stranger = with_token(issuer, preferred_username="stranger", **RAISED)
    plain = with_token(issuer, preferred_username="stranger")
    for path in (f"/children/{child}", "/receipts", "/dead-letters", "/duplicates"):
        answers = [client.get(path, headers=headers) for headers in (plain, stranger)]
        assert [answer.status_code for answer in answers] == [403, 403], path
        assert answers[0].json() == answers[1].json()
    agency = with_token(issuer, agency="gp", amr=["mfa"], **RAISED)
    assert client.get(f"/children/{child}", headers=agency).status_code == 403


_HEADERS = """
X-Role X-Roles Role X-User X-Forwarded-User Remote-User X-Agency X-SSL-Client-SAN X-Client-Cert Forwarded
X-Forwarded-Client-Cert X-Original-Authorization Cookie
"""


@pytest.mark.parametrize("name", _HEADERS.split())
def test_headers_of_roles_change_nothing(client: TestClient, world: World, issuer: Issuer, name: str) -> None:
    child = world.child_with(NHS_NUMBER)
    for value in ("data-manager", "urn:agency:gp", f"Bearer {signed(claims_of(issuer.url))}", "user:demo-data-manager"):
        raised = {name: value} | REASON
        assert client.get(f"/children/{child}", headers=raised).status_code == 401
        stranger = with_token(issuer, preferred_username="stranger") | raised
        assert client.get(f"/children/{child}", headers=stranger).status_code == 403
        submitted = client.post("/submissions", headers=user(issuer) | raised | {"Content-Type": SINGLE}, content=b"{}")
        assert submitted.status_code == 403


@pytest.mark.parametrize("name", ["role", "roles", "user", "agency", "as", "access_token", "token", "sub"])
def test_a_query_or_a_body_of_roles_changes_nothing(
    client: TestClient, world: World, issuer: Issuer, name: str
) -> None:
    child, token = world.child_with(NHS_NUMBER), signed(claims_of(issuer.url, preferred_username=PRACTITIONER))
    for value in ("data-manager", "user:demo-data-manager", token):
        assert client.get(f"/children/{child}", params={name: value}, headers=REASON).status_code == 401
        stranger = with_token(issuer, preferred_username="stranger")
        assert client.get(f"/children/{child}", params={name: value}, headers=stranger).status_code == 403
        body = {"criteria": {"nhs_number": NHS_NUMBER}, "reason": "an enquiry", name: value}
        assert client.post("/children/search", json=body).status_code == 401
        assert client.post("/children/search", json=body, headers=stranger).status_code in (403, 422)
        assert client.post("/children/search", json=body, headers=user(issuer)).status_code == 422


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Bearer,", "DPoP", ""])
def test_another_scheme_is_refused(client: TestClient, issuer: Issuer, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {signed(claims_of(issuer.url))}"}
    assert client.get("/receipts", headers=headers).status_code == 401


def test_two_tokens_are_refused(client: TestClient, issuer: Issuer) -> None:
    twice = [("Authorization", user(issuer)["Authorization"]), ("Authorization", user(issuer)["Authorization"])]
    assert client.get("/receipts", headers=twice).status_code == 401


def test_no_answer_repeats_a_token(client: TestClient, issuer: Issuer) -> None:
    for headers in (user(issuer, amr=None), user(issuer, aud="urn:elsewhere"), with_token(issuer)):
        token = headers["Authorization"].rpartition(" ")[2]
        answer = client.get("/receipts", headers=headers)
        assert answer.status_code in (401, 403)
        assert not any(part in answer.text + json.dumps(dict(answer.headers)) for part in token.split("."))


class Called:
    """An app that remembers who called."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.principal = scope["state"]["principal"]
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class OnTls:
    """Puts every request on a connection with an agency's certificate."""

    def __init__(self, app: Any, agency: Principal) -> None:
        self.app, self.agency = app, agency

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            put_agency(scope, self.agency)
        await self.app(scope, receive, send)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (None, "agency:gp"),
        ({"agency": "gp"}, "agency:gp"),
        ({"agency": "la-north"}, None),
        ({"preferred_username": PRACTITIONER}, f"user:{PRACTITIONER}"),
        ({"aud": "urn:elsewhere"}, None),
    ],
)
def test_a_certificate_and_a_token_may_not_name_two_agencies(
    world: World, claims: dict[str, Any] | None, expected: str | None
) -> None:
    with an_issuer() as issuer:
        verifier = verifier_for(dataclasses.replace(world.settings, sign_in=SignIn(issuer.url)))
        called = Called()
        app = OnTls(Authentication(called, verifier), Principal(Caller.AGENCY, "gp", float("inf")))
        headers = {} if claims is None else with_token(issuer, **claims)
        answer = TestClient(app).get("/receipts", headers=headers)
    assert answer.status_code == (401 if expected is None else 204)
    assert expected is None or called.principal.subject == expected


def test_an_expired_certificate_is_refused_on_an_open_connection(world: World) -> None:
    app = OnTls(Authentication(Called(), verifier_for(world.settings)), Principal(Caller.AGENCY, "gp", 1.0))
    assert TestClient(app).get("/receipts").status_code == 401
