"""`contactpoint run init`: makes what the services find when they start. It changes nothing that is there."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import projections.schema
import services.registers
import services.registrar.schema
from services.identity.settings_file import SettingsRefused, load_settings
from services.private_files import private_folder, secret
from services.settings import Settings
from streams.kafka import KafkaAway, KafkaSettings
from streams.sealing import KeyEncryptionKey
from streams.store.database import Database, DatabaseAway
from streams.store.schema import create_schemas
from streams.topic_admin import TopicRefused
from streams.topics import check_topics, ensure_topics

logger = logging.getLogger(__name__)

WAIT_SECONDS = 60.0
"""How long Kafka and Postgres may take to answer."""
KEY_FILES = ("key-encryption.key", "token.key", "extracts.key")


class CannotInitialise(Exception):
    """Something that the services need is missing and cannot be made; the text says what."""


def initialise(settings: Settings, stop: Event | None = None) -> None:
    """Creates the keys, the tables, the topics and, beside a local Postgres, the demo users, where they are missing.

    Raises CannotInitialise, at once or after a minute of waiting for a server.
    """
    stop = stop or Event()
    _check_matcher(settings)
    database_url, kafka = settings.need_database(), settings.need_kafka()
    _when_there(lambda: _create_tables(database_url), stop)
    _create_keys(settings.keys, database_url)
    if not settings.database_is_external:
        key = KeyEncryptionKey.from_file(settings.keys / KEY_FILES[0])
        services.registers.add_demo_users(database_url, key)
    _when_there(lambda: _create_topics(kafka, _agencies(database_url)), stop)
    logger.info("keys, tables and topics are there")


def _when_there(work: Callable[[], None], stop: Event) -> None:
    """Does the work as soon as its server answers."""
    until, said = time.monotonic() + WAIT_SECONDS, False
    while True:
        try:
            return work()
        except (DatabaseAway, KafkaAway) as away:
            if time.monotonic() > until or stop.is_set():
                raise CannotInitialise(str(away)) from away
            if not said:
                logger.warning("waiting: %s", away)
                said = True
            stop.wait(0.2)


def _check_matcher(settings: Settings) -> None:
    """Says at once what the registrar could not start with."""
    try:
        load_settings(settings.matcher)
    except SettingsRefused as error:
        raise CannotInitialise(f"the matcher's settings cannot be used: {error}") from error


def _create_tables(database_url: str) -> None:
    create_schemas(database_url)
    services.registrar.schema.create(database_url)
    projections.schema.create(database_url)
    services.registers.create(database_url)


def _create_keys(keys: Path, database_url: str) -> None:
    """Makes the keys of a new register; one that lost its keys is not given others, which open nothing."""
    missing = [name for name in KEY_FILES if not (keys / name).exists()]
    if KEY_FILES[0] in missing and _holds_sealed_data(database_url):
        raise CannotInitialise(
            f"{keys / KEY_FILES[0]} is missing, and the register holds data sealed with it: put it back from a backup"
        )
    private_folder(keys)
    for name in missing:
        secret(keys / name)


def _holds_sealed_data(database_url: str) -> bool:
    with closing(Database(database_url, "contactpoint init")) as database, database.transaction() as cursor:
        cursor.execute("select exists (select from register.data_keys) or exists (select from access.data_keys)")
        return bool((cursor.fetchone() or (False,))[0])


def _agencies(database_url: str) -> list[str]:
    with closing(Database(database_url, "contactpoint init")) as database, database.transaction() as cursor:
        return sorted(services.registers.load_agencies(cursor))


def _create_topics(kafka: KafkaSettings, agencies: list[str]) -> None:
    try:
        ensure_topics(kafka, agencies)
    except TopicRefused as refused:
        raise CannotInitialise(str(refused)) from refused
    for difference in check_topics(kafka):
        logger.warning("%s", difference)
