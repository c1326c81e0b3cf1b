"""The schema of the live views, as readers find it: no query names one, so what it reads is set for its transaction."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.engine.schema import LIVE


def use_live(cursor: Cursor) -> None:
    """Sets the schema that the statements of the cursor's transaction mean; without it they find no table at all."""
    cursor.execute("select set_config('search_path', %s, true)", (LIVE,))
