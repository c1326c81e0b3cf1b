"""Notices to authorities, written to the relay's outbox by the transaction that records the look.

There is one outbox, in the schema `register`, because the relay knows by its ordinals which messages a topic has. The
row lock of its counter keeps the ordinals gapless, whichever process writes.
"""

from collections.abc import Sequence

import orjson

from domain.access_log.notices import Notice, document
from streams.kafka.topics import UNCLAIMED, notices_topic
from streams.store.database import Cursor
from streams.store.outbox import write_outbox

NoticeOfLook = tuple[Notice, tuple[str, int, str]]
"""A notice, and of the access event that it reports: the action, the position, and the time as ISO text."""


def leave_notices(cursor: Cursor, notices: Sequence[NoticeOfLook]) -> None:
    """Writes notices to the outbox, in the cursor's transaction; the key of each message is the child."""
    write_outbox(
        cursor,
        [
            (notices_topic(each.authority or UNCLAIMED), each.child.encode(), orjson.dumps(document(each, *of)), None)
            for each, of in notices
        ],
    )
