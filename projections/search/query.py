"""Finding children by what is known of them: exact after normalising, over current and other names."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.identity.normalise import normalise_name, normalise_postcode
from projections.search.project import alias

IDENTIFIERS = ("nhs_number", "upn")
CERTAIN, PROBABLE = "certain", "probable"


class Hit(NamedTuple):
    """A child found through one of its records; `score` is the share of the criteria that agree, 1.0 when all do."""

    child: str
    record: str
    score: float
    grade: str


def find(cursor: Cursor, criteria: Mapping[str, str], limit: int) -> list[Hit]:
    """The children that criteria describe, best first, each once, at most `limit`.

    Criteria are `given_name`, `family_name`, `date_of_birth`, `gender`, `postcode`, `nhs_number`, `upn`; empty ones
    do not count. A record is found where an identifier agrees, or where all that is asked besides identifiers agrees.
    It is `certain` where every criterion agrees and `probable` where another identifier, or anything else, does not.
    """
    asked = {name: value for name, value in criteria.items() if value}
    identifiers = [_condition(name, asked) for name in IDENTIFIERS if name in asked]
    others = [_condition(name, asked) for name in _OTHERS if name in asked]
    if "given_name" in asked or "family_name" in asked:
        others.append(_name(asked))
    conditions = [*identifiers, *others]
    if not conditions:
        return []
    either = [sql for sql, _ in identifiers] + ([" and ".join(sql for sql, _ in others)] if others else [])
    agreeing = " + ".join(f"coalesce(({sql})::int, 0)" for sql, _ in conditions)
    found = " or ".join(f"({sql})" for sql in either)
    values = {name: value for _, of_condition in conditions for name, value in of_condition.items()}
    cursor.execute(
        "select child, record, agreeing from (select distinct on (l.child) l.child, l.record, s.agreeing"  # noqa: S608
        f" from (select s.stream, {agreeing} as agreeing from views.search s where {found}) s"
        " join views.link l on l.record = s.stream order by l.child, s.agreeing desc, l.record) found"
        " order by agreeing desc, child limit %(limit)s",
        {**values, "limit": limit},
    )
    return [
        Hit(child, record, agreeing / len(conditions), CERTAIN if agreeing == len(conditions) else PROBABLE)
        for child, record, agreeing in cursor.fetchall()
    ]


_OTHERS = ("date_of_birth", "gender", "postcode")


def _condition(name: str, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    value = asked[name]
    if name == "postcode":
        value = normalise_postcode(value)
    elif name in IDENTIFIERS:
        value = "".join(value.split()).upper()
    return f"s.{name} = %({name})s", {name: value}


def _name(asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """One condition for given and family name together, so that both are of the same name."""
    given, family = (normalise_name(asked.get(part) or "") for part in ("given_name", "family_name"))
    current = [f"s.{part} = %({part})s" for part, value in (("given", given), ("family", family)) if value]
    sql = f"({' and '.join(current)} or s.aliases @> %(alias)s::text[])"
    return sql, {"given": given, "family": family, "alias": [alias(given, family)]}
