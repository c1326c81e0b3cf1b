import contextlib
import dataclasses
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from services.cli.main import main
from services.configuration.private_files import secret
from services.configuration.settings import Settings, read_settings
from services.registers import DEMO_USERS
from services.runtime.init import KEY_FILES, CannotInitialise, initialise
from services.runtime.roles import UNREACHABLE, run_role
from streams.kafka.admin.topics import check_topics
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import COMMON_TOPICS

SEALS = "key-encryption.key"


@pytest.fixture
def settings(tmp_path: Path, kafka: KafkaSettings, database_url: str) -> Iterator[Settings]:
    """Settings of an installation with keys of its own; what it sealed is gone at the end."""
    yield dataclasses.replace(read_settings(tmp_path, {}), kafka=kafka, database_url=database_url)
    if rows_of(database_url, "select 1 from pg_namespace where nspname = 'registry'"):
        rows_of(database_url, "truncate access.events, access.data_keys, registry.users, publication.home")


def rows_of(url: str, question: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall() if cursor.description else []


def test_init_makes_keys_tables_topics_and_demo_users(settings: Settings) -> None:
    initialise(settings)
    for name in KEY_FILES:
        assert stat.S_IMODE((settings.keys / name).stat().st_mode) == 0o600
    schemas = {name for (name,) in rows_of(settings.need_database(), "select nspname from pg_namespace")}
    assert {"register", "access", "registry", "publication", "projection"} <= schemas
    assert {name for (name,) in rows_of(settings.need_database(), "select name from registry.users")} == {
        user.user for user in DEMO_USERS
    }
    assert COMMON_TOPICS
    assert check_topics(settings.need_kafka()) == []


def test_init_changes_nothing_that_is_there(settings: Settings) -> None:
    initialise(settings)
    keys = {name: (settings.keys / name).read_bytes() for name in KEY_FILES}
    initialise(settings)
    assert {name: (settings.keys / name).read_bytes() for name in KEY_FILES} == keys


def test_init_adds_no_demo_users_to_a_database_that_is_not_ours(settings: Settings) -> None:
    initialise(settings)
    rows_of(settings.need_database(), "delete from registry.users")
    initialise(dataclasses.replace(settings, database_is_external=True))
    assert rows_of(settings.need_database(), "select name from registry.users") == []


def test_a_register_that_lost_its_key_is_not_given_another(settings: Settings) -> None:
    initialise(settings)
    sealed = "insert into register.data_keys values (gen_random_uuid(), '')"
    rows_of(settings.need_database(), sealed)
    (settings.keys / SEALS).unlink()
    with pytest.raises(CannotInitialise, match="put it back"):
        initialise(settings)
    assert not (settings.keys / SEALS).exists()
    rows_of(settings.need_database(), "truncate register.data_keys")


@pytest.mark.usefixtures("own_signals_and_log")
@pytest.mark.parametrize("role", ["registrar", "projector", "api"])
def test_a_role_with_another_key_does_not_begin(
    settings: Settings, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    initialise(settings)
    url = settings.need_database()
    rows_of(url, "insert into register.data_keys values (gen_random_uuid(), 'wrapped by another key')")
    try:
        assert run_role(role, settings) == UNREACHABLE
    finally:
        rows_of(url, "truncate register.data_keys")
    assert "is not the key with which" in capsys.readouterr().err


def test_another_key_than_the_one_that_seals_is_refused(settings: Settings) -> None:
    initialise(settings)
    (settings.keys / SEALS).unlink()
    secret(settings.keys / SEALS)
    with pytest.raises(CannotInitialise, match="is not the key with which"):
        initialise(settings)


@pytest.fixture
def published(settings: Settings) -> Settings:
    """Of a directory that has published under a key."""
    initialise(settings)
    url = settings.need_database()
    rows_of(url, "insert into publication.home (cluster_id, key_check) values ('a', 'b') on conflict do nothing")
    return settings


def test_a_lost_publication_key_is_made_anew_only_where_that_is_asked_for(
    published: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    file = published.publication_key
    file.unlink()
    with pytest.raises(CannotInitialise, match=r"contactpoint republish --new-key"):
        initialise(published)
    assert not file.exists()
    assert main(["republish", "--data", str(published.data)]) == 3
    assert "add --new-key" in capsys.readouterr().err
    assert main(["republish", "--new-key", "--data", str(published.data)]) == 3
    assert "then `contactpoint republish`" in capsys.readouterr().err
    made = file.read_bytes()
    assert main(["republish", "--new-key", "--data", str(published.data)]) == 1
    assert file.read_bytes() == made
    initialise(published)


def test_init_gives_up_where_kafka_does_not_answer(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.init.WAIT_SECONDS", 0.0)
    with pytest.raises(CannotInitialise, match="Kafka cannot be reached"):
        initialise(dataclasses.replace(settings, kafka=KafkaSettings("127.0.0.1:1")))


def test_settings_of_the_matcher_that_cannot_be_used_are_refused_at_once(settings: Settings, tmp_path: Path) -> None:
    matcher = tmp_path / "matcher.yaml"
    matcher.write_text("version: mine/1")
    with pytest.raises(CannotInitialise, match=r"the matcher's settings cannot be used: .*matcher\.yaml: rivals"):
        initialise(dataclasses.replace(settings, matcher=matcher))
