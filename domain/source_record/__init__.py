"""A source record: what one agency reports of one child, as a stream of events.

`command.py` has the commands, `events.py` the events, `record.py` the aggregate, `rules.py` when a command is refused;
`decide.py` turns a command into an event or a refusal.
"""

from domain.source_record.command import Command
from domain.source_record.decide import decide, is_effect
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

__all__ = ["Command", "Refusal", "SourceRecord", "decide", "is_effect"]
