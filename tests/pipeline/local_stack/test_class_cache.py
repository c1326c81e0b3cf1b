"""Java's cache of Kafka's classes: made once, taken only whole, and one that the real Java takes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.local_stack.class_cache import ClassCache
from services.local_stack.kafka_server import JVM, kafka_program, keep_classes
from services.local_stack.program import run_to_end
from tests.support.waiting import eventually


@pytest.fixture
def java(tmp_path: Path) -> Path:
    """A Java of some version."""
    (tmp_path / "java" / "bin").mkdir(parents=True)
    (tmp_path / "java" / "release").write_text("25")
    return tmp_path / "java" / "bin" / "java"


def test_it_is_made_once_by_one_of_several_at_once(tmp_path: Path, java: Path) -> None:
    cache = ClassCache(tmp_path, java, [tmp_path / "kafka.jar"], ["-Xmx1m"])
    assert cache.options() == []
    calls: list[Path] = []

    def write(file: Path) -> None:
        calls.append(file)
        file.write_bytes(b"classes")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: cache.make(write), range(4)))
    assert len(calls) == 1
    file = cache.file()
    assert file is not None
    assert file.read_bytes() == b"classes"
    assert cache.options()[0] == f"-XX:AOTCache={file}"


def test_it_is_of_one_java_one_set_of_jars_and_its_options(tmp_path: Path, java: Path) -> None:
    jars, options = [tmp_path / "kafka.jar"], ["-Xmx1m"]
    ClassCache(tmp_path, java, jars, options).make(lambda file: file.write_bytes(b"classes") and None)
    assert ClassCache(tmp_path, java, jars, options).file()
    assert not ClassCache(tmp_path, java, [tmp_path / "other.jar"], options).file()
    assert not ClassCache(tmp_path, java, jars, ["-Xmx2m"]).file()
    (java.parent.parent / "release").write_text("26")
    assert not ClassCache(tmp_path, java, jars, options).file()


def test_a_damaged_or_cut_off_one_is_not_taken_and_made_anew(tmp_path: Path, java: Path) -> None:
    cache = ClassCache(tmp_path, java, [], [])
    cache.make(lambda file: file.write_bytes(b"classes") and None)
    file = eventually(cache.file)
    file.write_bytes(b"class")
    (tmp_path / ".classes-left").mkdir()
    assert cache.options() == []
    cache.make(lambda made: made.write_bytes(b"others") and None)
    assert eventually(cache.file).read_bytes() == b"others"
    assert not file.exists()
    assert not (tmp_path / ".classes-left").exists()


def test_one_that_cannot_be_made_leaves_nothing(tmp_path: Path, java: Path) -> None:
    def fails(file: Path) -> None:
        file.write_bytes(b"cla")
        raise OSError

    cache = ClassCache(tmp_path, java, [], [])
    with pytest.raises(OSError):  # noqa: PT011
        cache.make(fails)
    assert cache.options() == []
    assert not list(tmp_path.glob(".classes-*"))


def test_the_real_java_takes_it(tmp_path: Path) -> None:
    keep_classes()
    program, _ = kafka_program(tmp_path / "kafka", tmp_path / "kafka.log", 1, 2)
    (given,) = [word for word in program.command if word.startswith("-XX:AOTCache=")]
    run_to_end([program.command[0], *JVM, given, "-XX:AOTMode=on", "-version"], tmp_path, program.environment)
