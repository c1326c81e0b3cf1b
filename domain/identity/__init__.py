"""Is this the same child? Read in this order:

`normalise.py` and `features.py` make particulars comparable; `blocking.py` says which records meet; `measures.py` says
how far two values agree; `evidence.py` weighs that by `settings.py`, whose values are in `matcher.yaml`; `placing.py`
decides. `index.py` and `clusters.py` do the same in memory for a batch and for a whole history.
`search_keys.py`, `search.py` and `search_grades.py` do it for somebody who looks for a child.
"""

from domain.identity.blocking import blocking_keys
from domain.identity.evidence import Comparer, Evidence
from domain.identity.features import Features, features_of
from domain.identity.index import MatchIndex
from domain.identity.normalise import normalise_name, normalise_postcode
from domain.identity.placing import Candidate, Finding, Placement, place
from domain.identity.search import Asked, Searcher
from domain.identity.search_grades import Standing, to_add
from domain.identity.search_keys import search_keys
from domain.identity.settings import MatcherSettings

__all__ = [
    "Asked",
    "Candidate",
    "Comparer",
    "Evidence",
    "Features",
    "Finding",
    "MatchIndex",
    "MatcherSettings",
    "Placement",
    "Searcher",
    "Standing",
    "blocking_keys",
    "features_of",
    "normalise_name",
    "normalise_postcode",
    "place",
    "search_keys",
    "to_add",
]
