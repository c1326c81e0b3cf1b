"""Receipts → one row for each message answered, or run of them."""

from collections.abc import Sequence

from projections.base.projection import PublishedReceipt, Put, Table

RECEIPTS = Table(
    "receipts",
    (
        "topic",
        "partition",
        "message_offset",
        "source",
        "submission",
        "outcome",
        "reasons",
        "recorded_at",
        "messages",
        "position",
    ),
    keys=3,
)


class Receipts:
    """The outcome of each message; a receipt that is published again changes nothing."""

    name = "receipts"
    tables = (RECEIPTS,)
    opens = frozenset[str]()

    def project(self, receipt: PublishedReceipt) -> Sequence[Put]:
        """The receipt's row."""
        row = (
            receipt.topic,
            receipt.partition,
            receipt.offset,
            receipt.source,
            receipt.submission,
            receipt.outcome,
            receipt.reasons,
            receipt.recorded_at,
            receipt.messages,
            receipt.position or 0,
        )
        return (Put(RECEIPTS, row, True),)
