"""Clusters of weighed links from the threshold at which a tool's own probabilities promise most; no truth is used."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple


class Link(NamedTuple):
    """Two records, and how likely they are one person's, as the tool has it."""

    probability: float
    one: str
    other: str


def clusters(records: Iterable[str], links: Sequence[Link]) -> dict[str, str]:
    """The cluster of each record, named by one of its records: connected by links from the best threshold on."""
    least = hoped_threshold(links)
    label_of = {record: record for record in records}
    members = {record: [record] for record in label_of}
    for link in links:
        kept, gone = label_of[link.one], label_of[link.other]
        if link.probability >= least and kept != gone:
            for record in members[gone]:
                label_of[record] = kept
            members[kept] += members.pop(gone)
    return label_of


def hoped_threshold(links: Sequence[Link]) -> float:
    """From which probability on F1 of pairs is expected to be highest: each pair is one person's as likely as it says.

    1 and nothing linked where there are no links.
    """
    ours = sorted(links, reverse=True)
    total = sum(link.probability for link in ours)
    best, least = 0.0, 2.0
    linked, right = 0, 0.0
    for probability, equally_likely in groupby(ours, key=lambda link: link.probability):
        for link in equally_likely:
            linked, right = linked + 1, right + link.probability
        hope = 2 * right / (linked + total)
        if hope > best:
            best, least = hope, probability
    return least
