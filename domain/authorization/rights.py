"""The table of rights: what a role may do, where, with and without the clearance for sensitive services.

What no row names is denied. `own` is an action about the user's own authority, `anywhere` about any or none.
`mask` answers without anything that comes from a sensitive service.
"""

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from domain.authorization.actions import Action, Jurisdiction
from domain.authorization.roles import Role

TABLE = """
role                      action           where      cleared   otherwise

practitioner              find             anywhere   allow     mask
practitioner              show             anywhere   allow     mask
practitioner              history          anywhere   allow     mask
practitioner              report           own        allow     mask

data-manager              find             anywhere   allow     mask
data-manager              show             anywhere   allow     mask
data-manager              history          anywhere   allow     mask
data-manager              looks            anywhere   allow     mask
data-manager              export           own        allow     mask
data-manager              receipts         anywhere   allow     mask
data-manager              report           own        allow     mask
data-manager              policy           own        allow     mask
data-manager              duplicates       anywhere   allow     mask
data-manager              children.merged  own        allow     deny
data-manager              children.merged  none       allow     deny
data-manager              child.split      own        allow     deny
data-manager              child.split      none       allow     deny
data-manager              match.dismissed  own        allow     deny
data-manager              match.dismissed  none       allow     deny
data-manager              dead-letters     anywhere   allow     mask
data-manager              shield-apply     own        allow     mask
data-manager              shield-lift      own        allow     mask
data-manager              shield-review    own        allow     mask
data-manager              shield-hand-over own        allow     mask
data-manager              override         anywhere   allow     mask
data-manager              investigations   own        allow     mask
data-manager              correct          own        allow     mask
data-manager              figures          anywhere   allow     allow
data-manager              agency-suspend   own        allow     allow
data-manager              agency-resume    own        allow     allow
data-manager              record-remove    own        allow     deny
data-manager              record-remove    none       allow     deny
data-manager              new-identity-request own    allow     deny
data-manager              new-identity-request none   allow     deny
data-manager              new-identity-confirm own    allow     deny
data-manager              new-identity-confirm none   allow     deny
data-manager              record-accept    own        allow     deny
data-manager              record-accept    none       allow     deny
data-manager              record-set-aside own        allow     deny
data-manager              record-set-aside none       allow     deny
data-manager              erase            own        allow     deny
data-manager              erase            none       allow     deny
data-manager              hold-place       own        allow     deny
data-manager              hold-place       none       allow     deny
data-manager              hold-lift        own        allow     deny
data-manager              hold-lift        none       allow     deny
data-manager              retention        own        allow     deny
data-manager              retention-run    own        allow     deny
data-manager              retention-run    none       allow     deny
data-manager              archive          anywhere   allow     mask
data-manager              archive-enquiry  anywhere   allow     deny

authority-administrator   access-report    own        allow     mask
authority-administrator   investigations   own        allow     mask
authority-administrator   users-list       own        allow     allow
authority-administrator   users-grant      own        allow     allow
authority-administrator   users-revoke     own        allow     allow

auditor                   history          anywhere   allow     mask
auditor                   looks            anywhere   allow     mask
auditor                   access-report    anywhere   allow     mask
auditor                   investigations   anywhere   allow     mask
auditor                   users-list       anywhere   allow     allow
auditor                   figures          anywhere   allow     allow
auditor                   proofs           anywhere   allow     allow
auditor                   replay           anywhere   allow     mask
auditor                   could-have-seen  anywhere   allow     mask
auditor                   archive          anywhere   allow     mask
auditor                   archive-enquiry  anywhere   allow     mask

subject-access-officer    find             anywhere   allow     mask
subject-access-officer    show             anywhere   allow     mask
subject-access-officer    history          own        allow     mask
subject-access-officer    looks            own        allow     mask
subject-access-officer    subject-access   own        allow     mask
subject-access-officer    correct          own        allow     mask
subject-access-officer    archive-enquiry  anywhere   allow     mask

identity-custodian        new-identities   anywhere   allow     deny
identity-custodian        closed-record-open anywhere allow     deny

operator                  figures          anywhere   allow     allow
operator                  operation        anywhere   allow     mask
"""


class Effect(StrEnum):
    """What a row of the table gives."""

    ALLOW = "allow"
    MASK = "mask"
    DENY = "deny"


class Cell(NamedTuple):
    """What one row of the table is about."""

    role: Role
    action: Action
    jurisdiction: Jurisdiction


class Row(NamedTuple):
    """The effects of one row of the table, for a user with the clearance and for one without."""

    cleared: Effect
    otherwise: Effect


_PLACES: Mapping[str, tuple[Jurisdiction, ...]] = {
    "own": (Jurisdiction.OWN,),
    "none": (Jurisdiction.NONE,),
    "anywhere": tuple(Jurisdiction),
}


def _read(table: str) -> Iterator[tuple[Cell, Row]]:
    """The cells of a table; raises ValueError, KeyError where it is malformed, so that no process starts with it."""
    for line in filter(None, table.splitlines()[2:]):
        role, action, places, cleared, otherwise = line.split()
        for place in _PLACES[places]:
            yield Cell(Role(role), Action(action), place), Row(Effect(cleared), Effect(otherwise))


RIGHTS: Mapping[Cell, Row] = dict(_read(TABLE))

VERSION = "rights-" + hashlib.sha256(" ".join(TABLE.split()).encode()).hexdigest()[:12]
"""Identifies this version of the table in the access log, so that an auditor knows by which one a look was allowed."""
