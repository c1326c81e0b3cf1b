"""The servers and keys that a replay reads with, and what ends one."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.cli.errors import AnswerIsNo
from services.cli.stack import settings_of

if TYPE_CHECKING:
    from services.replay import Servers


def servers_of(args: Namespace) -> "Servers":
    """Kafka, Postgres as the projector and as the API, and the files of the keys."""
    from services.replay import Servers

    settings = settings_of(args)
    builder, reader = settings.signing_in_as("projector"), settings.signing_in_as("api")
    keys = settings.keys / "key-encryption.key", settings.publication_key
    return Servers(settings.need_kafka(), builder.need_database(), reader.need_database(), *keys)


@contextmanager
def replaying() -> Iterator[None]:
    """Raises AnswerIsNo where another replay runs, or somebody was hidden meanwhile."""
    from services.replay import HiddenMeanwhile, ReplayRunning

    try:
        yield
    except (ReplayRunning, HiddenMeanwhile) as refused:
        raise AnswerIsNo(str(refused)) from None
