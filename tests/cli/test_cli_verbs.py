"""The verbs against a directory: what they print, for people and as one JSON document, and their exit status."""

import base64
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from services.auth.tokens import issue
from services.cli.output import plain
from streams.kafka.settings import KafkaSettings
from tests.cli.run import Run
from tests.support.api_world import NHS_NUMBER
from tests.support.world import World, person

WHO = ["--as", "demo-data-manager", "--reason", "Où est-elle? 100% sûr"]
NOBODY = "00000000-0000-4000-8000-000000000000"


def as_json(ran: tuple[int, str, str], status: int = 0) -> Any:
    """The one JSON document of a verb that ended with that status."""
    assert ran[0] == status, ran[2]
    return json.loads(ran[1])


def test_find_show_and_history(world: World, run: Run) -> None:
    found = as_json(run("find", "--nhs-number", NHS_NUMBER, *WHO, "--json"))
    child = found["results"][0]["child"]
    entry = as_json(run("show", child, *WHO, "--json"))
    assert entry["name"] == {"given_name": "Ada", "family_name": "Quaternion"}
    events = as_json(run("history", child, *WHO, "--json"))["events"]
    assert [event["position"] for event in events] == sorted(event["position"] for event in events)
    looks = world.looks()[-3:]
    assert [look["action"] for look in looks] == ["find", "show", "history"]
    assert {(look["user"], look["reason"]) for look in looks} == {("demo-data-manager", "Où est-elle? 100% sûr")}


def test_for_people_the_same_is_said_in_words(world: World, run: Run) -> None:
    child = world.child_with(NHS_NUMBER)
    for words, expected in [
        (["find", "--nhs-number", NHS_NUMBER], "Ada Quaternion"),
        (["show", child], "Cragdale Surgery"),
        (["history", child], "record registered"),
        (["receipts"], "accepted"),
        (["status"], "register"),
        (["agencies", "list"], "North Council"),
        (["users", "list"], "demo-practitioner"),
    ]:
        who = WHO if words[0] in ("find", "show", "history", "receipts") else []
        status, out, err = run(*words, *who)
        assert (status, err) == (0, "")
        assert expected in out


def test_what_is_due_by_a_day_is_told_with_the_law_and_nothing_is_done(world: World, run: Run) -> None:
    child, on = world.child_with(NHS_NUMBER), ("--on", "2025-03-01")
    found = as_json(run("retention", "due", *on, *WHO, "--json"))
    assert [(each["child"], each["act"], each["archive_on"]) for each in found["children"]] == [
        (child, "archive", "2019-02-03")
    ]
    status, out, err = run("retention", "due", *on, *WHO)
    assert (status, err) == (0, "")
    assert "reached-18\t0\t1\t0\tS.I. 2007/2182" in out
    assert f"archive\t2019-02-03\t–\treached-18 since 2019-02-03\t{child}" in out
    assert "1 entry due by 2025-03-01. Nothing was done." in out
    assert as_json(run("retention", "due", "--on", "2019-02-02", *WHO, "--json"))["total"] == 0
    assert run("retention", "due", *WHO)[0] == 2
    assert world.looks()[-1]["action"] == "retention"


def test_a_dry_run_of_retention_counts_by_rule_and_does_nothing(world: World, run: Run) -> None:
    found = as_json(run("retention", "run", "--on", "2025-03-01", "--dry-run", *WHO, "--json"))
    assert (found["done"], found["by_rule"]["reached-18"], found["more"]) == ({"archive": 1}, {"archive": 1}, False)
    status, out, err = run("retention", "run", "--on", "2025-03-01", "--dry-run", *WHO)
    assert (status, err) == (0, "")
    assert "reached-18\t1\t0\t0" in out
    assert "1 to archive, 0 to return, 0 to destroy. Nothing was done." in out
    assert as_json(run("retention", "run", "--on", "2025-03-01", "--dry-run", *WHO, "--json")) == found


