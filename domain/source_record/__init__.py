"""A source record: what one agency reports of one child, as a stream of events.

`command.py` is what is asked for, `events.py` what can happen to a record, `record.py` what it remembers, `rules.py`
when a command is refused, `decide.py` puts them together.
"""

from domain.source_record.command import Command
from domain.source_record.decide import decide, is_effect
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

__all__ = ["Command", "Refusal", "SourceRecord", "decide", "is_effect"]
