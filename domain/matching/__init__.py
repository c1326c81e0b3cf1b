"""Record linkage: whether two records are about the same child. Read in this order:

- `normalise.py` and `features.py` make particulars comparable.
- `blocking.py` chooses which records are compared; `shared.py` leaves out what many families have in common.
- `similarity.py` grades how far two values agree; `evidence.py` weighs the grades by `settings.py`, whose values are in
  `matcher.yaml`.
- `placement.py` decides; `confided.py`, `beside_hidden.py` and `closed.py` see to it that a decision reveals nothing
  hidden. `fit.py` decides whether a record still fits its child, `regroup.py` judges a child's records again.
- `index.py` and `clusters.py` do the same in memory, for a batch and for a whole history.
- `search_keys.py`, `search_variants.py`, `search.py` and `search_grades.py` match a search query with children.
- `same_number.py` checks, before records are sent, whether one number stands for two people.
"""

from domain.matching.blocking import blocking_keys
from domain.matching.evidence import Comparer, Evidence
from domain.matching.features import Features, features_of, has_name
from domain.matching.fit import FITS, Fit, judge_fit
from domain.matching.index import MatchIndex
from domain.matching.normalise import normalise_name, normalise_postcode
from domain.matching.placement import Candidate, Finding, Placement, place
from domain.matching.search import Searcher, SearchQuery
from domain.matching.search_grades import MatchGrade, missing_criteria
from domain.matching.search_keys import search_keys
from domain.matching.settings import MatcherSettings

__all__ = [
    "FITS",
    "Candidate",
    "Comparer",
    "Evidence",
    "Features",
    "Finding",
    "Fit",
    "MatchGrade",
    "MatchIndex",
    "MatcherSettings",
    "Placement",
    "SearchQuery",
    "Searcher",
    "blocking_keys",
    "features_of",
    "has_name",
    "judge_fit",
    "missing_criteria",
    "normalise_name",
    "normalise_postcode",
    "place",
    "search_keys",
]
