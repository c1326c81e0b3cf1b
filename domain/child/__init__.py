"""A child: which source records are believed to be one person, and how the directory entry is composed of them."""

from domain.child.child import Child
from domain.child.composition import RecordFact, RecordState, compose, fold_record
from domain.child.judgement import Absorbed, Comparison, Ruling

__all__ = ["Absorbed", "Child", "Comparison", "RecordFact", "RecordState", "Ruling", "compose", "fold_record"]
