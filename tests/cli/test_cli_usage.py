"""How the command ends: exit status, one sentence on standard error, and never a traceback."""

import importlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.cli.catalogue import VERBS
from services.cli.failures import SENTENCES
from services.cli.main import main
from services.configuration.settings import read_settings

MATCHER = str(Path(__file__).parents[2] / "domain" / "matching" / "matcher.yaml")
NOBODY = "00000000-0000-4000-8000-000000000000"
WHO = ["--as", "demo-practitioner", "--reason", "an enquiry"]
SHOW = ["show", NOBODY, "--reason", "an enquiry"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "KAFKA", "DATABASE_URL", "URL", "TOKEN", "KEYS", "PORT", "MATCHER", "ISSUER"):
        monkeypatch.delenv(f"CONTACTPOINT_{name}", raising=False)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.ndjson"
    path.write_text("{}\n")
    return path


WRONG = [
    [],
    ["no-such-verb"],
    ["up", "--projectors", "0"],
    ["up", "--registrars", "17"],
    ["report", "no-gp"],
    ["submit"],
    ["submit", "/no/such/file.ndjson"],
    ["show", *WHO],
    ["show", NOBODY, "--as", "somebody"],
    ["show", NOBODY, "--as", "somebody", "--reason", "x"],
    ["show", NOBODY, "--as", "somebody", "--reason", "two\nlines"],
    ["show", NOBODY, "--as", "somebody", "--reason", "no UTF-8: \udcff"],
    ["show", NOBODY, "--as", "", "--reason", "an enquiry"],
    ["show", "no-uuid", *WHO],
    ["show", NOBODY, *WHO, "--as-of", "yesterday"],
    ["show", NOBODY, *WHO, "--as-of", "2008-10-23T13:23:00"],
    ["show", NOBODY, *WHO, "--effective", "2008-02-31"],
    ["history", *WHO],
    ["duplicates", *WHO],
    ["duplicates", "list", "--as", "somebody"],
    ["duplicates", "list", *WHO, "--limit", "0"],
    ["duplicates", "merge", NOBODY, *WHO],
    ["duplicates", "merge", NOBODY, "no-uuid", *WHO],
    ["duplicates", "split", NOBODY, "--record", "urn:agency:gp", *WHO],
    ["export", *WHO],
    ["identity"],
    ["identity", "replay"],
    ["identity", "replay", "--settings", "/no/such/matcher.yaml"],
    ["identity", "replay", "--settings", __file__],
    ["identity", "replay", "--settings", MATCHER, "--from", "yesterday"],
    ["identity", "replay", "--settings", MATCHER, "--from", "2008-10-24", "--to", "2008-10-23"],
    ["find", *WHO, "--date-of-birth", "2008-02-31"],
    ["find", *WHO, "--gender", "boy"],
    ["receipts", *WHO, "--outcome", "fine"],
    ["receipts", *WHO, "--limit", "0"],
    ["agencies"],
    ["agencies", "remove"],
    ["users", "add"],
    ["token"],
    ["token", "somebody", "--agency", "gp"],
    ["token", "somebody", "--hours", "soon"],
    ["dead-letters", "show", "x", *WHO],
    ["dead-letters", "show", "0-1"],
    ["run"],
    ["run", "no-such-role"],
    ["identity"],
    ["identity", "guess"],
    ["identity", "evaluate", "--settings", "/no/such/file.yaml"],
    ["identity", "train", "--out", "x.yaml"],
    ["identity", "train", "--febrl", "3", "--out", "x.yaml"],
    ["simulate", "--children", "1", "--seed", "1", "--out", "x", "--noise", "0"],
    ["simulate", "--children", "few", "--seed", "1", "--out", "x"],
    ["simulate", "--children", "1", "--seed", "-1", "--out", "x"],
    *([verb, "--no-such-option"] for verb in VERBS),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_exits_2_and_says_why_on_standard_error_alone(words: list[str], capfd: Captured) -> None:
    assert main([*words, "--json"] if words else words) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.strip()
    assert "Traceback" not in captured.err


MISTYPED = [
    (["fnid"], "did you mean find?"),
    (["find", *WHO, "--famly-name", "Quaternion"], "did you mean --family-name?"),
    (["report", "mising-education", *WHO], "did you mean missing-education?"),
    (["agencies", "lst"], "did you mean list?"),
    (["duplicates", "list", *WHO, "--limt", "3"], "did you mean --limit?"),
    (["find", *WHO, "--nhs-number", "999 000 0019"], "the check digit of the NHS number is wrong"),
    (["find", *WHO, "--upn", "E999417608014"], "the check letter of the UPN is wrong"),
]


@pytest.mark.parametrize(("words", "told"), MISTYPED)
def test_what_is_mistyped_is_told(words: list[str], told: str, capfd: Captured) -> None:
    assert main(words) == 2
    assert told in capfd.readouterr().err


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capfd: Captured) -> None:
    assert main([verb, "--help"]) == 0
    out = capfd.readouterr().out
    assert "--json" in out
    assert "--data" in out


