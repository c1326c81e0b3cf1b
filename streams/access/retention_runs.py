"""On which day a run of retention last brought back whoever is due to: whoever waits for one is absent until then."""

from streams.store.database import Cursor


def write_run(cursor: Cursor, authority: str, day: str) -> None:
    """Keeps the day of a run about an authority, or about the whole directory where that is empty."""
    cursor.execute(
        "insert into access.retention_runs as r (authority, day) values (%s, %s)"
        " on conflict (authority) do update set day = greatest(r.day, excluded.day)",
        (authority, day),
    )


def last_runs(cursor: Cursor) -> dict[str, str]:
    """The day of the last run by authority, of those that were run; the key of the whole directory is empty."""
    cursor.execute("select authority, day::text from access.retention_runs order by authority")
    return dict(cursor.fetchall())
