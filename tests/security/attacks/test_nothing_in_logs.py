"""Whatever goes wrong, no log line, metric or error has anything of a person."""

import logging
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from projections.directory import query as directory
from services.api.routes import children
from streams.kafka.settings import KafkaSettings
from tests.security.attacks.payloads import filled
from tests.support.api_world import client_of, looking
from tests.support.world import World, submission

MARK = "Zebulonia"
NUMBER, BORN = "9990000018", "1997-09-13"
PERSONAL = (MARK.casefold(), NUMBER, BORN)


def personal_in(text: str) -> list[str]:
    return [value for value in PERSONAL if value in text.casefold()]


def test_no_error_names_anybody(
    kafka: KafkaSettings,
    database_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO)
    world = World(kafka, database_url, tmp_path)
    child = filled("child.registered", {"date_of_birth": BORN, "nhs_number": NUMBER}, MARK)
    broken = submission("child.registered", MARK, child | {MARK: MARK})
    begun = submission("involvement.started", MARK, filled("involvement.started", {"service": "education"}, MARK))
    outcomes = world.submit(submission("child.registered", MARK, child), begun, broken, f'{{"{MARK}'.encode())
    assert outcomes[:3] == ["accepted", "accepted", "invalid"]
    number, who = world.child_with(NUMBER), looking(world)

    def fails(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"{MARK} {NUMBER} {BORN}")

    def is_away(*_: Any, **__: Any) -> Any:
        raise psycopg2.OperationalError(f"{MARK} {NUMBER} {BORN}")

    with client_of(world) as client:
        asked: dict[str, Any] = {"criteria": {"given_name": MARK, "nhs_number": NUMBER}, "reason": "safeguarding"}
        answers = [
            client.get(f"/children/{number}", headers={"Authorization": f"Bearer {MARK}"}),
            client.post("/children/search", headers=who, json={"criteria": {"nhs_number": MARK, MARK: BORN}}),
            client.post("/children/search", headers=who, json=asked | {"limit": MARK}),
            client.post("/children/search", headers=who, content=f'{{"{MARK}": "{BORN}'),
            client.get(f"/children/{MARK}", headers=who),
            client.get(f"/children/{number}?as_of={MARK}", headers=who),
            client.get(f"/receipts?after={MARK}", headers=who),
            client.post("/submissions", headers=who, json={MARK: NUMBER}),
        ]
        for broken_by in (fails, is_away):
            with monkeypatch.context() as patched:
                patched.setattr(children, "find_redacted", broken_by)
                patched.setattr(directory, "redacted_entry", broken_by)
                answers += [client.get(f"/children/{number}", headers=who)]
                answers += [client.post("/children/search", headers=who, json=asked)]
        metrics = client.get("/metrics").text
    world.close()
    assert {answer.status_code for answer in answers} >= {401, 404, 422, 500, 503}
    for answer in answers:
        assert answer.status_code >= 400
        assert personal_in(answer.text) == [], answer.request.url.path
    written = capfd.readouterr()
    ours = "\n".join(each.getMessage() for each in caplog.records if not each.name.startswith("httpx"))
    assert "unexpected RuntimeError" in ours
    everything = "\n".join([ours, metrics, written.out, written.err])
    assert [line for line in everything.splitlines() if personal_in(line)] == []
