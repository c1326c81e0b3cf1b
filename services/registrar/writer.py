"""What the one active registrar reads and writes the register with."""

from typing import NamedTuple
from uuid import uuid4

from services.registrar.decide_batch import NewId
from services.registrar.fence import Fence
from streams.clock import Clock
from streams.crypto.keys import KeyRing
from streams.store.application import LogApplication
from streams.store.database import Database


class Writer(NamedTuple):
    """The log, through whose recorder all is written, and what goes with it.

    `database` is for reading, `fence` the right to write; `clock` gives the recorded time, `new_id` a random stream id.
    """

    log: LogApplication
    database: Database
    keys: KeyRing
    fence: Fence
    clock: Clock
    new_id: NewId = uuid4
