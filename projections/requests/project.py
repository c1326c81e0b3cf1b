"""Requests and answers → one row each, still sealed."""

from collections.abc import Sequence

from projections.base.projection import PublishedEvent, Put, Table

REQUEST = Table("request", ("stream", "version", "position", "type", "child", "word", "recorded_at", "sealed"), keys=2)

WORDS = {"CorrectionRequested": "asked_by", "ObjectionRaised": "asked_by", "RequestAnswered": "outcome"}
"""The clear field of each event that is stored in the column `word`."""


class Requests:
    """Every event of a request."""

    name = "requests"
    tables = (REQUEST,)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The event's row; other events of the log make none."""
        word = WORDS.get(event.type.partition(".")[0])
        if word is None:
            return ()
        data = event.data
        row = (
            event.stream,
            event.version,
            event.position,
            event.type,
            data["child"],
            data[word],
            event.recorded_at,
            event.sealed,
        )
        return (Put(REQUEST, row, True),)
