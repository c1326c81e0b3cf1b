"""The steps of `the_case.feature`.

The policy is the API's alone; that the whole street serves it is shown by two scenarios, on stacks of their own.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from services.inclusion_policy.process import compare
from services.inclusion_policy.running import Job
from services.inclusion_policy.shipped import text_named
from services.lab.simulate.agencies import ASSESSMENT, CENSUS, COUNCILS, Agency
from services.lab.simulate.memo import BORN, FAMILY_NAME, GIVEN_NAME, case, write_memo
from streams.kafka.settings import KafkaSettings
from tests.conftest import empty_database
from tests.pipeline.memo.directories import Directory, OnStack, in_world
from tests.support.stack import running_stack

scenarios("the_case.feature")

COUNCIL, ASSESSORS = COUNCILS[1], ASSESSMENT[1]
HER = {"given_name": GIVEN_NAME, "family_name": FAMILY_NAME, "date_of_birth": BORN, "gender": "female"}
ADDRESS = case()[-1].particulars["address"]
"""Where she lives now."""


@dataclass
class Scenario:
    """A directory, and what the latest questions about her gave."""

    directory: Directory
    found: list[dict[str, Any]] = field(default_factory=list)
    listed: dict[str, Any] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=count)
    known: set[str] = field(default_factory=set)

    def look(self) -> list[dict[str, Any]]:
        """Who is found by her name and date of birth."""
        criteria = ["--given-name", GIVEN_NAME, "--family-name", FAMILY_NAME, "--date-of-birth", BORN]
        answer = self.directory.run("find", *criteria)
        found: list[dict[str, Any]] = json.loads(answer.stdout)["results"]
        assert answer.returncode == (0 if found else 1)
        return found

    def ask(self, *words: object) -> Any:
        """The document that a verb prints which has to succeed."""
        answer = self.directory.run(*words)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def report(self, name: str, on: str) -> dict[str, Any]:
        """The row of the one child whom the report lists, or nothing."""
        children = self.ask("report", name, "--on", on)["children"]
        assert len(children) <= 1
        return children[0] if children else {}

    def entry(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.ask("show", self.found[0]["child"])
        return shown

    def submit(self, agency: Agency, on: str, kind: str, data: dict[str, Any]) -> None:
        """Sends what an agency reports of her; it registers her first where it has not known her."""
        first = [] if agency.code in self.known else [self._message(agency, on, "child.registered", self._her(on))]
        self.known.add(agency.code)
        self.directory.take([*first, self._message(agency, on, kind, data)])

    def _her(self, on: str) -> dict[str, Any]:
        return HER | {"address": ADDRESS}

    def _message(self, agency: Agency, on: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        head = {"specversion": "1.0", "id": f"then-{next(self.ids)}", "source": agency.source, "type": kind}
        return {**head, "subject": f"{agency.prefix}-HERS", "time": f"{on}T09:00:00Z", "data": data}


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Closes what a scenario has opened."""
    with ExitStack() as made:
        yield made


@given(parsers.parse("a stack under the policy {policy}"), target_fixture="scenario")
def a_stack(policy: str, opened: ExitStack) -> Scenario:
    return Scenario(OnStack(opened.enter_context(running_stack({"CONTACTPOINT_POLICY": policy}))))


