"""Explains the errors of the layers below: one sentence and an exit status for each."""

import sys

from services.cli.errors import AWAY, NO, USAGE
from services.configuration.settings import BadSetting, NotConfigured
from streams.kafka.settings import KafkaAway

Explained = tuple[str, int]

_START_KAFKA = "start it, or say with CONTACTPOINT_KAFKA where it is"


def explain(error: Exception) -> Explained | None:
    """One sentence and the exit status, or None for an error that nobody foresaw."""
    if isinstance(error, NotConfigured):
        return str(error), AWAY
    if isinstance(error, BadSetting):
        return str(error), USAGE
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}", NO
    known = _of_belonging(error) or _of_views(error) or _of_keys(error) or _of_postgres(error)
    return known or _of_kafka(error) or _of_registers(error)


def _of_belonging(error: Exception) -> Explained | None:
    if "services.queries.belonging" not in sys.modules:
        return None
    from services.queries.belonging import NotTogether

    return (str(error), AWAY) if isinstance(error, NotTogether) else None


def _of_views(error: Exception) -> Explained | None:
    if "projections.engine.live_schema" in sys.modules:
        from projections.engine.live_schema import ViewsNotBuilt

        if isinstance(error, ViewsNotBuilt):
            return str(error), AWAY
    if "streams.projecting.completeness" in sys.modules:
        from streams.projecting.completeness import PositionsMissing

        if isinstance(error, PositionsMissing):
            return str(error), NO
    return None


def _of_keys(error: Exception) -> Explained | None:
    if "streams.crypto.sealing" not in sys.modules:
        return None
    from streams.crypto.sealing import UnusableKey

    return (f"{error}; put it back from a backup", AWAY) if isinstance(error, UnusableKey) else None


def _of_postgres(error: Exception) -> Explained | None:
    if "psycopg2" not in sys.modules:
        return None
    import psycopg2

    from streams.store.database import DatabaseAway

    if isinstance(error, DatabaseAway):
        return f"{error}; start Postgres, or say with CONTACTPOINT_DATABASE_URL where it is", AWAY
    if isinstance(error, psycopg2.errors.UndefinedTable | psycopg2.errors.InvalidSchemaName):
        return "Postgres has no tables of ContactPoint yet; create them with `contactpoint run init`", AWAY
    if isinstance(error, psycopg2.Error):
        return (
            f"Postgres could not answer ({type(error).__name__}); try again, and look at its log if that does not help",
            AWAY,
        )
    return None


def _of_kafka(error: Exception) -> Explained | None:
    if isinstance(error, KafkaAway):
        return f"{error}; {_START_KAFKA}", AWAY
    if "kafka" in sys.modules:
        from kafka.errors import KafkaError

        if isinstance(error, KafkaError):
            return f"Kafka cannot be reached ({type(error).__name__}); {_START_KAFKA}", AWAY
    if "streams.kafka.admin.topics" in sys.modules:
        from streams.kafka.admin.topics import TopicRefused

        if isinstance(error, TopicRefused):
            return str(error), NO
    if "streams.kafka.admin.rights" in sys.modules:
        from streams.kafka.admin.rights import AclsRefused

        if isinstance(error, AclsRefused):
            return str(error), NO
    return None


def _of_registers(error: Exception) -> Explained | None:
    if "services.registers" not in sys.modules:
        return None
    from services.registers import BadRegister

    return (str(error), USAGE) if isinstance(error, BadRegister) else None
