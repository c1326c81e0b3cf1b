"""What is kept beside the jars: made once, taken only whole; and the real Java and Kafka take it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.local_stack.kafka_format import format_log
from services.local_stack.kafka_server import JVM, kafka_program, keep_classes
from services.local_stack.made_once import MadeOnce
from services.local_stack.program import run_to_end
from streams.kafka.settings import KafkaSettings
from tests.support.waiting import eventually


def test_it_is_made_once_by_one_of_several_at_once(tmp_path: Path) -> None:
    kept = MadeOnce(tmp_path, "aot", "25", "-Xmx1m")
    assert kept.file() is None
    calls: list[Path] = []

    def write(file: Path) -> None:
        calls.append(file)
        file.write_bytes(b"classes")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: kept.make(write), range(4)))
    assert len(calls) == 1
    file = kept.file()
    assert file is not None
    assert file.read_bytes() == b"classes"


def test_it_is_of_one_kind_and_of_what_it_is_made_of(tmp_path: Path) -> None:
    MadeOnce(tmp_path, "aot", "25", "kafka.jar").make(lambda file: file.write_bytes(b"classes") and None)
    assert MadeOnce(tmp_path, "aot", "25", "kafka.jar").file()
    assert not MadeOnce(tmp_path, "aot", "26", "kafka.jar").file()
    assert not MadeOnce(tmp_path, "aot", "25", "kafka.jar", "-Xmx2m").file()
    assert not MadeOnce(tmp_path, "features", "25", "kafka.jar").file()


def test_a_damaged_or_cut_off_one_is_not_taken_and_made_anew(tmp_path: Path) -> None:
    kept = MadeOnce(tmp_path, "aot")
    kept.make(lambda file: file.write_bytes(b"classes") and None)
    file = eventually(kept.file)
    file.write_bytes(b"class")
    (tmp_path / ".aot-left").mkdir()
    assert kept.file() is None
    kept.make(lambda made: made.write_bytes(b"others") and None)
    assert eventually(kept.file).read_bytes() == b"others"
    assert not file.exists()
    assert not (tmp_path / ".aot-left").exists()


def test_one_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    def fails(file: Path) -> None:
        file.write_bytes(b"cla")
        raise OSError

    kept = MadeOnce(tmp_path, "aot")
    with pytest.raises(OSError):  # noqa: PT011
        kept.make(fails)
    assert kept.file() is None
    assert not list(tmp_path.glob(".aot-*"))


def test_the_real_java_takes_it(tmp_path: Path) -> None:
    keep_classes()
    program, _ = kafka_program(tmp_path / "kafka", tmp_path / "kafka.log", 1, 2)
    (given,) = [word for word in program.command if word.startswith("-XX:AOTCache=")]
    run_to_end([program.command[0], *JVM, given, "-XX:AOTMode=on", "-version"], tmp_path, program.environment)


def a_tool(cluster: str, log: Path) -> None:
    """Formats as the storage tool does."""
    log.mkdir()
    (log / "bootstrap.checkpoint").write_bytes(b"features")
    (log / "meta.properties").write_text(f"cluster.id={cluster}\n")


def properties(log: Path) -> dict[str, str]:
    lines = (log / "meta.properties").read_text().splitlines()
    return dict(line.split("=") for line in lines if not line.startswith("#"))


def test_the_tool_is_asked_once_and_each_directory_has_ids_of_its_own(tmp_path: Path) -> None:
    kept, asked = MadeOnce(tmp_path, "features"), []

    def tool(cluster: str, log: Path) -> None:
        asked.append(cluster)
        a_tool(cluster, log)

    logs = [tmp_path / "one" / "log", tmp_path / "other" / "log"]
    for log in logs:
        log.parent.mkdir()
        format_log(log, kept, tool)
    one, other = map(properties, logs)
    assert len(asked) == 1
    assert all((log / "bootstrap.checkpoint").read_bytes() == b"features" for log in logs)
    assert len({one["cluster.id"], other["cluster.id"], one["directory.id"], other["directory.id"]}) == 4
    format_log(logs[0], kept, tool)
    assert properties(logs[0]) == one


def test_a_cache_that_cannot_be_written_keeps_no_directory_from_being_made(tmp_path: Path) -> None:
    nowhere = MadeOnce(tmp_path / "missing", "features")
    format_log(tmp_path / "log", nowhere, a_tool)
    assert (tmp_path / "log" / "bootstrap.checkpoint").read_bytes() == b"features"


def test_the_real_kafka_has_run_on_what_its_own_tool_would_have_made(
    kafka: KafkaSettings, server_folder: Path, tmp_path: Path
) -> None:
    program, _ = kafka_program(tmp_path / "kafka", tmp_path / "kafka.log", 1, 2)
    settings, log = tmp_path / "kafka" / "server.properties", tmp_path / "by-tool"
    settings.write_text(settings.read_text() + f"log.dirs={log}\n")
    java = program.command[: program.command.index("kafka.Kafka")]
    cluster = properties(server_folder / "kafka" / "log")["cluster.id"]
    tool = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)]
    (tmp_path / "kafka" / "tmp").mkdir()
    run_to_end(tool, tmp_path, program.environment)
    ours, of_tool = properties(server_folder / "kafka" / "log"), properties(log)
    assert ours.pop("directory.id") != of_tool.pop("directory.id")
    assert ours == of_tool
    made = {file.name for file in log.iterdir()}
    assert made <= {file.name for file in (server_folder / "kafka" / "log").iterdir()}
