"""A source record: what one agency says of one child, as a stream of events.

`events.py` has what can happen to it, `record.py` what it remembers, `rules.py` when a submission is refused,
`decide.py` puts the three together.
"""

from domain.source_record.decide import Said, decide
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

__all__ = ["Refusal", "Said", "SourceRecord", "decide"]
