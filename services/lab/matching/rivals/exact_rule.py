"""The rule that needs no library: the same name and date of birth is the same person."""

from collections.abc import Sequence

from services.lab.matching.rivals.columns import Columns


def link_exactly(rows: Sequence[Columns]) -> dict[str, str]:
    """The cluster of each record, named by its first; a record without a name or date of birth stays alone."""
    first: dict[tuple[str, str, str], str] = {}
    cluster_of = {}
    for row in rows:
        record = str(row["unique_id"])
        given, family, born = (row[name] for name in ("given_name", "family_name", "date_of_birth"))
        cluster_of[record] = first.setdefault((given, family, born), record) if given and family and born else record
    return cluster_of
