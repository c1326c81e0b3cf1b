"""Is this the same child? `normalise.py` makes texts comparable, `features.py` says what is compared.

`deterministic.py` decides. The seam for a better matcher is `Matcher` in `decision.py`: from the features of a record
and the candidates that share a blocking key with it, one decision.
"""

from domain.identity.decision import Candidate, Decision, Matcher
from domain.identity.deterministic import DeterministicMatcher
from domain.identity.features import Features, features_of
from domain.identity.normalise import normalise_name, normalise_postcode

__all__ = [
    "Candidate",
    "Decision",
    "DeterministicMatcher",
    "Features",
    "Matcher",
    "features_of",
    "normalise_name",
    "normalise_postcode",
]
