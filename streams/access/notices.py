"""Notices to authorities, left in the relay's outbox by the transaction that records the look.

A topic takes messages of one outbox only, because the relay knows by the outbox's ordinals what a topic has; there is
one, in the schema `register`, and its counter's row lock keeps the ordinals gapless whoever writes.
"""

from collections.abc import Sequence

import orjson

from domain.access_log.notices import Notice, document
from streams.kafka.topics import UNCLAIMED, notices_topic
from streams.store.database import Cursor
from streams.store.outbox import write_outbox

NoticeOfLook = tuple[Notice, tuple[str, int, str]]
"""A notice, and of the access event that it is about: the action, the position, and the time as ISO text."""


def leave_notices(cursor: Cursor, notices: Sequence[NoticeOfLook]) -> None:
    """Leaves notices for the relay, in the cursor's transaction; the record's key is the child."""
    write_outbox(
        cursor,
        [
            (notices_topic(each.authority or UNCLAIMED), each.child.encode(), orjson.dumps(document(each, *of)))
            for each, of in notices
        ],
    )
