"""`contactpoint run init`: makes what the services find when they start, and brings the tables up to date."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import services.registers
from domain.agency import Agency
from services.auth.tokens import KEY_FILE as LOCAL_ISSUERS_KEY
from services.auth.tokens import create_issuer_key
from services.configuration.private_files import private_folder, secret
from services.configuration.settings import CHECKPOINT_KEY, PUBLICATION_KEY, Settings
from services.queries.belonging import meet
from services.registrar.matcher_settings import SettingsRefused, load_settings
from streams.crypto.keys import opens_what_is_sealed
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.admin.rights import AclsRefused, grant_services
from streams.kafka.admin.topics import TopicRefused, check_topics
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.publishing.home import read_home
from streams.store.database import Cursor, Database, DatabaseAway
from streams.store.rights import RightsRefused, grant_rights
from streams.store.schema import SchemaRefused, migrate

logger = logging.getLogger(__name__)

WAIT_SECONDS = 60.0
"""How long Kafka and Postgres may take to answer."""
_SEALS = "key-encryption.key"
KEY_FILES: dict[str, Callable[[Path], object]] = {
    _SEALS: secret,
    "extracts.key": secret,
    PUBLICATION_KEY: secret,
    CHECKPOINT_KEY: secret,
    LOCAL_ISSUERS_KEY: create_issuer_key,
}
"""The files of the keys directory, with what makes each of them."""


class CannotInitialise(Exception):
    """Something that the services need is missing and cannot be made; the text says what."""


def initialise(settings: Settings, stop: Event | None = None) -> None:
    """Creates keys, tables, topics and, beside a local Postgres, the demo users where they are missing.

    Tables of an earlier version are brought up to date; those of the views are the projector's. Raises
    CannotInitialise, at once or after a minute of waiting for a server.
    """
    stop = stop or Event()
    _check_matcher(settings)
    database_url, kafka = settings.need_database(), settings.need_kafka()
    _when_there(lambda: _create_tables(database_url), stop, "CONTACTPOINT_DATABASE_URL")
    _create_keys(settings, database_url)
    if not settings.database_is_external:
        key = KeyEncryptionKey.from_file(settings.keys / _SEALS)
        services.registers.add_demo_users(database_url, key)
    _when_there(lambda: _create_topics(kafka, database_url), stop, "CONTACTPOINT_KAFKA")
    key_check = PublicationKey.from_file(settings.publication_key).check
    _when_there(lambda: meet(kafka, database_url, key_check), stop, "CONTACTPOINT_KAFKA")
    logger.info("keys, tables and topics are there")


def _when_there(work: Callable[[], None], stop: Event, variable: str) -> None:
    """Does the work as soon as its server answers, whose address the variable names."""
    until, reported = time.monotonic() + WAIT_SECONDS, False
    while True:
        try:
            return work()
        except (DatabaseAway, KafkaAway) as away:
            if time.monotonic() > until or stop.is_set():
                raise CannotInitialise(f"{away}; start it, or say with {variable} where it is") from away
            if not reported:
                logger.warning(
                    "waiting up to %.0f s: %s; start it, or say with %s where it is", WAIT_SECONDS, away, variable
                )
                reported = True
            stop.wait(0.2)


def _check_matcher(settings: Settings) -> None:
    """Raises CannotInitialise for settings with which the registrar could not start."""
    try:
        load_settings(settings.matcher)
    except SettingsRefused as error:
        raise CannotInitialise(f"the matcher's settings cannot be used: {error}") from error


def _create_tables(database_url: str) -> None:
    try:
        migrate(database_url)
        grant_rights(database_url)
    except (SchemaRefused, RightsRefused) as refused:
        raise CannotInitialise(str(refused)) from refused


def _create_keys(settings: Settings, database_url: str) -> None:
    """Makes the keys of a new register; one that lost its keys is not given others, which open nothing."""
    keys = settings.keys
    with closing(Database(database_url, "contactpoint init")) as database, database.transaction() as cursor:
        _refuse_lost_keys(settings, cursor)
    private_folder(keys)
    places = {PUBLICATION_KEY: settings.publication_key, CHECKPOINT_KEY: settings.checkpoint_key}
    for name, make in KEY_FILES.items():
        needed = name != LOCAL_ISSUERS_KEY or settings.sign_in.issuer is None
        file = places.get(name, keys / name)
        if needed and not file.exists():
            make(private_folder(file.parent) / file.name)


def _refuse_lost_keys(settings: Settings, cursor: Cursor) -> None:
    """Raises CannotInitialise where a key that was used is missing, or the one that opens what is sealed is another."""
    seals, published = settings.keys / _SEALS, settings.publication_key
    if not seals.exists() and _holds_sealed_data(cursor):
        raise CannotInitialise(f"{seals} is missing, and the register holds data sealed with it: {_PUT_BACK}")
    if seals.exists():
        key = KeyEncryptionKey.from_file(seals)
        if not all(opens_what_is_sealed(cursor, schema, key) for schema in ("register", "access")):
            raise CannotInitialise(f"{seals} is not the key with which the register's data are sealed: {_PUT_BACK}")
    if not published.exists() and read_home(cursor) is not None:
        raise CannotInitialise(
            f"{published} is missing, and the logs are published under it: {_PUT_BACK} or, where it is lost,"
            " run `contactpoint republish --new-key`"
        )
    if not settings.checkpoint_key.exists() and _has_signed(cursor):
        raise CannotInitialise(
            f"{settings.checkpoint_key} is missing, and checkpoints are signed with it: {_PUT_BACK} or, where it is"
            " lost, run `contactpoint checkpoint --new-key`"
        )


_PUT_BACK = "put it back from a backup"


def _holds_sealed_data(cursor: Cursor) -> bool:
    cursor.execute("select exists (select from register.data_keys) or exists (select from access.data_keys)")
    return bool((cursor.fetchone() or (False,))[0])


def _has_signed(cursor: Cursor) -> bool:
    cursor.execute("select exists (select from publication.checkpoints)")
    return bool((cursor.fetchone() or (False,))[0])


def _agencies(database_url: str) -> list[Agency]:
    with closing(Database(database_url, "contactpoint init")) as database, database.transaction() as cursor:
        return list(services.registers.load_agencies(cursor).values())


def _create_topics(kafka: KafkaSettings, database_url: str) -> None:
    try:
        services.registers.make_reachable(kafka, database_url, _agencies(database_url))
        grant_services(kafka)
    except (TopicRefused, AclsRefused) as refused:
        raise CannotInitialise(str(refused)) from refused
    for difference in check_topics(kafka):
        logger.warning("%s", difference)
