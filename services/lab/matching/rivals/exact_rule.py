"""The rule that needs no library: the same name and date of birth is the same person."""

from collections.abc import Sequence

from services.lab.matching.febrl import Row


def link_exactly(rows: Sequence[Row]) -> dict[str, str]:
    """The cluster of each record, named by its first; a record without a name or date of birth stays alone."""
    first: dict[tuple[str, str, str], str] = {}
    cluster_of = {}
    for row in rows:
        record, given, family, born = (row[name] for name in ("rec_id", "given_name", "surname", "date_of_birth"))
        if given and family and born:
            cluster_of[str(record)] = first.setdefault((given, family, born), str(record))
        else:
            cluster_of[str(record)] = str(record)
    return cluster_of
