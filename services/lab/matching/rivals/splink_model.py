"""Splink 5 at its best on the FEBRL records: every field, swapped names and lines, wide blocking, trained on them.

Truth has no part in it; `best_threshold.py` then chooses the threshold by truth, which nobody can in practice.
"""

import logging
import warnings
from collections.abc import Sequence
from typing import Any

from services.lab.matching.febrl import Row
from services.lab.matching.rivals.best_threshold import Link

_FIELDS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
)  # fmt: skip
_SEED, _RANDOM_PAIRS = 1, 2e6
_RECALL_OF_SURE_RULES = 0.8
_LEAST_PROBABILITY = 1e-6


def splink_links(rows: Sequence[Row]) -> list[Link]:
    """The pairs of records that Splink, trained on them, thinks worth naming; the surest first.

    Raises ImportError where Splink is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linker = _trained(rows)
        found = linker.inference.predict(threshold_match_probability=_LEAST_PROBABILITY).as_record_list()
    links = ((each["match_weight"], each["unique_id_l"], each["unique_id_r"]) for each in found)
    return sorted(links, reverse=True)


def _trained(rows: Sequence[Row]) -> Any:
    import pyarrow
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    columns = {name: [row[name] for row in rows] for name in _FIELDS}
    records = pyarrow.table({"unique_id": [row["rec_id"] for row in rows], **columns})
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=_comparisons(), blocking_rules_to_generate_predictions=_blocking_rules()
    )
    linker = Linker(DuckDBAPI().register(records), settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [
            block_on("given_name", "surname"),
            block_on("date_of_birth", "postcode"),
            block_on("address_1", "street_number", "suburb"),
        ],
        recall=_RECALL_OF_SURE_RULES,
    )
    training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    for rule in (block_on("date_of_birth"), block_on("postcode"), block_on("surname", "given_name")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    return linker


def _comparisons() -> list[Any]:
    import splink.comparison_library as library

    return [
        _names("given_name", "surname"),
        _names("surname", "given_name"),
        library.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        library.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        library.LevenshteinAtThresholds("street_number", [1]),
        _names("address_1", "address_2"),
        _names("address_2", "address_1"),
        library.JaroWinklerAtThresholds("suburb", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        library.ExactMatch("state"),
    ]


def _names(column: str, other: str) -> Any:
    """Levels of a column of names, one of them that the name stands in the other column."""
    import splink.comparison_level_library as level
    from splink.comparison_library import CustomComparison

    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            level.NullLevel(column),
            level.ExactMatchLevel(column, term_frequency_adjustments=True),
            level.JaroWinklerLevel(column, 0.92),
            level.JaroWinklerLevel(column, 0.8),
            level.CustomLevel(f"{column}_l = {other}_r", "swapped"),
            level.ElseLevel(),
        ],
    )


def _blocking_rules() -> list[Any]:
    from splink import block_on

    alone = ("given_name", "surname", "date_of_birth", "postcode", "address_1", "address_2", "suburb")
    crossed = ["l.given_name = r.surname", "l.surname = r.given_name", "l.address_1 = r.address_2"]
    return [*(block_on(column) for column in alone), *crossed]
