"""Reports over HTTP: who is listed, what makes a list doubtful, what is recorded, and what is refused."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency, AgencyKind
from domain.authorization import Entitlement, Role
from services.api.routes import reports as routes
from services.queries.reports import BY_MONTH, month_ends
from streams.access import grants
from streams.access.grants import FAR
from tests.support.api_world import Headers, is_problem, looking
from tests.support.world import World, person, submission

ON = "2008-10-23"
NORTH, EAST = "E06999001", "E06999002"


def home(authority: str, **particulars: Any) -> dict[str, Any]:
    return {"address": {"lines": ["1 Weir Street"], "postcode": "ZX1 1ZX", "authority": authority}, **particulars}


def works(subject: str, service: str, agency: str = "la-north", **details: Any) -> dict[str, Any]:
    data = {"involvement": f"{subject}-{service}", "service": service, "started_on": "2008-01-07", **details}
    data.setdefault("organisation", {"name": f"The {service}", "code": service})
    return submission("involvement.started", subject, data, agency)


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """Ada has no school, Bea has one, Cora lives elsewhere; the name of Dora is a formula, and an enquiry is open."""
    empty_world.enrol(Agency("la-east", "East Council", AgencyKind.LOCAL_AUTHORITY, EAST))
    flag = {"flag": "missing-education-enquiry", "raised_on": "2008-06-01", "contact": {"name": "The duty officer"}}
    outcomes = empty_world.submit(
        person("Ada", given_name="Ada", family_name="Ashby", **home(NORTH)),
        person("Bea", given_name="Bea", family_name="Beck", **home(NORTH, date_of_birth="2000-05-06")),
        works("Bea", "education"),
        person("Cora", given_name="Cora", family_name="Clough", **home(EAST, date_of_birth="1999-08-07")),
        person("Dora", given_name="=Dora()", family_name="Dene", **home(NORTH, date_of_birth="1998-09-08")),
        submission("flag.raised", "Dora", flag),
    )
    assert outcomes == ["accepted"] * 6
    return empty_world


def names(found: dict[str, Any], part: str = "children") -> set[str]:
    return {child["name"]["given_name"] for child in found[part]}


def test_missing_education_lists_who_has_no_place_and_counts_the_others_beside(
    client: TestClient, user: Headers
) -> None:
    found = client.get("/reports/missing-education", params={"on": ON}, headers=user).json()
    assert names(found) == {"Ada", "Cora", "=Dora()"}
    assert found["education"] == {"not-reported": 3, "placed": 1}
    assert found["follow_up"] == {"none": 2, "open": 1, "ended": 0}
    assert (found["count"], found["withheld"], found["more"], found["warnings"]) == (3, 0, False, [])
    ada = next(child for child in found["children"] if child["name"]["given_name"] == "Ada")
    assert ada == {
        "child": ada["child"],
        "name": {"given_name": "Ada", "family_name": "Ashby"},
        "date_of_birth": "2001-02-03",
        "authority": NORTH,
        "since": "2008-10-23",
        "known_to": ["urn:agency:la-north"],
        "status": "not-reported",
        "follow_up": None,
    }


def test_an_authority_sees_its_own(client: TestClient, user: Headers) -> None:
    found = client.get("/reports/missing-education", params={"on": ON, "authority": EAST}, headers=user).json()
    assert names(found) == {"Cora"}
    assert found["education"] == {"not-reported": 1}


def test_an_authority_is_named_by_the_register_too(client: TestClient, user: Headers) -> None:
    found = client.get("/reports/missing-education", params={"on": ON, "authority": " east  COUNCIL"}, headers=user)
    assert names(found.json()) == {"Cora"}
    assert found.json()["authority"] == EAST


@pytest.mark.parametrize("authority", ["E0699902", "Esst Council"])
def test_a_mistyped_authority_is_no_empty_list(client: TestClient, user: Headers, authority: str) -> None:
    answer = client.get("/reports/missing-education", params={"on": ON, "authority": authority}, headers=user)
    assert is_problem(answer, 422)
    assert "did you mean" in answer.json()["detail"]
    assert authority not in answer.json()["detail"]


def test_by_default_an_authority_is_the_users_own(world: World, client: TestClient) -> None:
    manager = Entitlement("east-manager", Role.DATA_MANAGER, "East Council", EAST, False, FAR, FAR, FAR)
    grants.add_users(world.database_url, world.key, [manager])
    own = looking(world, "user:east-manager")
    assert names(client.get("/reports/missing-education", params={"on": ON}, headers=own).json()) == {"Cora"}


def test_a_flag_without_a_way_to_reach_its_contact(client: TestClient, user: Headers) -> None:
    found = client.get("/reports/flags-without-contact", params={"on": ON}, headers=user).json()
    assert [child["flags"] for child in found["children"]] == [["missing-education-enquiry"]]


def test_each_child_shown_is_in_the_access_log(world: World, client: TestClient, user: Headers) -> None:
    found = client.get("/reports/no-gp", params={"on": ON, "authority": NORTH}, headers=user).json()
    look = world.looks()[-1]
    assert look["action"] == "report"
    assert look["asked"] == {"report": "no-gp", "on": ON, "authority": NORTH}
    assert look["children"] == [child["child"] for child in found["children"]] != []


@pytest.mark.parametrize("report", ["no-gp", "missing-education"])
def test_pages_are_the_whole_list(client: TestClient, user: Headers, report: str) -> None:
    whole = client.get(f"/reports/{report}", params={"on": ON}, headers=user).json()
    path, children = f"/reports/{report}?on={ON}&limit=2", []
    for _ in range(2):
        page = client.get(path, headers=user)
        children += page.json()["children"]
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert children == whole["children"]
    assert (path, page.json()["more"]) == ("", False)


def test_a_page_is_short_unless_nothing_would_say_that_there_is_more(
    client: TestClient, user: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LISTED", 2)
    short = client.get("/reports/no-gp", params={"on": ON}, headers=user)
    assert (len(short.json()["children"]), short.json()["more"]) == (2, True)
    rest = client.get(short.headers["Link"].partition("<")[2].partition(">")[0], headers=user)
    assert len(rest.json()["children"]) == 2
    table = client.get("/reports/no-gp", params={"on": ON}, headers=user | {"Accept": "text/csv"})
    assert len(table.text.splitlines()) == 1 + 4
    assert "Link" not in table.headers


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(client: TestClient, user: Headers) -> None:
    answer = client.get("/reports/missing-education", params={"on": ON}, headers=user | {"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["given_name"] for row in rows} == {"Ada", "Cora", "'=Dora()"}
    assert all(not value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_a_day_before_the_first_event_is_answered_with_a_warning(client: TestClient, user: Headers) -> None:
    found = client.get("/reports/no-gp", params={"on": "1999-01-01"}, headers=user).json()
    assert found["children"] == []
    (warning,) = found["warnings"]
    assert (warning["code"], warning["first"]) == ("before-the-first-event", ON)


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/reports/no-gp?on=yesterday", 422, "2008-10-23"),
        ("/reports/no-gp?authority=Northmoor", 422, "ONS code"),
        ("/reports/no-gp?limit=0", 422, "limit"),
        ("/reports/everybody", 404, "nothing here"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused_with_a_reason(
    client: TestClient, user: Headers, path: str, status: int, problem: str
) -> None:
    answer = client.get(path, headers=user)
    assert is_problem(answer, status)
    assert problem in answer.json()["detail"]


def test_nobody_gets_a_report_without_a_reason(client: TestClient, user: Headers) -> None:
    del user["Access-Reason"]
    assert is_problem(client.get("/reports/no-gp", headers=user), 422)


def test_who_may_be_one_with_a_child_that_lacks_nothing_is_kept_apart(
    world: World, client: TestClient, user: Headers
) -> None:
    ada, bea = world.child_named("ada"), world.child_named("bea")
    world.suspect(ada, bea, 0.8)
    found = client.get("/reports/missing-education", params={"on": ON}, headers=user).json()
    assert names(found) == {"Cora", "=Dora()"}
    assert [(each["child"], each["may_be"]) for each in found["undecided"]] == [(ada, [bea])]
    assert ada in world.looks()[-1]["children"]
    queue = client.get("/reports/possible-duplicates", params={"on": ON, "authority": NORTH}, headers=user).json()
    assert {each["child"]: each["with"] for each in queue["children"]} == {
        ada: [{"child": bea, "score": 0.8}],
        bea: [{"child": ada, "score": 0.8}],
    }
    earlier = client.get("/reports/possible-duplicates", params={"on": "2008-10-22"}, headers=user).json()
    assert earlier["count"] == 0


def test_a_silent_feed_is_named_and_who_came_onto_the_list_since_is_withheld(
    world: World, client: TestClient, user: Headers
) -> None:
    gp = person("G1", "gp", given_name="Eve", family_name="Elm", date_of_birth="2002-01-01", **home(NORTH))
    late = person("Fay", given_name="Fay", family_name="Fold", date_of_birth="2008-11-02", **home(NORTH))
    assert world.submit(gp, {**late, "time": "2008-12-20T09:00:00Z"}) == ["accepted"] * 2
    found = client.get("/reports/no-gp", params={"on": "2009-02-01"}, headers=user).json()
    assert "Fay" not in names(found)
    assert "Eve" in names(found)
    assert found["withheld"] == 1
    (warning,) = found["warnings"]
    assert (warning["code"], warning["source"], warning["last"]) == ("feed-quiet", "urn:agency:gp", ON)
    before = client.get("/reports/no-gp", params={"on": "2008-12-20"}, headers=user).json()
    assert "Fay" not in names(before)
    assert before["warnings"]
    rows = client.get("/reports/no-gp", params={"on": "2009-02-01"}, headers=user | {"Accept": "text/csv"}).text
    assert ',warning,,"urn:agency:gp has told of no day after 2008-10-23' in rows


def months(client: TestClient, user: Headers, report: str, **query: str) -> dict[str, Any]:
    answer = client.get(f"/reports/{report}/months", params={"from": "2008-09-01", **query}, headers=user)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("report", BY_MONTH)
@pytest.mark.parametrize("place", [{}, {"authority": NORTH}, {"authority": EAST}])
def test_a_month_counts_whom_the_report_of_its_end_lists(
    client: TestClient, user: Headers, report: str, place: dict[str, str]
) -> None:
    found = months(client, user, report, to="2009-03-15", **place)
    assert [each["on"] for each in found["months"]][::6] == ["2008-09-30", "2009-03-15"]
    before: set[str] | None = None
    for number, month in enumerate(found["months"]):
        page = client.get(f"/reports/{report}", params={"on": month["on"], **place}, headers=user).json()
        listed = {each["child"] for each in (*page["children"], *page["undecided"])}
        assert (month["listed"], month["withheld"]) == (len(listed), page["withheld"])
        changes = month["joined"], month["left"]
        if number == 0:
            assert changes == (None, None)
        elif before is not None and not page["withheld"]:
            assert changes == (len(listed - before), len(before - listed))
        before = None if page["withheld"] else listed


def test_a_month_after_a_feed_fell_silent_says_so(client: TestClient, user: Headers) -> None:
    found = months(client, user, "no-gp", to="2009-02-01", authority=NORTH)
    assert found["months"][-1]["withheld"] == 1
    assert [(each["code"], each.get("source")) for each in found["warnings"]] == [
        ("before-the-first-event", None),
        ("feed-quiet", "urn:agency:gp"),
    ]


def test_who_is_counted_is_in_the_access_log_as_a_look_at_nobody(
    world: World, client: TestClient, user: Headers
) -> None:
    months(client, user, "no-gp", to="2008-12-01", authority=NORTH)
    look = world.looks()[-1]
    assert look["action"] == "report"
    assert look["asked"] == {"report": "no-gp", "from": "2008-09-30", "to": "2008-12-01", "authority": NORTH}
    assert look["children"] == []


def test_one_is_counted_at_a_time(client: TestClient, user: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
    path, count = "/reports/no-gp/months?from=2008-09-01&to=2008-12-01", routes.report_months
    meanwhile = []

    def slow(*given: Any) -> dict[str, Any]:
        meanwhile.append(client.get(path, headers=user))
        return count(*given)

    monkeypatch.setattr(routes, "report_months", slow)
    assert client.get(path, headers=user).status_code == 200
    (refused,) = meanwhile
    assert is_problem(refused, 429)
    assert refused.headers["Retry-After"] == "10"


def test_months_as_csv_have_a_row_each(client: TestClient, user: Headers) -> None:
    answer = client.get(
        "/reports/missing-education/months",
        params={"from": "2008-10-01", "to": "2008-12-31"},
        headers=user | {"Accept": "text/csv"},
    )
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["on"] for row in rows] == ["2008-10-31", "2008-11-30", "2008-12-31"]
    assert answer.headers["content-disposition"] == 'attachment; filename="missing-education-by-month-2008-12-31.csv"'


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("no-gp/months", 422, "from"),
        ("no-gp/months?from=soon", 422, "from: give a date"),
        ("no-gp/months?from=2008-01-01&to=later", 422, "to: give a date"),
        ("no-gp/months?from=2009-01-01&to=2008-12-31", 422, "ask for part of that"),
        ("no-gp/months?from=2000-01-01&to=2005-01-01", 422, "60 months"),
        ("no-gp/months?from=2008-01-01&authority=E0699902", 422, "did you mean"),
        ("possible-duplicates/months?from=2008-01-01", 422, "has no months"),
        ("everybody/months?from=2008-01-01", 404, "nothing here"),
    ],
)
def test_months_that_cannot_be_counted_are_refused_with_a_reason(
    client: TestClient, user: Headers, path: str, status: int, problem: str
) -> None:
    answer = client.get(f"/reports/{path}", headers=user)
    assert is_problem(answer, status)
    assert problem in answer.json()["detail"]


def test_months_end_on_their_last_day_and_the_last_one_on_the_day_named() -> None:
    ends = month_ends(date(2007, 12, 9), date(2008, 3, 5))
    assert ends == [date(2007, 12, 31), date(2008, 1, 31), date(2008, 2, 29), date(2008, 3, 5)]
    assert month_ends(date(2008, 3, 5), date(2008, 3, 5)) == [date(2008, 3, 5)]
    assert month_ends(date(2008, 3, 6), date(2008, 3, 5)) == []
