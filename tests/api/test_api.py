"""Looking over HTTP: what is shown, to whom, and that each look is recorded before it is answered."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from services.lab.simulate.identifiers import nhs_number
from tests.support.api_world import NHS_NUMBER, NOBODY, Headers, bearer, is_problem, looking
from tests.support.world import World, person, submission

FULL_NAME = {"given_name": "ADA", "family_name": "quaternion"}


def search(client: TestClient, headers: Headers, **criteria: Any) -> Any:
    """The answer to a search."""
    return client.post("/children/search", headers=headers, json={"criteria": criteria, "reason": "an enquiry"})


def test_an_entry_is_composed_of_all_records(client: TestClient, user: Headers, child: str) -> None:
    entry = client.get(f"/children/{child}", headers=user).json()
    assert entry["child"] == child
    assert entry["identifiers"]["nhs_number"] == [NHS_NUMBER]
    assert [each["organisation"]["name"] for each in entry["involvements"]] == ["Cragdale Surgery"]
    assert {each["subject"] for each in entry["records"]} == {"S1", "G1"}


def test_an_entry_as_of_a_time(client: TestClient, user: Headers, child: str) -> None:
    now = client.get(f"/children/{child}", headers=user).json()
    later = client.get(f"/children/{child}", headers=user, params={"as_of": now["as_of"]}).json()
    assert later["records"] == now["records"]
    assert is_problem(client.get(f"/children/{child}", headers=user, params={"as_of": "1999-01-01"}), 404)
    assert is_problem(client.get(f"/children/{child}", headers=user, params={"effective": "2008-10-22"}), 404)
    assert client.get(f"/children/{child}", headers=user, params={"effective": "2008-10-23"}).status_code == 200


@pytest.mark.parametrize("moment", ["yesterday", "2008-13-01", "2008-10-23T13:23:00", "0001-01-01T00:00:00+23:00"])
def test_a_moment_that_is_none_is_a_problem(client: TestClient, user: Headers, child: str, moment: str) -> None:
    assert is_problem(client.get(f"/children/{child}", headers=user, params={"as_of": moment}), 422)


def test_a_history_has_every_event(client: TestClient, user: Headers, child: str) -> None:
    events = client.get(f"/children/{child}/history", headers=user).json()["events"]
    assert [event["position"] for event in events] == sorted(event["position"] for event in events)
    assert {"RecordRegistered.v2", "ChildListed.v1", "RecordLinked.v1", "InvolvementStarted.v1"} == {
        event["type"] for event in events
    }
    assert {event["source"] for event in events} == {"urn:agency:la-north", "urn:agency:gp"}


@pytest.mark.parametrize("criteria", [FULL_NAME, {"nhs_number": NHS_NUMBER}, {"family_name": "Quaternion"} | FULL_NAME])
def test_a_search_finds(client: TestClient, user: Headers, child: str, criteria: dict[str, str]) -> None:
    found = search(client, user, **criteria).json()
    assert [each["child"] for each in found["results"]] == [child]
    assert found["results"][0]["grade"] == "certain"
    assert found["too_many"] is False


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"family_name": "Smith"},
        {"given_name": "Ada"},
        {"postcode": "ZX1 1AA"},
        {"gender": "female", "date_of_birth": "2001-02-03"},
        {"given_name": "Baby", "family_name": "Smith"},
        {"nhs_number": "0000000000"},
    ],
)
def test_too_few_criteria_say_what_to_add(client: TestClient, user: Headers, criteria: dict[str, str]) -> None:
    answer = search(client, user, **criteria)
    assert is_problem(answer, 422)
    assert "NHS number" in answer.json()["detail"]
    assert "Smith" not in answer.text


def test_too_many_children_are_marked_as_such(world: World, client: TestClient, user: Headers) -> None:
    born = [str(date(1979, 5, 6) + timedelta(173 * n)) for n in range(60)]
    twofold = [
        person(f"T{n}", family_name="Twofold", date_of_birth=day, nhs_number=nhs_number(n + 1, 5))
        for n, day in enumerate(born)
    ]
    world.submit(*twofold)
    asked = {"criteria": {"given_name": "Ada", "family_name": "Twofold"}, "reason": "an enquiry"}
    found = client.post("/children/search", headers=user, json=asked).json()
    assert (len(found["results"]), found["too_many"]) == (50, True)
    first = client.post("/children/search", headers=user, json=asked | {"limit": 3}).json()
    assert first == {"results": found["results"][:3], "too_many": True}
    assert world.looks()[-1]["children"] == [each["child"] for each in first["results"]]
    assert is_problem(client.post("/children/search", headers=user, json=asked | {"limit": 51}), 422)
    narrowed = search(client, user, given_name="Ada", family_name="Twofold", date_of_birth=born[30]).json()
    assert [(each["grade"], each["date_of_birth"]) for each in narrowed["results"][:1]] == [("certain", born[30])]


def test_a_search_finds_what_is_close_and_what_was_once_reported(
    world: World, client: TestClient, user: Headers
) -> None:
    home = {"lines": ["1 Fell Road"], "postcode": "ZX8 8ZZ"}
    born = "2003-04-05"
    world.submit(person("P1", given_name="William", family_name="Pastname", date_of_birth=born, address=home))
    child = search(client, user, family_name="Pastname", date_of_birth=born).json()["results"][0]["child"]
    now = {"given_name": "William", "family_name": "Newname", "date_of_birth": born, "gender": "male"}
    assert world.submit(submission("child.amended", "P1", now)) == ["accepted"]
    for criteria, grade in [
        ({"given_name": "William", "family_name": "Pastname"}, "certain"),
        ({"given_name": "William", "postcode": "ZX8 8ZZ"}, "certain"),
        ({"given_name": "Bill", "family_name": "Newname"}, "probable"),
        ({"given_name": "Newname", "family_name": "William"}, "probable"),
        ({"family_name": "Newname", "date_of_birth": "2003-05-04"}, "probable"),
        ({"given_name": "William", "family_name": "Newname", "date_of_birth": "1999-12-31"}, "possible"),
    ]:
        (found,) = search(client, user, **criteria).json()["results"]
        assert (found["child"], found["grade"]) == (child, grade)
        assert found["name"] == {"given_name": "William", "family_name": "Newname"}


def test_an_export_comes_in_pages(world: World, client: TestClient, user: Headers) -> None:
    children, path = [], "/export?limit=7"
    while path:
        page = client.get(path, headers=user)
        children += [line for line in page.text.splitlines() if line]
        path = page.links["next"]["url"] if "next" in page.links else ""
    assert len(children) == len(world.children())
    shown = [look["children"] for look in world.looks() if look["action"] == "export"]
    assert sorted(child for each in shown for child in each) == world.children()


@pytest.mark.parametrize("path", ["", "/history"])
def test_what_is_absent_is_answered_like_what_is_malformed(client: TestClient, user: Headers, path: str) -> None:
    bodies = set()
    for child in (NOBODY, "no-uuid", "%00%ff", "0" * 5000, NOBODY.replace("-", "")):
        answer = client.get(f"/children/{child}{path}", headers=user)
        assert is_problem(answer, 404)
        bodies.add(answer.text)
    bodies.add(client.get("/no/such/path", headers=user).text)
    assert len(bodies) == 1


def test_a_look_is_recorded_with_exactly_what_was_shown(
    world: World, client: TestClient, user: Headers, child: str
) -> None:
    before = len(world.looks())
    client.get(f"/children/{child}", headers=user | {"Access-Reason": quote("Où est-elle? 100% sûr")})
    client.get(f"/children/{NOBODY}", headers=user)
    client.get(f"/children/{child}/history", headers=user)
    search(client, user, nhs_number=NHS_NUMBER)
    search(client, user, given_name="Nobody", family_name="Anywhere")
    looks = world.looks()[before:]
    assert [(look["action"], look["children"], look["count"]) for look in looks] == [
        ("show", [child], 1),
        ("show", [], 0),
        ("history", [child], 1),
        ("find", [child], 1),
        ("find", [], 0),
    ]
    assert {look["user"] for look in looks} == {"demo-data-manager"}
    assert looks[0]["reason"] == "Où est-elle? 100% sûr"
    assert looks[3]["asked"] == {"nhs_number": NHS_NUMBER}
    versions: dict[object, list[int]] = {}
    for look in world.looks():
        versions.setdefault(look["originator_id"], []).append(look["originator_version"])
    assert all(of_day == list(range(1, len(of_day) + 1)) for of_day in versions.values())


def test_receipts_for_a_user_are_all_and_recorded(world: World, client: TestClient, user: Headers) -> None:
    everything = client.get("/receipts", headers=user).json()
    assert {receipt["source"] for receipt in everything} == {"urn:agency:la-north", "urn:agency:gp"}
    look = world.looks()[-1]
    assert (look["action"], look["count"], look["children"]) == ("receipts", len(everything), [])


def test_receipts_for_an_agency_are_its_own_and_need_no_reason(world: World, client: TestClient) -> None:
    agency, before = bearer(world, "agency:gp"), len(world.looks())
    own = client.get("/receipts", headers=agency).json()
    assert {receipt["source"] for receipt in own} == {"urn:agency:gp"}
    assert {receipt["position"] for receipt in own} == {None}
    assert client.get("/receipts", headers=agency, params={"submission": own[0]["submission"]}).json() == own[:1]
    assert is_problem(client.get("/receipts", headers=agency, params={"source": "urn:agency:la-north"}), 403)
    assert len(world.looks()) == before


def test_receipts_are_asked_for_by_an_agency_of_the_register(client: TestClient, user: Headers) -> None:
    by_code, by_urn = (
        client.get("/receipts", headers=user, params={"source": each}) for each in ("gp", "urn:agency:gp")
    )
    assert {receipt["source"] for receipt in by_code.json()} == {"urn:agency:gp"}
    assert by_code.json() == by_urn.json()
    mistyped = client.get("/receipts", headers=user, params={"source": "la-nort"})
    assert is_problem(mistyped, 422)
    assert "did you mean urn:agency:la-north?" in mistyped.json()["detail"]


def test_receipts_come_in_pages(client: TestClient, user: Headers) -> None:
    everything = client.get("/receipts", headers=user).json()
    page = client.get("/receipts", headers=user, params={"limit": 2})
    following = client.get(page.links["next"]["url"], headers=user).json()
    assert page.json() + following == everything[:4]


@pytest.mark.parametrize(
    "parameters",
    [{"outcome": "fine"}, {"limit": "many"}, {"limit": 0}, {"after": "x"}, {"submission": "\0"}, {"source": "a" * 300}],
)
def test_wrong_parameters_are_a_problem_that_repeats_no_value(
    client: TestClient, user: Headers, parameters: dict[str, Any]
) -> None:
    answer = client.get("/receipts", headers=user, params=parameters)
    assert is_problem(answer, 422)
    assert answer.json()["errors"][0]["field"].startswith("query.")
    assert "fine" not in answer.text
    assert "many" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"criteria":{"shoe_size":"secret-value"},"reason":"because"}',
        b'{"criteria":{"gender":"secret-value"},"reason":"because"}',
        b'{"criteria":{"date_of_birth":"secret-value"},"reason":"because"}',
        b'{"criteria":{"family_name":"secret-value\\u0000","given_name":"x"},"reason":"because"}',
        b'{"criteria":{"family_name":"\\ud800","given_name":"x"},"reason":"because"}',
        b'{"criteria":{"nhs_number":"9990000018"},"reason":" x "}',
        b'{"criteria":{"nhs_number":"9990000018"},"reason":"because \\ud800"}',
        b'{"criteria":{"nhs_number":"9990000018"}}',
        b"[" * 20_000,
    ],
)
def test_a_search_that_is_none_is_a_problem_that_repeats_no_value(
    client: TestClient, user: Headers, body: bytes
) -> None:
    answer = client.post("/children/search", headers=user | {"Content-Type": "application/json"}, content=body)
    assert is_problem(answer, answer.status_code)
    assert answer.status_code in (400, 422)
    assert answer.status_code == 422 or "send JSON" in answer.json()["detail"]
    assert "secret" not in answer.text
    assert "shoe" not in answer.text


@pytest.mark.parametrize("reason", [None, "", "no", "  x  ", "y" * 501, quote("a\0b"), "%ff%fe"])
def test_without_a_reason_nothing_is_shown(
    world: World, client: TestClient, user: Headers, child: str, reason: str | None
) -> None:
    before = len(world.looks())
    headers = {name: value for name, value in user.items() if name != "Access-Reason"}
    answer = client.get(f"/children/{child}", headers=headers | ({} if reason is None else {"Access-Reason": reason}))
    assert is_problem(answer, 422)
    assert "Access-Reason" in answer.json()["detail"]
    assert len(world.looks()) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/children/{NOBODY}"),
        ("GET", f"/children/{NOBODY}/history"),
        ("GET", "/children/%00%ff"),
        ("POST", "/children/search"),
        ("GET", "/export"),
        ("GET", "/receipts"),
        ("GET", "/dead-letters"),
        ("POST", "/submissions"),
        ("DELETE", "/submissions"),
        ("GET", "/no/such/path"),
    ],
)
@pytest.mark.parametrize("token", [None, "Bearer ", "Bearer x.y.z", "Basic dXNlcjpwYXNz"])
def test_nobody_gets_in_without_a_token(client: TestClient, method: str, path: str, token: str | None) -> None:
    answer = client.request(method, path, headers={"Authorization": token} if token else {})
    assert is_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_without_the_right_is_refused(world: World, client: TestClient, child: str) -> None:
    for subject in ("agency:gp", "user:nobody-registered"):
        assert is_problem(client.get(f"/children/{child}", headers=looking(world, subject)), 403)
    kinds = {"Content-Type": "application/x-ndjson"}
    for subject in ("user:demo-practitioner", "agency:nobody-registered"):
        assert is_problem(client.post("/submissions", headers=bearer(world, subject) | kinds, content=b"{}"), 403)
    assert is_problem(client.get("/receipts", headers=bearer(world, "agency:nobody-registered")), 403)


def test_another_method_is_a_problem(client: TestClient, user: Headers) -> None:
    answer = client.delete("/submissions", headers=user)
    assert is_problem(answer, 405)
    assert "POST" in answer.headers["allow"]


def test_a_question_that_is_too_large_is_refused(client: TestClient, user: Headers) -> None:
    body = b'{"criteria":{},"reason":"' + b"x" * 100_000 + b'"}'
    assert is_problem(client.post("/children/search", headers=user, content=body), 413)
    assert is_problem(client.post("/children/search", headers=user, content=iter([body])), 413)


def test_the_public_pages_need_no_token_and_hold_nothing_personal(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    metrics = client.get("/metrics").text
    assert "/children/{child}" in metrics
    assert "Quaternion" not in metrics
    assert "contactpoint_views_lag_seconds " in metrics
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/submissions", "/receipts", "/children/search", "/children/{child}", "/children/{child}/history"} <= set(
        document["paths"]
    )


def test_figures_that_count_events_are_for_data_managers_and_auditors(
    world: World, client: TestClient, user: Headers
) -> None:
    of_events = ('contactpoint_position{part="register"}', 'contactpoint_lag{part="projector"}', '{part="relay"}')
    assert all(figure in client.get("/metrics", headers=user).text for figure in of_events)
    assert not any(figure in client.get("/metrics").text for figure in of_events)
    assert is_problem(client.get("/metrics", headers=bearer(world, "agency:gp")), 403)
    assert is_problem(client.get("/metrics", headers={"Authorization": "Bearer nothing"}), 401)


def test_durations_are_counted_by_kind_and_none_of_a_single_answer_is_told(client: TestClient, user: Headers) -> None:
    def looks(line: str) -> float:
        told = client.get("/metrics").text.splitlines()
        return float(next(each for each in told if each.startswith(line)).rpartition(" ")[2])

    within_ten = 'contactpoint_answer_seconds_bucket{kind="search",le="10.0"}'
    before = looks(within_ten)
    search = {"criteria": {"given_name": "Ada", "family_name": "Nobody"}, "reason": "a test asks"}
    assert client.post("/children/search", headers=user, json=search).status_code == 200
    assert looks(within_ten) == before + 1
    refused = client.post("/children/search", headers=user, json={"criteria": {}, "reason": "a test asks"})
    assert refused.status_code == 422
    assert looks(within_ten) == before + 1
    metrics = client.get("/metrics").text
    assert {'kind="look"', 'kind="report"', 'kind="batch"'} <= set(re.findall(r'kind="\w+"', metrics))
    assert not re.search("answer_seconds_(sum|created)", metrics)


def test_the_docs_page_takes_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("/docs", "/docs/page.js", "/docs/page.css"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "//" not in answer.text.replace("</", "")


def test_answers_are_kept_by_nobody(client: TestClient, user: Headers, child: str) -> None:
    headers = client.get(f"/children/{child}", headers=user).headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_a_removed_record_is_answered_like_one_that_never_was(world: World, client: TestClient, user: Headers) -> None:
    world.submit(person("R1", given_name="Removed", family_name="Entirely"))
    criteria = {"given_name": "Removed", "family_name": "Entirely"}
    assert search(client, user, **criteria).json()["results"]
    world.submit(submission("record.removed", "R1", {"reason": "registered-in-error", "on": "2010-01-01"}))
    answers = [search(client, user, **asked) for asked in (criteria, criteria | {"family_name": "Nowhere"})]
    assert answers[0].content == answers[1].content
    assert answers[0].json() == {"results": [], "too_many": False}
