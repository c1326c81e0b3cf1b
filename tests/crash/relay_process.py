"""A relay as a process that a test can kill."""

from pathlib import Path
from threading import Event

from streams.kafka.settings import KafkaSettings
from streams.publishing.relay import run_relay


def be_relay(servers: str, database_url: str, key: str) -> None:
    """Runs a relay until the process is killed."""
    run_relay(KafkaSettings(servers), database_url, Path(key), Event())
