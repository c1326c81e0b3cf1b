"""Explains the errors of the layers below: one sentence and an exit status for each."""

import sys

from services.cli.errors import AWAY, NO, USAGE
from services.configuration.settings import BadSetting, NotConfigured
from services.queries.troubles import START_KAFKA

Explained = tuple[str, int]

_START_POSTGRES = "start Postgres, or say with CONTACTPOINT_DATABASE_URL where it is"

SENTENCES = (
    ("services.queries.belonging", "NotTogether", "{}", AWAY),
    ("projections.engine.live_schema", "ViewsNotBuilt", "{}", AWAY),
    ("streams.projecting.completeness", "PositionsMissing", "{}", NO),
    ("streams.crypto.sealing", "UnusableKey", "{}; put it back from a backup", AWAY),
    ("streams.store.database", "DatabaseAway", f"{{}}; {_START_POSTGRES}", AWAY),
    ("streams.kafka.settings", "KafkaAway", f"{{}}; {START_KAFKA}", AWAY),
    ("streams.kafka.admin.topics", "TopicRefused", "{}", NO),
    ("streams.kafka.admin.rights", "AclsRefused", "{}", NO),
    ("services.registers", "BadRegister", "{}", USAGE),
    ("services.submit.waiting", "Stuck", "{}", AWAY),
)
"""Errors whose text is a sentence for the user: module, class, the sentence, exit status; the first that fits counts.

Named by text, because a module that was not loaded has raised nothing, and loading it here would cost every verb.
"""


def explain(error: Exception) -> Explained | None:
    """One sentence and the exit status, or None for an error that nobody foresaw."""
    if isinstance(error, NotConfigured):
        return str(error), AWAY
    if isinstance(error, BadSetting):
        return str(error), USAGE
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}", NO
    return _by_sentence(error) or _of_postgres(error) or _of_kafka(error)


def _by_sentence(error: Exception) -> Explained | None:
    for module, name, sentence, status in SENTENCES:
        if module in sys.modules and isinstance(error, getattr(sys.modules[module], name)):
            return sentence.format(error), status
    return None


def _of_postgres(error: Exception) -> Explained | None:
    if "psycopg2" not in sys.modules:
        return None
    import psycopg2

    if isinstance(error, psycopg2.errors.UndefinedTable | psycopg2.errors.InvalidSchemaName):
        return "Postgres has no tables of ContactPoint yet; create them with `contactpoint run init`", AWAY
    if isinstance(error, psycopg2.Error):
        return (
            f"Postgres could not answer ({type(error).__name__}); try again, and look at its log if that does not help",
            AWAY,
        )
    return None


def _of_kafka(error: Exception) -> Explained | None:
    if "kafka" not in sys.modules:
        return None
    from kafka.errors import KafkaError

    if isinstance(error, KafkaError):
        return f"Kafka cannot be reached ({type(error).__name__}); {START_KAFKA}", AWAY
    return None
