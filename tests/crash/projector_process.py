"""Runs a projector as a process that a test can kill; takes Kafka's servers, the database's URL, both keys' files.

A fifth argument makes it a projector of another version of the views, with that number of their ROWS.
"""

import sys
from pathlib import Path
from threading import Event

from projections.engine import schema
from streams.kafka.settings import KafkaSettings
from streams.projecting.projector import run_projector

if __name__ == "__main__":
    if len(sys.argv) > 5:
        schema.ROWS = int(sys.argv[5])
    run_projector(KafkaSettings(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), Event())
