"""Receipts for people: what became of each submission, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from services.cli.output import table, text

STYLES = {"accepted": "green", "duplicate": "dim", "refused": "yellow", "invalid": "red"}


def display_receipts(to: Console, found: Sequence[Mapping[str, Any]]) -> None:
    """A table of receipts with their reasons, and how many there are of each outcome."""
    rows = [
        (
            text(receipt["outcome"], STYLES[receipt["outcome"]]),
            receipt["submission"] or "–",
            _messages(receipt),
            "; ".join(f"{reason['field'] or 'the submission'}: {reason['message']}" for reason in receipt["reasons"]),
        )
        for receipt in found
    ]
    to.print(table(("outcome", "submission", "message", "why"), rows))
    counts: Counter[str] = Counter()
    for receipt in found:
        counts[receipt["outcome"]] += receipt.get("messages", 1)
    to.print(", ".join(f"{counts[outcome]:,} {outcome}" for outcome in STYLES if counts[outcome]) or "No receipts.")


def _messages(receipt: Mapping[str, Any]) -> str:
    """The message that is answered, or the first and the last of several, and how many they are."""
    if "messages" not in receipt:
        return str(receipt["message"])
    last = receipt["message"].rpartition("/")[2]
    return f"{receipt['first']} to {last}: {receipt['messages']:,} messages"
