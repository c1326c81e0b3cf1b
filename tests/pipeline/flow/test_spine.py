"""A submission becomes an event, a directory entry and an audit trail; sent again, it changes nothing."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.stack import ROLES, Stack
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def truth(feeds: Path) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((feeds / "truth.json").read_text(encoding="utf-8"))
    return stored


def test_every_record_is_in_exactly_one_entry(stack: Stack, sent: list[dict[str, Any]]) -> None:
    shown = Counter((record["source"], record["subject"]) for entry in stack.export() for record in entry["records"])
    assert shown == Counter({(each["source"], each["subject"]) for each in sent})


def test_every_current_involvement_and_flag_of_the_truth_is_shown(
    stack: Stack, sent: list[dict[str, Any]], truth: dict[str, Any]
) -> None:
    entries = stack.export()
    current = Counter(
        (each["source"], each["involvement"])
        for entry in entries
        for each in entry["involvements"]
        if each["ended_on"] is None
    )
    assert current == Counter(
        (each["source"], each["involvement"]) for person in truth["people"] for each in person["current_involvements"]
    )
    home = {(r["source"], r["subject"]): entry for entry in entries for r in entry["records"]}
    for person in truth["people"]:
        shown = {flag["flag"] for record in person["records"] for flag in home[tuple(record)]["flags"]}
        assert shown >= set(person["flags"])


def test_look_alikes_share_no_entry(stack: Stack, sent: list[dict[str, Any]], truth: dict[str, Any]) -> None:
    home = {(r["source"], r["subject"]): entry["child"] for entry in stack.export() for r in entry["records"]}
    people = {person["person"]: {home[tuple(r)] for r in person["records"]} for person in truth["people"]}
    assert truth["pairs_hard_negative"]
    for one, other in truth["pairs_hard_negative"]:
        assert not people[one] & people[other]


def test_a_history_holds_each_submission_of_its_records_in_order(stack: Stack, sent: list[dict[str, Any]]) -> None:
    entry = max(stack.export(), key=lambda each: len(each["involvements"]))
    records = {(record["source"], record["subject"]) for record in entry["records"]}
    events = stack.ask("history", entry["child"])["events"]
    wanted = {(each["source"], each["id"]) for each in sent if (each["source"], each["subject"]) in records}
    assert {(event["source"], event["caused_by"]) for event in events} == wanted
    positions = [event["position"] for event in events]
    assert positions == sorted(set(positions))


def test_sent_again_it_is_all_duplicate_and_no_position_moves(
    stack: Stack, feeds: Path, sent: list[dict[str, Any]]
) -> None:
    before = stack.ask("status")["positions"]
    told = stack.ask("submit", *sorted(feeds.glob("*.ndjson")), "--dry-run")
    assert (told["duplicate"], told["submitted"], len(told["lines"])) == (len(sent), 0, len(sent))
    counts = stack.ask("submit", *sorted(feeds.glob("*.ndjson")), "--wait")
    assert counts["duplicate"] == len(sent)
    assert stack.ask("status")["positions"] == before
    assert len(set(before.values())) == 1


def test_the_memos_girl_is_one_entry_with_both_gps_and_how_to_reach_them(stack: Stack, feeds: Path) -> None:
    memo = feeds / "memo"
    girl = json.loads((memo / "truth.json").read_text(encoding="utf-8"))
    stack.ask("submit", *sorted(memo.glob("*.ndjson")), "--agencies", memo / "agencies.yaml", "--wait")
    named = {f"--{field.replace('_', '-')}": value for field, value in girl["child"].items()}
    found = stack.ask("find", *(word for pair in named.items() for word in pair))["results"]
    entry = stack.ask("show", found[0]["child"], "--effective", f"{girl['as_at']}T12:00:00Z")
    assert [[r["source"], r["subject"]] for r in entry["records"]] == sorted(girl["records"])
    gps = [each for each in entry["involvements"] if each["service"] == "gp" and each["ended_on"] is None]
    assert len(gps) == girl["gp_count"]
    assert all(each["practitioner"]["phone"] for each in gps)
    assert entry["education"]["status"] == girl["education_status"]


def test_a_broken_line_costs_only_itself(stack: Stack, sent: list[dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "mixed.ndjson"
    good = json.dumps(sent[0] | {"id": "flow-good", "subject": "FLOW-1"}).encode()
    file.write_bytes(b'{"specversion": "1.0", "id": \n' + good + b"\n\xff\xfe\n")
    answer = stack.run("submit", file, "--wait")
    assert answer.returncode == 1
    assert json.loads(answer.stdout) == {"submitted": 3, "accepted": 1, "duplicate": 0, "refused": 0, "invalid": 2}


def test_a_dry_run_tells_what_is_wrong_and_sends_nothing(
    stack: Stack, sent: list[dict[str, Any]], tmp_path: Path
) -> None:
    before = stack.ask("status")["positions"]
    good = sent[0] | {"id": "dry-1", "subject": "DRY-1", "type": "child.registered"}
    good["data"] = {"given_name": "Ada", "family_name": "Quaternion"}
    bad = good | {"id": "dry-2", "data": {"given_name": "Ada", "family_name": "Quaternion", "note": "x"}}
    path = tmp_path / "dry.ndjson"
    path.write_text("\n".join(map(json.dumps, (good, bad))), encoding="utf-8-sig")
    answer = stack.run("submit", path, "--dry-run")
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["accepted"], told["invalid"]) == (1, 1, 1)
    assert [(each["number"], each["submission"]) for each in told["lines"]] == [(1, "dry-1"), (2, "dry-2")]
    assert [each["field"] for each in told["lines"][1]["reasons"]] == ["data.note"]
    assert stack.ask("status")["positions"] == before
    assert stack.run("receipts", "--submission", "dry-1").returncode == 1


def test_an_agency_that_is_replaced_is_judged_at_once_by_what_it_now_is(stack: Stack, tmp_path: Path) -> None:
    head = {"specversion": "1.0", "source": "urn:agency:turncoat", "subject": "T1", "time": "2008-10-23T09:00:00Z"}
    child = {"given_name": "Ada", "family_name": "Turncoat"}
    file, register = tmp_path / "one.ndjson", tmp_path / "agencies.yaml"
    outcomes = []
    for number, kind in enumerate(["local-authority", "child-benefit"] * 3):
        register.write_text(f"- {{code: turncoat, name: Turncoat, kind: {kind}}}\n")
        type_, data = ("flag.raised", {"flag": "action-taken"}) if number else ("child.registered", child)
        file.write_text(json.dumps(head | {"id": f"t{number}", "type": type_, "data": data}))
        counts = json.loads(stack.run("submit", file, "--agencies", register, "--wait").stdout)
        outcomes.append("accepted" if counts["accepted"] else "refused")
    assert outcomes == ["accepted", "refused"] * 3


def test_lists_are_whole_unless_a_limit_says_otherwise(stack: Stack, sent: list[dict[str, Any]]) -> None:
    child = stack.export()[0]["child"]
    for words, part in [
        (["receipts"], None),
        (["history", child], "events"),
        (["agencies", "list"], None),
        (["users", "list"], None),
        (["dead-letters", "list"], None),
    ]:
        whole, limited = stack.ask(*words), stack.ask(*words, "--limit", 1)
        whole, limited = (whole[part], limited[part]) if part else (whole, limited)
        assert len(whole) > 1, words
        assert limited == whole[:1], words


def test_a_rebuild_gives_the_digest_of_the_live_views(stack: Stack, sent: list[dict[str, Any]]) -> None:
    done = stack.ask("rebuild")
    assert done["digest"]["live"] == done["digest"]["rebuilt"]
    assert done["events"] > len(sent)


def test_up_has_written_no_traceback(stack: Stack, sent: list[dict[str, Any]]) -> None:
    assert "Traceback" not in stack.errors()
    logs = {log.name: log.read_text(errors="replace") for log in (stack.data / "logs").glob("*.log")}
    assert {f"{role}.log" for role in ROLES} <= logs.keys()
    assert [name for name, text in logs.items() if "Traceback" in text] == []


def test_no_log_names_anybody(stack: Stack, sent: list[dict[str, Any]]) -> None:
    logs = b"\n".join(log.read_bytes() for log in (stack.data / "logs").iterdir()) + stack.errors().encode()
    names = {each["data"]["family_name"] for each in sent if each["type"] == "child.registered"}
    lines = {line for each in sent for line in (each["data"].get("address") or {}).get("lines", [])}
    assert logs
    assert names
    assert lines
    assert not [value for value in names | lines if len(value) > 5 and value.encode() in logs]


def test_a_replay_is_the_directory_as_it_was_known(stack: Stack, sent: list[dict[str, Any]], tmp_path: Path) -> None:
    def replayed(moment: str, name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        out = tmp_path / name
        told = stack.ask("replay", "--as-of", moment, "--out", out, "--as", "demo-auditor", "--reason", "audit")
        entries = [json.loads(line) for line in (out / "entries.ndjson").read_text(encoding="utf-8").splitlines()]
        reports = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (out / "reports").iterdir()}
        assert json.loads((out / "moment.json").read_text(encoding="utf-8")) == {
            name: value for name, value in told.items() if name != "out"
        }
        return told, {entry["child"]: entry for entry in entries}, reports

    now = {entry["child"]: entry for entry in stack.export()}
    told, entries, reports = replayed("2999-01-01", "now")
    assert entries == {child: {**entry, "as_of": told["as_of"]} for child, entry in now.items()}
    assert told["entries"] == len(now)
    assert reports["no-gp"] == stack.ask("report", "no-gp")

    moment = stack.ask("history", max(now.values(), key=lambda each: len(each["records"]))["child"])["events"][0][
        "recorded_at"
    ]
    told, entries, reports = replayed(moment, "then")
    assert 0 < told["entries"] < len(now)
    for child in sorted(entries)[::100]:
        shown = stack.ask("show", child, "--as-of", moment)
        shown.pop("accesses")
        assert entries[child] == shown
    for name in ("missing-education", "possible-duplicates"):
        of_then = stack.ask("report", name, "--as-of", moment)
        assert reports[name] == {key: value for key, value in of_then.items() if key != "as_of"}
    auditor = ("--as", "demo-auditor", "--reason", "audit")

    def past_access() -> dict[str, Any] | None:
        found = stack.ask("could-have-seen", "demo-data-manager", child, "--on", "2999-01-01", *auditor)
        return found if {look["action"] for look in found["looks"]} == {"export", "show"} else None

    found = eventually(past_access)
    assert found["entry"] == {**now[child], "as_of": found["on"]}
    again = stack.run(
        "replay", "--as-of", moment, "--out", tmp_path / "then", "--as", "demo-auditor", "--reason", "audit"
    )
    assert again.returncode == 1
    denied = stack.run(
        "replay", "--as-of", moment, "--out", tmp_path / "no", "--as", "demo-practitioner", "--reason", "audit"
    )
    assert denied.returncode == 1
    assert not (tmp_path / "no").exists()
