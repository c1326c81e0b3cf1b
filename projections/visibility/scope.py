"""What a reader may read: the scope that the views for readers go by, set for the transaction that reads."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.vocabulary import AUTHORITY_CODE

EVERYWHERE, NOWHERE, IDENTITIES = "everywhere", "nowhere", "identities"
"""A custodian: of the shields of all authorities, of none, or of the one with an ONS code; or of what is closed."""

_CUSTODIANS = re.compile(f"{EVERYWHERE}|{NOWHERE}|{IDENTITIES}|{AUTHORITY_CODE}", re.ASCII)


class Scope(NamedTuple):
    """What a reader may read beside ordinary agencies' records of children who are not hidden.

    `cleared`: also the records of sensitive agencies. `custodian`: also hidden children in whose authority the reader
    takes care of shields, or closed children and records where it is IDENTITIES. `opened`: also these hidden children.
    What is hidden from others than one agency is read by its users once FOR_AGENCY was executed in the
    transaction.
    """

    cleared: bool = False
    custodian: str = NOWHERE
    opened: Collection[str] = ()

    @property
    def setting(self) -> str:
        """The statement that sets it for the transaction, to come before a query in one text; raises ValueError."""
        if not _CUSTODIANS.fullmatch(self.custodian):
            raise ValueError("a custodian is everywhere, nowhere, of identities, or an authority by its ONS code")
        clearance = "cleared" if self.cleared else "ordinary"
        opened = ",".join(sorted(str(UUID(child)) for child in self.opened))
        return f"set local contactpoint.scope to '{clearance} {self.custodian} {{{opened}}}'; "

    def execute(self, cursor: Cursor, text: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Executes a query in this scope, in one trip to the server."""
        cursor.execute(self.setting + text, parameters or None)


ORDINARY = Scope()
"""The scope of who is cleared for nothing, custodian of no shield, and to whom none is opened."""

FOR_ARCHIVE = "set_config('contactpoint.archive', %s, true)"
"""The expression by which the rest of the transaction reads of the children that are in the archive since a moment or
later; its parameter is its ISO text, or empty for nobody."""
FOR_AGENCY = "set_config('contactpoint.agency', %s, true)"
"""The expression by which the rest of the transaction reads what is hidden from others than the agency that reported
it; its parameter is the agency's URN, or empty for nobody's."""
