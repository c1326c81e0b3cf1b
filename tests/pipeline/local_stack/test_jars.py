import hashlib
import re
from pathlib import Path

import pytest

from services.local_stack.jars import Jar, JarError, class_path, read_pins
from streams.kafka.settings import KafkaSettings

BYTES = b"a jar"
GOOD = Jar("org.example", "good", "1.0", hashlib.sha256(BYTES).hexdigest())


def gives(content: bytes):
    """A source that has these bytes for every jar."""

    def fetch(jar: Jar, folder: Path) -> Path:
        file = folder / "downloaded"
        file.write_bytes(content)
        return file

    return fetch


def unreachable(jar: Jar, folder: Path) -> Path:
    raise JarError(f"{jar.file_name} cannot be fetched")


def test_every_jar_is_pinned_to_a_version_and_a_checksum() -> None:
    pins = read_pins()
    assert ("org.apache.kafka", "kafka_2.13", "4.3.1") in {(jar.group, jar.artifact, jar.version) for jar in pins}
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in pins)
    assert len({jar.artifact for jar in pins}) == len(pins)


def test_a_missing_jar_is_fetched_once(tmp_path: Path) -> None:
    files = class_path([GOOD], tmp_path, gives(BYTES))
    assert [file.read_bytes() for file in files] == [BYTES]
    assert class_path([GOOD], tmp_path, unreachable) == files


def test_a_fetched_jar_with_another_checksum_is_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(JarError, match=r"good-1\.0\.jar.*SHA-256"):
        class_path([GOOD], tmp_path, gives(b"something else"))
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_kept_jar_that_was_changed_is_refused(tmp_path: Path) -> None:
    [file] = class_path([GOOD], tmp_path, gives(BYTES))
    file.write_bytes(b"changed")
    with pytest.raises(JarError, match=r"jars/good-1\.0\.jar has the SHA-256 checksum"):
        class_path([GOOD], tmp_path, unreachable)


def test_a_jar_that_cannot_be_fetched_is_named(tmp_path: Path) -> None:
    with pytest.raises(JarError, match=r"good-1\.0\.jar cannot be fetched"):
        class_path([GOOD], tmp_path, unreachable)


def test_kafka_starts_offline_once_its_jars_are_there(kafka: KafkaSettings) -> None:
    assert kafka.servers
    assert len(class_path(fetch=unreachable)) == len(read_pins())
