"""The rules of retention, and the law that each rests on.

The directory was made under section 12 of the Children Act 2004, by the Children Act 2004 Information Database
(England) Regulations 2007 (S.I. 2007/2182). Of these were read regulation 2, which sends for archived information to
regulation 8; regulation 6, by which nobody may read it whose access is for anything but an authority's functions under
the regulations; and paragraph 2(d) of Schedule 1, which knows a return within three years. Regulation 8 itself was not:
the ages and years here follow ContactPoint's rules as other publications give them, and whoever runs this has to check
them. None of it is legal advice.
"""

from typing import NamedTuple

KEPT_ON_UNTIL = 25
LOOKED_AFTER_AT = 16
"""Who was looked after at this age or later, as a child, may be a care leaver."""
AFTER_DEATH = 1
"""Years until the entry of a child who died is archived."""
AFTER_LEAVING = 1
"""Years until the entry of a child who left England is archived: as long, its absence is on lists and can be denied."""
DESTROYED_AFTER = 6
"""Years that an archived entry is kept."""


class Rule(NamedTuple):
    """A rule by its name, which is storage and wire format; what it requires, and the law behind it."""

    name: str
    summary: str
    law: str


REACHED_18 = Rule(
    "reached-18",
    "archived on the eighteenth birthday; a possible care leaver is asked first whether to be kept on",
    "S.I. 2007/2182, regulation 8; Children Act 2004, section 10(9)",
)
REACHED_25 = Rule(
    "reached-25",
    "who may be a care leaver is archived on the twenty-fifth birthday in any case",
    "S.I. 2007/2182, regulation 8; Children Act 2004, section 10(9)",
)
DIED = Rule(
    "died",
    "archived one year after death, or after it was recorded, whichever is later",
    "S.I. 2007/2182, regulation 8",
)
LEFT_ENGLAND = Rule(
    "left-england",
    "archived one year after the child left England, or after that was recorded; a return takes that back",
    "S.I. 2007/2182, regulation 8 and Schedule 1, paragraph 2(d)",
)
RULES = (REACHED_18, REACHED_25, DIED, LEFT_ENGLAND)
"""Every child is judged by all of them, not by the first that holds."""
