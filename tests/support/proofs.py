"""A published log with signed trees, and what the checks of it say: ours, the auditors' program, tools of others."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

from domain.transparency.notes import Checkpoint, read_checkpoint, read_note
from services.proofs import handed_out, stored
from services.proofs.differences import Finding
from services.proofs.stored import SignedCheckpoint
from services.proofs.verification import verify_log
from streams.crypto.note_key import CheckpointKey
from streams.kafka.settings import KafkaSettings
from streams.publishing.relay import run_relay
from streams.store.database import Database
from tests.support.relay_stage import KEY, KEY_FILE, Store, empty_store
from tests.support.waiting import eventually

ORIGIN = "register.example.gov.uk"
SIGNS = CheckpointKey(bytes(range(1, 33)), ORIGIN)
VERIFIER = SIGNS.verifier("register")


class Proven:
    """The register's log in a store and a Kafka of its own."""

    def __init__(self, kafka: KafkaSettings, store: Store, folder: Path, signs: CheckpointKey = SIGNS) -> None:
        self.signs = signs
        self.kafka = kafka
        self.store = store
        self.folder = folder

    @classmethod
    @contextmanager
    def made(cls, kafka: KafkaSettings, database_url: str, folder: Path, events: int) -> Iterator["Proven"]:
        with empty_store(kafka, database_url) as store:
            made = cls(kafka, store, folder)
            made.grow(events)
            yield made

    def grow(self, events: int) -> SignedCheckpoint:
        """Appends events, publishes them, and has all of it signed."""
        self.store.append(events)
        with self.publishing():
            eventually(self.store.is_published)
            return self.signed()

    @contextmanager
    def publishing(self) -> Iterator[None]:
        stop = threading.Event()
        relay = threading.Thread(target=run_relay, args=(self.kafka, self.store.url, KEY_FILE, stop, self.signs))
        relay.start()
        try:
            yield
        finally:
            stop.set()
            relay.join()

    def signed(self) -> SignedCheckpoint:
        """The checkpoint of everything published; a relay has to run."""
        with self.store.database.transaction() as cursor:
            there = stored.published(cursor, "register")
        signed = stored.fresh(self.store.database, "register", there, 60)
        assert signed
        assert signed.size == there
        return signed

    def findings(self, kept: Checkpoint | None = None) -> list[Finding]:
        """What our own check finds."""
        with closing(Database(self.store.url, "tests")) as database:
            _, found = verify_log(
                self.kafka, database, KEY, self.signs.verifier("register"), "register", kept, lambda _: None, wait_s=0
            )
        return found

    def write_tiles(self, name: str) -> Path:
        """The tree as plain files."""
        folder = self.folder / name
        with self.store.database.transaction() as cursor:
            signed = stored.latest(cursor, "register")
            assert signed
            for path, content in handed_out.files(cursor, "register", signed):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
        return folder

    def write_proof(self, position: int) -> Path:
        """A leaf with its proofs beside it."""
        with self.store.database.transaction() as cursor:
            signed = stored.latest(cursor, "register")
            assert signed
            leaf, proof = handed_out.prove(cursor, "register", position, signed)
        file = self.folder / f"leaf-{position}"
        file.write_bytes(leaf)
        file.with_name(file.name + ".tlog-proof").write_text(proof.text, encoding="utf-8")
        file.with_name(file.name + ".spicy").write_text(proof.spicy, encoding="utf-8")
        return file

    def key_file(self) -> Path:
        file = self.folder / "vkey"
        file.write_text(f"{VERIFIER}\n", encoding="utf-8")
        return file


def auditor(*words: object) -> tuple[int, str]:
    """The auditors' program, run as they do, where nothing of ours can be imported."""
    script = str(files("services.proofs").joinpath("verify.py"))
    done = subprocess.run(
        [sys.executable, "-I", script, *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def checkpoint_of(signed: SignedCheckpoint) -> Checkpoint:
    return read_checkpoint(read_note(signed.note).text)