@given(parsers.parse("a directory under the policy {policy}"), target_fixture="scenario")
def a_directory(
    policy: str, opened: ExitStack, kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Scenario:
    url = opened.enter_context(empty_database(postgres))
    return Scenario(opened.enter_context(in_world(kafka, url, tmp_path_factory.mktemp("world"), policy)))


@given("what child benefit, two GPs and two hospitals know of her")
def what_is_known(scenario: Scenario, tmp_path: Path) -> None:
    write_memo(tmp_path / "memo")
    files = sorted((tmp_path / "memo").glob("*.ndjson"))
    scenario.directory.enrol(tmp_path / "memo" / "agencies.yaml")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    scenario.directory.take([json.loads(line) for line in lines])


@when("somebody looks for her by name and date of birth")
def somebody_looks(scenario: Scenario) -> None:
    scenario.found = scenario.look()


@when(parsers.parse("the attendance officer asks on {on} who is missing education"))
def asks_for_missing_education(scenario: Scenario, on: str) -> None:
    scenario.listed = scenario.report("missing-education", on)


@when(parsers.parse("the data manager asks on {on} who is registered with several GPs"))
def asks_for_several_gps(scenario: Scenario, on: str) -> None:
    scenario.listed = scenario.report("several-gps", on)


@when(parsers.parse("the council begins an enquiry on {on}"))
def an_enquiry_begins(scenario: Scenario, on: str) -> None:
    contact = {"name": "The attendance officer on duty", "role": "attendance officer", "phone": "01632 960330"}
    scenario.submit(
        COUNCIL, on, "flag.raised", {"flag": "missing-education-enquiry", "raised_on": on, "contact": contact}
    )


@when(parsers.parse("the council ends its enquiry on {on}"))
def the_enquiry_ends(scenario: Scenario, on: str) -> None:
    scenario.submit(COUNCIL, on, "flag.lowered", {"flag": "missing-education-enquiry", "lowered_on": on})


@when(parsers.parse("a school takes her in on {on}"))
def a_school_takes_her_in(scenario: Scenario, on: str) -> None:
    school = {"name": "Saltby Quay Primary School", "code": "999102"}
    teacher = {"name": "Ms R. Alder", "role": "class teacher", "phone": "01632 960331"}
    place = {"involvement": "place-1", "service": "education", "organisation": school, "practitioner": teacher}
    scenario.submit(CENSUS, on, "involvement.started", {**place, "started_on": on})


@when(parsers.parse("the school begins a common assessment on {on}"))
def an_assessment_begins(scenario: Scenario, on: str) -> None:
    contact = {"name": "Ms R. Alder", "role": "class teacher", "phone": "01632 960331"}
    scenario.submit(ASSESSORS, on, "flag.raised", {"flag": "common-assessment", "raised_on": on, "contact": contact})


@then("she is found, with two GPs, and with all four agencies that know her")
def she_is_found(scenario: Scenario) -> None:
    assert scenario.found[0]["name"]["family_name"] == FAMILY_NAME
    entry = scenario.entry()
    current = [each for each in entry["involvements"] if each["ended_on"] is None]
    gps = [each for each in current if each["service"] == "gp"]
    assert len({each["organisation"]["name"] for each in gps}) == 2
    assert all(each["practitioner"]["phone"] for each in gps)
    assert {record.agency.source for record in case()} <= {record["source"] for record in entry["records"]}


@then("nobody is found")
def nobody_is_found(scenario: Scenario) -> None:
    assert scenario.look() == []


@then("she is on the list, never placed, and nobody is following it up")
def she_is_missing(scenario: Scenario) -> None:
    assert (scenario.listed["status"], scenario.listed["follow_up"]) == ("not-reported", None)
    assert sorted(scenario.listed["known_to"]) == sorted({record.agency.source for record in case()})


@then("she is on the list, with 2 GPs")
def she_has_two_gps(scenario: Scenario) -> None:
    assert scenario.listed["gps"] == 2


@then(parsers.parse("on {on} she is on the list of those missing education, and followed up since {since}"))
def she_is_followed_up(scenario: Scenario, on: str, since: str) -> None:
    assert scenario.report("missing-education", on)["follow_up"] == {"status": "open", "since": since}


@then(parsers.parse("on {on} she is not on the list of those missing education"))
def she_is_missing_no_more(scenario: Scenario, on: str) -> None:
    assert scenario.report("missing-education", on) == {}
    assert scenario.entry()["involvements"]


@then(parsers.parse("on {on} her enquiry is still to be closed, as she is placed"))
def the_enquiry_is_open(scenario: Scenario, on: str) -> None:
    assert scenario.report("education-enquiries", on)["status"] == "placed"


@then(parsers.parse("on {on} no enquiry is open"))
def no_enquiry_is_open(scenario: Scenario, on: str) -> None:
    assert scenario.report("education-enquiries", on) == {}


@then(parsers.parse("her entry says whom to ask about the {flag}"))
def whom_to_ask(scenario: Scenario, flag: str) -> None:
    (raised,) = [each for each in scenario.entry()["flags"] if each["flag"] == flag]
    assert raised["contact"]["phone"] == "01632 960331"


@then("her history tells every step, from child benefit to the assessment")
def her_history(scenario: Scenario) -> None:
    events = scenario.ask("history", scenario.found[0]["child"])["events"]
    types = [each["type"].partition(".")[0] for each in events if each["caused_by"]]
    assert types.count("RecordRegistered") == len(case()) + 3
    assert types.count("InvolvementStarted") == 5
    assert types.index("ChildListed") < types.index("FlagRaised") < types.index("FlagLowered")
    assert "common-assessment" in [each["data"].get("flag") for each in events]


@then(parsers.parse("on {on} no report lists her"))
def no_report_lists_her(scenario: Scenario, on: str) -> None:
    for name in ("missing-education", "several-gps", "services-left-behind"):
        assert scenario.report(name, on) == {}


@then(parsers.parse("under {policy} she was never listed up to {on}"))
def never_listed(scenario: Scenario, policy: str, on: str) -> None:
    comparison = _whole_comparison(scenario.directory, ["universal", policy], on)
    assert comparison["policies"]["universal"]["listed_now"] == 1
    assert comparison["policies"][policy]["listed_ever"] == 0
    assert len(comparison["not_listed_ever"][policy]) == 1
    shown = scenario.ask("policy", "compare", "--policies", f"universal,{policy}", "--on", on)
    assert comparison["not_listed_ever"][policy][0] not in json.dumps(shown)
    assert shown["policies"]["universal"]["listed_now"] == 0


def _whole_comparison(directory: Directory, policies: list[str], on: str) -> dict[str, Any]:
    """The comparison in a directory that lists everyone; one that doesn't list her may not name her."""
    named, out = [text_named(policy) for policy in policies], BytesIO()
    database_url = directory.database_url()
    compare(asdict(Job(database_url, named, on, None, ["not_listed_ever"], text_named("universal"))), out)
    comparison: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return comparison


@then(parsers.parse("on {on} she has no named person"))
def without_named_person(scenario: Scenario, on: str) -> None:
    comparison = scenario.ask("policy", "compare", "--policies", "girfec", "--on", on)
    assert comparison["policies"]["girfec"]["without_named_person"] == 1


@then(parsers.parse("on {on} she has a named person"))
def with_named_person(scenario: Scenario, on: str) -> None:
    comparison = scenario.ask("policy", "compare", "--policies", "girfec", "--on", on)
    assert comparison["policies"]["girfec"]["without_named_person"] == 0
