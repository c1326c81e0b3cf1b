"""The SQL of the recorder."""

from psycopg2.sql import SQL, Composed, Identifier


class Statements:
    """The recorder's statements on the tables of one schema."""

    def __init__(self, schema: str) -> None:
        def statement(text: str, order: str = "asc") -> Composed:
            return SQL(text).format(Identifier(schema), order=SQL(order))

        self.take_positions = statement("update {}.counter set last = last + %s returning last")
        self.keep_others_out = statement("select from {}.counter for update")
        self.last_position = statement("select last from {}.counter")
        self.events = f"{schema}.events"
        self.insert_few = statement(
            "with taken as (update {0}.counter set last = last + %(count)s returning last)"
            " insert into {0}.events (position, stream, version, topic, state)"
            " select taken.last - %(count)s + given.number, given.stream, given.version, given.topic, given.state"
            " from taken, unnest(%(streams)s::uuid[], %(versions)s::int[], %(topics)s::text[], %(states)s::bytea[])"
            " with ordinality as given (stream, version, topic, state, number)"
            " returning (select last from taken)"
        )
        self.track = statement(
            "insert into {}.tracking as stored (application, position) values (%s, %s)"
            " on conflict (application) do update set position = excluded.position"
            " where stored.position < excluded.position"
        )
        self.tracked = statement("select position from {}.tracking where application = %s")
        self.select_streams = statement(
            "select stream::text, version, topic, state from {}.events where stream = any(%s::uuid[])"
            " order by stream, version"
        )
        self.select_log = statement(
            "select position, stream::text, version, topic, state from {}.events where position > %s"
            " and (%s::bigint is null or position <= %s) and (%s::text[] is null or topic = any(%s))"
            " order by position limit %s"
        )
        self._select_stream = {
            desc: statement(
                "select version, topic, state from {}.events where stream = %s"
                " and (%s::int is null or version > %s) and (%s::int is null or version <= %s)"
                " order by version {order} limit %s",
                "desc" if desc else "asc",
            )
            for desc in (False, True)
        }

    def select_stream(self, *, desc: bool) -> Composed:
        """Reads one stream forwards or backwards."""
        return self._select_stream[desc]
