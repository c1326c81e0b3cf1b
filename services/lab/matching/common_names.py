"""Which names are so common among some records that agreement on one is weak evidence."""

from collections import Counter
from collections.abc import Sequence

from domain.matching import Features, MatcherSettings

COMMON_FROM = 0.005
"""Share of records with the name."""
LEAST_BEARERS = 25
"""Records with the name; a list of common names must not reveal who is in the data."""
LEAST_RECORDS = 5_000
"""With fewer records the lists stay as they are."""


def with_common_names(settings: MatcherSettings, features: Sequence[Features]) -> MatcherSettings:
    """The settings with the common names of these records, where there are enough records to count."""
    if len(features) < LEAST_RECORDS:
        return settings
    given, family = (_common([each.names[0][part] for each in features if each.names]) for part in (0, 1))
    return settings.model_copy(update={"common_given_names": given, "common_family_names": family})


def _common(names: list[str]) -> frozenset[str]:
    least = max(LEAST_BEARERS, COMMON_FROM * len(names))
    return frozenset(name for name, many in Counter(names).items() if name and many >= least)