def test_the_overview_names_every_verb(capfd: Captured) -> None:
    assert main(["--help"]) == 0
    out = capfd.readouterr().out
    assert all(verb in out for verb in VERBS)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "abc", ["status"]),
        ("PORT", "65536", ["status"]),
        ("KAFKA", "localhost:abc", ["status"]),
        ("KAFKA", ",", ["status"]),
        ("ISSUER", "http://id.example.org", SHOW),
        ("URL", "nonsense", SHOW),
        ("URL", "http://localhost:99999", SHOW),
        ("URL", "http://[::1", SHOW),
        ("TOKEN", "two\nlines", SHOW),
        ("TOKEN", "", SHOW),
    ],
)
def test_a_setting_that_cannot_be_read_is_wrong_usage(
    name: str, value: str, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Captured
) -> None:
    settings = {"URL": "http://127.0.0.1:9", "TOKEN": "t", name: value}
    for setting, given in settings.items():
        monkeypatch.setenv(f"CONTACTPOINT_{setting}", given)
    assert main([*words, "--json", "--data", str(tmp_path)]) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert is_one_sentence(captured.err)
    assert f"CONTACTPOINT_{name}" in captured.err


def test_addresses_of_kafka_are_taken_as_its_clients_take_them() -> None:
    for servers in ("localhost", "a.example:9092, b.example:9092", "[::1]:9092", "SASL_SSL://kafka_1:443"):
        settings = read_settings("none", {"CONTACTPOINT_KAFKA": servers})
        assert settings.need_kafka().bootstrap_servers == servers


def verbs_of_a_stack(feed: Path) -> list[list[str]]:
    """Verbs that need a part of the stack."""
    return [
        ["status"],
        ["submit", str(feed)],
        ["receipts", *WHO],
        ["find", *WHO, "--nhs-number", "9990000018"],
        ["show", NOBODY, *WHO],
        ["history", NOBODY, *WHO],
        ["duplicates", "list", *WHO],
        ["duplicates", "merge", NOBODY, NOBODY, *WHO],
        ["export", str(feed.parent / "out.ndjson"), *WHO],
        ["rebuild"],
        ["identity", "replay", "--settings", MATCHER],
        ["agencies", "list"],
        ["users", "list"],
        ["token", "somebody"],
        ["dead-letters", "list"],
    ]


def is_one_sentence(text: str) -> bool:
    """Whether a text is one line and no traceback."""
    return len(text.strip().splitlines()) == 1 and "Traceback" not in text


@pytest.mark.parametrize("number", range(15))
def test_a_stack_that_was_never_started_is_status_3_and_one_sentence(
    number: int, feed: Path, tmp_path: Path, capfd: Captured
) -> None:
    assert main([*verbs_of_a_stack(feed)[number], "--json", "--data", str(tmp_path / "none")]) == 3
    captured = capfd.readouterr()
    assert captured.out == ""
    assert is_one_sentence(captured.err)
    assert "contactpoint up" in captured.err


