"""`contactpoint run ROLE`: one service in this process, until a signal ends it."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from services.configuration.logs import log_to_stderr, places
from services.configuration.settings import NotConfigured, Settings
from services.runtime.figures import PortTaken, serving_figures

logger = logging.getLogger(__name__)

Run = Callable[[Settings, threading.Event], None]

DONE, FAILED, UNREACHABLE = 0, 1, 3
"""Exit statuses."""


def run_role(role: str, settings: Settings) -> int:
    """Runs a role until SIGTERM or SIGINT; gives the exit status. Raises KeyError for a role that there is not."""
    run = ROLES[role]
    settings = settings.signing_in_as(role)
    log_to_stderr(role)
    stop = threading.Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    try:
        if role != "init":
            _check_tables(settings)
        if role in _SEALING:
            _check_key(settings)
        with serving_figures(role, settings.host, settings.metrics_port):
            run(settings, stop)
    except (NotConfigured, Unreachable, PortTaken) as away:
        logger.error("%s", away)
        return UNREACHABLE
    except Exception as error:
        logger.error("ended by %s", places(error))
        return FAILED
    return DONE


class Unreachable(Exception):
    """The role cannot do its work with what is there; the text says why in one sentence."""


def _check_tables(settings: Settings) -> None:
    """Raises Unreachable where Postgres has tables of another version; a role waits for a Postgres that is away."""
    from streams.store.database import DatabaseAway
    from streams.store.schema import SchemaRefused, check_up_to_date

    if settings.database_url is None:
        return
    try:
        check_up_to_date(settings.database_url)
    except DatabaseAway:
        return
    except SchemaRefused as refused:
        raise Unreachable(str(refused)) from refused


_SEALING = ("registrar", "projector", "api")
"""The roles that seal, or open what is sealed."""


def _check_key(settings: Settings) -> None:
    """Raises Unreachable where the key-encryption key is missing, or is not the one with which the store is sealed.

    With another key, what comes new would be sealed so that nobody who has the right one can open it.
    """
    from contextlib import closing

    from streams.crypto.keys import opens_what_is_sealed
    from streams.crypto.sealing import KeyEncryptionKey, UnusableKey
    from streams.store.database import Database, DatabaseAway

    if settings.database_url is None:
        return
    file = settings.keys / "key-encryption.key"
    try:
        key = KeyEncryptionKey.from_file(file)
        with closing(Database(settings.database_url, "contactpoint")) as database, database.transaction() as cursor:
            opens = opens_what_is_sealed(cursor, "register", key)
    except UnusableKey as unusable:
        raise Unreachable(f"{unusable}; put it back from a backup") from unusable
    except DatabaseAway:
        return
    if not opens:
        raise Unreachable(f"{file} is not the key with which the register's data are sealed: put that one back")


def _init(settings: Settings, stop: threading.Event) -> None:
    from services.runtime.init import CannotInitialise, initialise

    try:
        initialise(settings, stop)
    except CannotInitialise as error:
        raise Unreachable(str(error)) from error


def _registrar(settings: Settings, stop: threading.Event) -> None:
    from services.registrar.intake import run
    from services.registrar.matcher_settings import SettingsRefused

    try:
        run(settings, stop)
    except SettingsRefused as error:
        raise Unreachable(f"the matcher's settings cannot be used: {error}") from error


def _relay(settings: Settings, stop: threading.Event) -> None:
    from streams.crypto.note_key import CheckpointKey
    from streams.crypto.sealing import UnusableKey
    from streams.publishing.relay import run_relay

    try:
        signs = CheckpointKey.from_file(settings.checkpoint_key, settings.origin)
    except UnusableKey as unusable:
        raise Unreachable(f"{unusable}; put it back from a backup") from unusable
    run_relay(settings.need_kafka(), settings.need_database(), settings.publication_key, stop, signs)


def _projector(settings: Settings, stop: threading.Event) -> None:
    from streams.projecting.projector import run_projector

    key_encryption_key = settings.keys / "key-encryption.key"
    run_projector(settings.need_kafka(), settings.need_database(), key_encryption_key, settings.publication_key, stop)


def _api(settings: Settings, stop: threading.Event) -> None:
    from services.api.server import run
    from services.inclusion_policy.refused import PolicyRefused
    from services.registrar.matcher_settings import SettingsRefused

    try:
        run(settings, stop)
    except PolicyRefused as error:
        raise Unreachable(f"the policy of this directory cannot be used: {error}") from error
    except SettingsRefused as error:
        raise Unreachable(f"the matcher's settings cannot be used: {error}") from error


ROLES: dict[str, Run] = {
    "init": _init,
    "registrar": _registrar,
    "relay": _relay,
    "projector": _projector,
    "api": _api,
}