def test_a_run_of_retention_for_a_day_ahead_is_refused(run: Run) -> None:
    status, out, err = run("retention", "run", "--on", "2999-01-01", *WHO)
    assert (status, out) == (2, "")
    assert "on: a run is for today or an earlier day" in err


def test_a_dry_run_tells_a_data_manager_whom_each_line_would_join(world: World, run: Run, tmp_path: Path) -> None:
    child, before = world.child_with(NHS_NUMBER), len(world.looks())
    lines = [person("D1", "gp", nhs_number=NHS_NUMBER), person("D2", given_name="Zeno", family_name="Sedenion")]
    file = tmp_path / "lines.ndjson"
    file.write_text("".join(f"{json.dumps(each)}\n" for each in lines * 11) + "[1]\n")
    told = as_json(run("submit", str(file), "--dry-run", "--compare", *WHO, "--json"), 1)
    assert (told["accepted"], told["invalid"]) == (22, 1)
    assert [line["would"] for line in told["lines"]] == ["join", "new"] * 11 + [None]
    assert {near["child"] for line in told["lines"] for near in line["children"]} == {child}
    assert [look["action"] for look in world.looks()[before:]] == ["find"] * 22
    file.write_text(json.dumps(lines[0]))
    status, out, _ = run("submit", str(file), "--dry-run", "--compare", *WHO)
    assert (status, child in out, "certain" in out, "1 accepted" in out) == (0, True, True, True)


