"""Runs a relay as a process that a test can kill: `python -m tests.crash.relay_process KAFKA DATABASE_URL KEY`."""

import sys
from pathlib import Path
from threading import Event

from streams.kafka.settings import KafkaSettings
from streams.publishing.relay import run_relay

if __name__ == "__main__":
    run_relay(KafkaSettings(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Event())
