"""Which authority a child lives in, by records of ordinary agencies, and which one is in charge of it."""

from collections.abc import Collection
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.authorization import Charge
from projections.base.prepared import Prepared
from projections.visibility.scope import ORDINARY
from projections.visibility.shields import custodians


def authorities_of(cursor: Cursor, children: Collection[str]) -> dict[str, str]:
    """The ONS code of the authority of each child that has one."""
    return _read(cursor, _LIVED_IN, children)


def vouched_authorities(cursor: Cursor, children: Collection[str]) -> dict[str, str | None]:
    """As `authorities_of`, where a local authority or two agencies report it: only from that a right follows."""
    return _read(cursor, _VOUCHED, children)


def authorities_in_charge(cursor: Cursor, children: Collection[str]) -> dict[str, str | None]:
    """As `vouched_authorities`, but of a hidden child its custodian: no right may depend on where it lives."""
    return vouched_authorities(cursor, children) | dict(custodians(cursor, children))


def charges(cursor: Cursor, children: Collection[str]) -> list[Charge]:
    """Who is in charge of each of the children, and where nobody is, the authorities that single agencies report.

    Of a hidden child no such report counts.
    """
    _CHARGES.execute(cursor, (list(children),), settings=ORDINARY.setting)
    found = {child: Charge(vouched, (reported or "").split()) for child, vouched, reported in cursor.fetchall()}
    found |= {child: Charge(custodian) for child, custodian in custodians(cursor, children).items()}
    return [found.get(child, NOBODYS) for child in children]


def authorities_to_notify(cursor: Cursor, children: Collection[str]) -> dict[str, str | None]:
    """Whom a notice about each child is for: the authority that it lives in; of a hidden child, who takes care of that.

    Any other addressee would learn from the notice that a hidden child lives there.
    """
    return authorities_of(cursor, children) | dict(custodians(cursor, children))


def _of_children(name: str, columns: str) -> Prepared:
    return Prepared(
        name,
        ("uuid[]",),
        f"select child::text, {columns} from authority_of_child where child = any($1)",  # noqa: S608
    )


_LIVED_IN, _VOUCHED = _of_children("lived_in", "authority"), _of_children("vouched", "vouched_authority")
_CHARGES = _of_children("charges", "vouched_authority, said_authorities")


NOBODYS = Charge(None)
"""Of a child of whom no address has an authority."""


def _read(cursor: Cursor, statement: Prepared, children: Collection[str]) -> dict[str, Any]:
    statement.execute(cursor, (list(children),), settings=ORDINARY.setting)
    return dict(cursor.fetchall())
