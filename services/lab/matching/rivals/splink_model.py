"""Splink 5 at its best: every field that the records have, swapped names and lines, wide blocking, trained on them.

Truth has no part in it, nor in the threshold (`hoped_threshold.py`).
"""

import logging
import warnings
from collections.abc import Sequence
from typing import Any

from services.lab.matching.rivals.columns import FIELDS, Columns
from services.lab.matching.rivals.hoped_threshold import Link, clusters

_SEED, _RANDOM_PAIRS = 1, 2e6
_RECALL_OF_SURE_RULES = 0.8
_LEAST_PROBABILITY = 1e-6
_SURE = (("given_name", "family_name", "date_of_birth"), ("given_name", "line_1", "postcode"), ("nhs_number",))
_TRAINED_WITHIN = (("date_of_birth",), ("postcode",))


def link_by_splink(rows: Sequence[Columns]) -> dict[str, str]:
    """The cluster of each record, as Splink puts them together that was trained on these records.

    Raises ImportError where Splink is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linker = _trained(rows)
        found = linker.inference.predict(threshold_match_probability=_LEAST_PROBABILITY).as_record_list()
    links = [Link(each["match_probability"], each["unique_id_l"], each["unique_id_r"]) for each in found]
    return clusters((str(row["unique_id"]) for row in rows), links)


def _trained(rows: Sequence[Columns]) -> Any:
    import pyarrow
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    stated = [name for name in FIELDS if len({row[name] for row in rows} - {None}) > 1]
    table = pyarrow.table({name: [row[name] for row in rows] for name in ["unique_id", *stated]})
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[each for name, each in _comparisons(stated).items() if name in stated],
        blocking_rules_to_generate_predictions=_blocking_rules(stated),
    )
    linker = Linker(DuckDBAPI().register(table), settings, log_level=logging.ERROR)
    training = linker.training
    sure: list[Any] = [block_on(*names) for names in _SURE if {*names} <= {*stated}]
    training.estimate_probability_two_random_records_match(sure, recall=_RECALL_OF_SURE_RULES)
    training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    for names in _TRAINED_WITHIN:
        training.estimate_parameters_using_expectation_maximisation(block_on(*names))
    return linker


def _comparisons(stated: Sequence[str]) -> dict[str, Any]:
    """How each field is compared, where the records state these."""
    import splink.comparison_library as library

    return {
        "given_name": _names("given_name", "family_name", stated),
        "family_name": _names("family_name", "given_name", stated),
        "date_of_birth": library.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        "gender": library.ExactMatch("gender"),
        "line_1": _names("line_1", "line_2", stated),
        "line_2": _names("line_2", "line_1", stated),
        "rest": library.JaroWinklerAtThresholds("rest", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        "postcode": library.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        "carer": library.JaroWinklerAtThresholds("carer", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        "phone": library.ExactMatch("phone"),
        "nhs_number": library.ExactMatch("nhs_number"),
        "upn": library.ExactMatch("upn"),
    }


def _names(column: str, other: str, stated: Sequence[str]) -> Any:
    """Levels of a column of names, one of them that the name stands in the other column, where there is one."""
    import splink.comparison_level_library as level
    from splink.comparison_library import CustomComparison

    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            level.NullLevel(column),
            level.ExactMatchLevel(column, term_frequency_adjustments=True),
            level.JaroWinklerLevel(column, 0.92),
            level.JaroWinklerLevel(column, 0.8),
            *([level.CustomLevel(f"{column}_l = {other}_r", "swapped")] if other in stated else []),
            level.ElseLevel(),
        ],
    )


def _blocking_rules(stated: Sequence[str]) -> list[Any]:
    from splink import block_on

    alone = [block_on(name) for name in stated if name != "gender"]
    return [*alone, "l.given_name = r.family_name", "l.family_name = r.given_name"]
