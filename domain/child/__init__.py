"""A child: which source records are believed to be one person, and how the directory entry is composed of them."""

from domain.child.child import Child
from domain.child.composition import RecordFact, RecordState, compose, fold_record

__all__ = ["Child", "RecordFact", "RecordState", "compose", "fold_record"]
