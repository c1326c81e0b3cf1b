"""A projector as a process that a test can kill."""

from pathlib import Path
from threading import Event

from projections.engine import schema
from streams.kafka.settings import KafkaSettings
from streams.projecting.projector import run_projector


def be_projector(servers: str, database_url: str, key: str, publication_key: str, rows: int | None = None) -> None:
    """Runs a projector until the process is killed; with `rows` that of another version of the views."""
    if rows is not None:
        schema.ROWS = rows
    run_projector(KafkaSettings(servers), database_url, Path(key), Path(publication_key), Event())
