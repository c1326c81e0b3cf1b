"""What would become of messages if they were sent now: decided by the registrar's own code, and nothing is kept.

No record is compared with any child, so that neither an answer nor how long it takes reveals other agencies' records.
"""

from collections.abc import Collection, Sequence
from contextlib import closing
from uuid import uuid4

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Comparer, features_of
from domain.source_record import Command
from services.registrar.aggregates import Aggregates
from services.registrar.batch import Message
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.decide_batch import decide_batch
from services.registrar.look_up import MatchState, look_up
from services.registrar.matcher_settings import load_settings
from services.registrar.receipts import Answer
from streams.clock import Clock, utc_now
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Database


def dry_run(
    database_url: str, key: KeyEncryptionKey, messages: Sequence[Message], clock: Clock = utc_now
) -> list[Answer]:
    """The answer to each message, in their order, as if they were sent together; raises DatabaseAway.

    Reads the store, writes and locks nothing. No message may be a steward's decision.
    """
    with closing(Database(database_url, "contactpoint dry run")) as database:
        keys = KeyRing(key, reader_of(database, "register"))
        with closing(LogApplication(database_url, "register", EventMapper(keys), reader=database)) as log:
            aggregates, comparer = Aggregates(log, database, keys), Comparer(load_settings())
            state = look_up(database, aggregates, comparer, messages, _nobody)
            return decide_batch(messages, state, clock(), uuid4).answers


def _nobody(_: Cursor, comparer: Comparer, describing: Sequence[Command], __: Collection[str]) -> MatchState:
    """A directory in which no record resembles another."""
    described = [
        Described(
            command.data, command.time, command.source, features_of(command.data, command.time, source=""), (), ()
        )
        for command in describing
    ]
    return MatchState(BatchMatcher(comparer), (), described)
