"""Postgres begun empty beside a Kafka that holds a directory."""

from tests.pipeline.belonging.recovering import Recovering
from tests.support.waiting import eventually


def test_nobody_is_said_to_be_unknown(stack: Recovering) -> None:
    stack.end()
    stack.lose("postgres")
    stack.begin()
    told = stack.trouble("contactpoint resync")
    assert "was begun anew" in told["says"]
    answer = stack.run("find", "--family-name", "Smith", "--date-of-birth", "2001-01-01")
    assert answer.returncode == 3
    stack.ask("resync")
    stack.until_ready()
    eventually(stack.is_at_rest)