@pytest.mark.parametrize("number", range(15))
def test_a_stack_whose_supervisor_has_died_is_status_3(
    number: int, feed: Path, tmp_path: Path, capfd: Captured
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    stack = {"pid": ended.pid, "url": "http://127.0.0.1:9", "kafka": "127.0.0.1:9", "database_url": "postgresql://x/x"}
    (tmp_path / "stack.json").write_text(json.dumps(stack))
    assert main([*verbs_of_a_stack(feed)[number], "--json", "--data", str(tmp_path)]) == 3
    captured = capfd.readouterr()
    assert is_one_sentence(captured.err)
    assert "has stopped" in captured.err


def test_a_stopped_stack_does_not_stand_in_the_way_of_an_api_elsewhere(
    tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    (tmp_path / "stack.json").write_text(json.dumps({"pid": 2**22 + 1, "url": "http://127.0.0.1:9"}))
    monkeypatch.setenv("CONTACTPOINT_URL", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("CONTACTPOINT_TOKEN", "t")
    assert main(["show", NOBODY, "--reason", "an enquiry", "--data", str(tmp_path)]) == 3
    assert f"cannot be reached at http://127.0.0.1:{closed_port}" in capfd.readouterr().err


@pytest.mark.parametrize("verb", ["rebuild", "republish", "resync"])
def test_servers_that_are_away_are_status_3_also_where_no_keys_are(
    verb: str, tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    monkeypatch.setenv("CONTACTPOINT_KAFKA", f"127.0.0.1:{closed_port}")
    monkeypatch.setenv("CONTACTPOINT_DATABASE_URL", f"postgresql://x@127.0.0.1:{closed_port}/x")
    assert main([verb, "--json", "--data", str(tmp_path)]) == 3
    captured = capfd.readouterr()
    assert captured.out == ""
    assert is_one_sentence(captured.err)


def test_every_error_that_is_explained_by_name_is_one_that_can_be_raised() -> None:
    for module, name, _, status in SENTENCES:
        assert issubclass(getattr(importlib.import_module(module), name), Exception)
        assert status in (1, 2, 3)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at which something listens that never answers."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port at which nothing listens."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.mark.parametrize("port", ["silent_port", "closed_port"])
@pytest.mark.parametrize("words", [["status"], ["submit", "FILE"], ["agencies", "list"]], ids=" ".join)
def test_servers_that_are_away_are_status_3_within_the_promised_time(
    words: list[str], port: str, feed: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    number = request.getfixturevalue(port)
    environ = {
        "PATH": "/usr/bin",
        "CONTACTPOINT_KAFKA": f"127.0.0.1:{number}",
        "CONTACTPOINT_DATABASE_URL": f"postgresql://nobody:a-secret@127.0.0.1:{number}/none",
    }
    words = [str(feed) if word == "FILE" else word for word in words]
    command = [sys.executable, "-m", "services.cli.main", *words, "--json", "--data", str(tmp_path)]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 3
    assert is_one_sentence(ended.stderr)
    assert "a-secret" not in ended.stderr


def test_an_unexpected_error_is_one_sentence_and_its_place_is_kept(
    capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(["per", "sonal"])

    def breaks(_: object) -> int:
        raise RuntimeError(f"with something {text} in it")

    monkeypatch.setattr("services.cli.verbs.version.run", breaks)
    assert main(["version"]) == 1
    err = capfd.readouterr().err
    assert is_one_sentence(err)
    kept = Path(err.strip().rpartition(" ")[2])
    written = kept.read_text()
    kept.unlink()
    assert "RuntimeError" in written
    assert "test_cli_usage.py" in written
    assert text not in err + written


def test_version(capfd: Captured) -> None:
    assert main(["version", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["version"]