@pytest.mark.parametrize("words", [["--compare", *WHO], ["--dry-run", "--compare"], ["--dry-run", *WHO]])
def test_a_comparison_is_a_dry_run_with_a_reason(run: Run, tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "lines.ndjson"
    file.write_text("{}\n")
    assert run("submit", str(file), *words)[0] == 2


def test_an_entry_tells_who_says_so(world: World, run: Run) -> None:
    child = world.child_with(NHS_NUMBER)
    told = as_json(run("show", child, "--why", *WHO, "--json"))["why"]["name"]
    (believed,) = told["believed"]
    assert believed["value"] == {"given_name": "Ada", "family_name": "Quaternion"}
    assert {says["source"] for says in believed["said_by"]} <= {agency.urn for agency in world.agencies}
    assert (told["disagreeing"], told["set_aside"]) == ([], [])
    assert (world.looks()[-1]["action"], world.looks()[-1]["asked"]) == ("show", {"child": child, "why": True})
    assert "Who says so" in run("show", child, "--why", *WHO)[1]
    assert "why" not in as_json(run("show", child, *WHO, "--json"))


def test_an_entry_can_be_asked_for_as_of_a_time(world: World, run: Run) -> None:
    child = world.child_with(NHS_NUMBER)
    assert as_json(run("show", child, "--effective", "2008-10-23", *WHO, "--json"))["child"] == child
    status, out, err = run("show", child, "--as-of", "1999-01-01T00:00:00Z", *WHO, "--json")
    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1


def test_what_is_not_there_is_status_1(run: Run) -> None:
    for verb in ("show", "history"):
        status, out, err = run(verb, NOBODY, *WHO)
        assert (status, out, len(err.splitlines())) == (1, "", 1)
    nobody = as_json(run("find", "--given-name", "No", "--family-name", "Body", *WHO, "--json"), 1)
    assert nobody == {"results": [], "too_many": False}
    assert as_json(run("receipts", "--submission", "never-sent", *WHO, "--json"), 1) == []


def test_too_few_criteria_are_wrong_usage(run: Run) -> None:
    for criterion in (["--family-name", "Smith"], ["--given-name", "Ada"], ["--date-of-birth", "2001-02-03"]):
        status, out, err = run("find", *criterion, *WHO)
        assert (status, out, len(err.splitlines())) == (2, "", 1)
        assert "NHS number" in err


def test_a_search_says_which_criteria_it_did_not_use(run: Run) -> None:
    asked = ["find", "--given-name", "Ada", "--family-name", "Quaternion", "--postcode", "ZZ99 3VZ", *WHO]
    found = as_json(run(*asked, "--json"))
    assert [each["grade"] for each in found["results"][:1]] == ["certain"]
    assert [(each["criterion"], each["code"]) for each in found["not_used"]] == [("postcode", "stands-for-unknown")]
    status, out, _ = run(*asked)
    assert status == 0
    (said,) = [line for line in out.splitlines() if "not used" in line]
    assert said.startswith("--postcode was not used: ")
    assert "ZZ99" not in said


def test_a_search_of_which_nothing_can_be_used_is_refused_with_why(run: Run) -> None:
    status, out, err = run("find", "--given-name", "Unknown", "--postcode", "ZZ99 3VZ", *WHO)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "the given name is not used" in err
    assert "the postcode is not used" in err
    assert "ZZ99" not in err


def test_a_search_can_be_limited(run: Run) -> None:
    asked = ["find", "--given-name", "Ada", "--family-name", "Quaternoin", *WHO, "--json", "--limit"]
    for limit in ("1", "1000"):
        found = as_json(run(*asked, limit))
        assert [each["grade"] for each in found["results"][:1]] == ["probable"]
    assert run(*asked, "0")[0] == 2


def test_who_looks_must_be_registered_and_named(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = run("find", "--nhs-number", NHS_NUMBER, "--as", "a-stranger", "--reason", "an enquiry")
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    status, _, err = run("find", "--nhs-number", NHS_NUMBER, "--reason", "an enquiry")
    assert status == 2
    assert "--as" in err
    monkeypatch.setenv("CONTACTPOINT_TOKEN", issue(world.settings, "user:demo-practitioner", 60))
    assert run("find", "--nhs-number", NHS_NUMBER, "--reason", "an enquiry")[0] == 0


def test_a_report_in_words_as_json_and_as_csv(world: World, run: Run) -> None:
    child = world.child_with(NHS_NUMBER)
    asked = ["report", "missing-education", "--on", "2008-10-23", *WHO]
    status, out, _ = run(*asked, "--json")
    assert status == 0
    (listed,) = json.loads(out)["children"]
    assert (listed["child"], listed["known_to"]) == (child, ["urn:agency:gp", "urn:agency:la-north"])
    status, out, _ = run(*asked)
    assert (status, out.count(child)) == (0, 1)
    assert "1 on the list of 2008-10-23: 1 not-reported" in out
    assert "Followed up: 1 none" in out
    status, out, _ = run(*asked, "--csv")
    assert out.lstrip("\ufeff").splitlines()[0].startswith("child,given_name,family_name")


def test_a_report_by_month_in_words_as_json_as_csv_and_drawn(world: World, run: Run, tmp_path: Path) -> None:
    months = ["report", "missing-education", "--from", "2008-09-01", "--to", "2008-11-15", *WHO]
    found = as_json(run(*months, "--json", "--picture", str(tmp_path / "months.svg")))
    assert [(each["on"], each["listed"]) for each in found["months"]] == [
        ("2008-09-30", 0),
        ("2008-10-31", 1),
        ("2008-11-15", 1),
    ]
    drawn = (tmp_path / "months.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg ")
    assert all(f">{text}</text>" in drawn for text in ("missing-education", "Sep", "Oct", "Nov", "2008"))
    status, out, error = run(*months)
    assert (status, "! nothing is known of days before 2008-10-23" in out) == (0, True), error
    assert "2008-10-31\t1\t1\t0\t0\t████████████████████████" in out
    assert run(*months, "--csv")[1].splitlines()[1:3] == ["2008-09-30,0,,,0,", "2008-10-31,1,1,0,0,"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--to", "2008-11-15"], "months need --from DATE"),
        (["--picture", "months.svg"], "months need --from DATE"),
        (["--from", "2008-09-01", "--on", "2008-10-23"], "leave out --on"),
        (["--from", "2008-09-01", "--picture", "/nowhere/at/all/months.svg"], "there is no folder /nowhere/at/all"),
        (["--from", "2008-09-01", "--to", "2008-08-01"], "ask for part of that"),
    ],
)
def test_months_that_do_not_fit_together_are_wrong_usage(run: Run, options: list[str], says: str) -> None:
    status, _, error = run("report", "missing-education", *options, *WHO)
    assert status == 2
    assert says in error


def test_an_empty_report_is_no_failure(run: Run) -> None:
    status, out, _ = run("report", "several-gps", "--on", "2008-10-23", *WHO)
    assert (status, out) == (0, "0 on the list of 2008-10-23\n")


def test_a_report_for_no_authority_is_wrong_usage(run: Run) -> None:
    status, _, error = run("report", "several-gps", "--authority", "north", *WHO)
    assert status == 2
    assert "ONS code" in error


def test_export_writes_every_entry(world: World, run: Run, tmp_path: Path) -> None:
    world.submit(*(person(f"X{n}", family_name=f"Exported{n}") for n in range(5)))
    target = tmp_path / "out.ndjson"
    assert as_json(run("export", target, *WHO, "--json"))["entries"] == len(world.children())
    entries = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert sorted(entry["child"] for entry in entries) == world.children()
    assert run("export", tmp_path / "no" / "folder", *WHO)[0] == 1
    assert sorted(tmp_path.iterdir()) == [target]


def test_receipts_can_be_chosen_and_limited(run: Run) -> None:
    everything = as_json(run("receipts", *WHO, "--json"))
    own = as_json(run("receipts", "--source", "urn:agency:gp", *WHO, "--json"))
    assert own == [receipt for receipt in everything if receipt["source"] == "urn:agency:gp"]
    assert as_json(run("receipts", "--limit", 2, *WHO, "--json")) == everything[:2]


def test_what_agencies_sent_moves_no_cursor(world: World, run: Run) -> None:
    world.submit(person("E1", given_name="Eve", family_name="Cursor", carers=[{"name": "Jo [bold]Mark-up[/bold]"}]))
    child = as_json(run("find", "--given-name", "Eve", "--family-name", "Cursor", *WHO, "--json"))["results"][0][
        "child"
    ]
    assert "[bold]" in run("show", child, *WHO)[1]
    assert plain("\x1b[31mred\u202e\x9b2J\n") == "\ufffd[31mred\ufffd\ufffd2J\ufffd"


def test_status(run: Run, world: World) -> None:
    status = as_json(run("status", "--json"))
    assert {"url", "kafka", "database_url", "processes", "positions", "lag", "dead_letters"} <= status.keys()
    assert status["kafka"] == world.kafka.bootstrap_servers
    assert status["positions"].keys() == {"register", "published", "views"}
    assert ":" not in status["database_url"].split("@")[0].removeprefix("postgresql://")


def test_the_registers(run: Run, tmp_path: Path) -> None:
    agencies = tmp_path / "agencies.yaml"
    agencies.write_text("- {code: newcomer, name: Newcomer, kind: voluntary}\n")
    assert as_json(run("agencies", "add", agencies, "--json")) == {"named": 1, "changed": 1}
    assert as_json(run("agencies", "add", agencies, "--json")) == {"named": 1, "changed": 0}
    listed = as_json(run("agencies", "list", "--json"))
    assert {
        "code": "newcomer",
        "name": "Newcomer",
        "kind": "voluntary",
        "authority": None,
        "suspended": False,
    } in listed
    users = tmp_path / "users.yaml"
    user = {"name": "newcomer", "display_name": "New Comer", "role": "auditor", "organisation": "Cragdale Council"}
    until = dict.fromkeys(("trained_until", "vetted_until", "signed_off_until"), "2030-12-31")
    users.write_text("- {name: newcomer, display_name: New Comer}\n")
    status, out, err = run("users", "add", users)
    assert (status, out) == (2, "")
    assert "no role, no organisation" in err
    users.write_text(json.dumps([user | until]))
    assert as_json(run("users", "add", users, "--json")) == {"named": 1, "changed": 1}
    granted = user | until | {"authority": None, "sensitive": False, "revoked": False}
    assert granted in as_json(run("users", "list", "--json"))
    assert run("users", "revoke", "newcomer")[0] == 0
    assert granted | {"revoked": True} in as_json(run("users", "list", "--json"))
    assert run("users", "revoke", "a-stranger")[0] == 1
    for words in (["newcomer"], ["--agency", "newcomer"]):
        assert as_json(run("token", *words, "--json"))["token"].count(".") == 2
    assert run("token", "a-stranger")[0] == 1
    agencies.write_text("- {code: newcomer, name: Newcomer, kind: wizard}\n")
    status, out, err = run("agencies", "add", agencies)
    assert (status, out, len(err.splitlines())) == (2, "", 1)


def test_submit_counts_what_it_sent(run: Run, world: World, tmp_path: Path) -> None:
    ndjson, table = tmp_path / "feed.ndjson", tmp_path / "feed.csv"
    ndjson.write_bytes(json.dumps(person("F1")).encode() + b"\n\n\xff\n{}\n")
    table.write_text(
        "type,id,source,subject,time,reason\nchild.deregistered,c1,urn:agency:gp,G1,2008-10-23T00:00:00Z,died\n"
    )
    counts = as_json(run("submit", ndjson, table, "--json"))
    assert counts == {"submitted": 4, "accepted": 0, "duplicate": 0, "refused": 0, "invalid": 0}
    table.write_text("type,id\n")
    status, out, err = run("submit", ndjson, table)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "line 1" in err


def test_dead_letters(run: Run, kafka: KafkaSettings, world: World) -> None:
    raw = b'{"broken": '
    letter = {
        "message": "submissions.unclaimed/0/77",
        "raw": base64.b64encode(raw).decode(),
        "size": len(raw),
        "code": "not-json",
        "recorded_at": "2026-11-23T10:00:00.000000Z",
    }
    cut = letter | {"message": "submissions.unclaimed/0/78", "size": 10**6}
    with closing(KafkaProducer(**kafka.for_kafka_python())) as producer:
        for each in (letter, letter, cut):
            producer.send("dead-letters", json.dumps(each).encode()).get(30)
    listed = [each for each in as_json(run("dead-letters", "list", "--json")) if each["code"] == "not-json"]
    assert [each["message"] for each in listed] == [letter["message"], cut["message"]]
    assert "raw" not in listed[0]
    shown = as_json(run("dead-letters", "show", listed[0]["letter"], *WHO, "--json"))
    assert shown["raw"] == letter["raw"]
    assert world.looks()[-1]["action"] == "dead-letters"
    assert "broken" in run("dead-letters", "show", listed[0]["letter"], *WHO)[1]
    sent = as_json(run("dead-letters", "resubmit", listed[0]["letter"], "--json"))
    assert sent["message"].startswith("submissions.unclaimed/0/")
    assert run("dead-letters", "resubmit", listed[1]["letter"])[0] == 1
    assert run("dead-letters", "show", "0-999999", *WHO)[0] == 1


def test_kafka_away_is_said(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONTACTPOINT_KAFKA", "127.0.0.1:9")
    feed = tmp_path / "feed.ndjson"
    feed.write_text("{}\n")
    for words in (["status"], ["submit", feed]):
        status, out, err = run(*words, "--json")
        assert (status, len(err.splitlines())) == (3, 1)
        assert "Kafka" in err
        assert not out or json.loads(out)["positions"]["register"] > 0


def test_the_api_away_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTPOINT_URL", "http://127.0.0.1:9")
    status, out, err = run("show", NOBODY, *WHO, "--json")
    assert (status, out, len(err.splitlines())) == (3, "", 1)
    assert "API" in err
