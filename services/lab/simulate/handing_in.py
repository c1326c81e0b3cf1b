"""When agencies hand their submissions in: on the day itself, late, or, once a feed has stopped, never.

None of it changes what is true. `time` is still the day on which something became true; only its place among what is
handed in is a later one, at the latest that of the last day, so that by then the feeds that have not stopped are whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.model import AS_AT, Record
from services.lab.simulate.submissions import Sent, sent_for

DAYS_LATE = Weighted((0.5, (1, 14)), (0.35, (15, 60)), (0.15, (61, 200)))
"""By how many days a submission is late: from, to."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How agencies hand in: the share of submissions that are `late`, and agency code → last day of its feed.

    Raises ValueError for a share that is none.
    """

    late: float = 0.0
    stops: Mapping[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.late <= 1:
            raise ValueError(f"{self.late} is no share from 0 to 1")


ON_TIME = Manner()
"""Every submission on the day on which it became true."""


class HandedIn(NamedTuple):
    """A submission and the day on which its agency hands it in; it is `late` by itself or waits for one that is."""

    on: date
    sent: Sent
    late: bool = False

    @property
    def days_late(self) -> int:
        """Days from becoming true to being handed in."""
        return (self.on - self.sent.on).days


def handed_in(record: Record, seed: int, manner: Manner) -> Iterator[HandedIn]:
    """All that an agency hands in about one of its records; of one record nothing overtakes what came before it.

    As with `sent_for`, a stable sort by day puts it in order.
    """
    if not manner.late:
        yield from (HandedIn(sent.on, sent) for sent in sent_for(record))
        return
    dice = Dice(f"{seed}/{record.subject}/late")
    before = record.registered
    for sent in sorted(sent_for(record), key=attrgetter("on")):
        # Always every throw: with a larger share the same submissions are as late as before, and others with them.
        late, days = dice.chance(manner.late), dice.number(*dice.weighted(DAYS_LATE))
        due = min(sent.on + timedelta(days=days), AS_AT) if late else sent.on
        before = max(before, due)
        yield HandedIn(before, sent, due > sent.on)


def is_handed_in(each: HandedIn, manner: Manner) -> bool:
    """Whether the agency's feed still runs on that day."""
    last = manner.stops.get(each.sent.agency.code)
    return last is None or each.on <= last
