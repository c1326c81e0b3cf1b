"""Runs a projector as a process that a test can kill; takes Kafka's servers, the database's URL, both keys' files."""

import sys
from pathlib import Path
from threading import Event

from streams.kafka.settings import KafkaSettings
from streams.projecting.projector import run_projector

if __name__ == "__main__":
    run_projector(KafkaSettings(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), Event())
