"""Which tests guard which room, the fastest and most telling first; none of them needs a server."""

_MATCHING = "tests/domain_rules/matching"

ROOMS: dict[str, tuple[str, ...]] = {
    "source_record": (
        "tests/domain_rules/test_decisions.py",
        "tests/domain_rules/test_decision_properties.py",
        "tests/golden",
    ),
    "authorization": (
        "tests/domain_rules/test_authorization_rights.py",
        "tests/domain_rules/test_reasons_and_grants.py",
        "tests/domain_rules/test_masking.py",
        "tests/domain_rules/test_schedule.py",
        "tests/golden",
    ),
    "child": (
        "tests/domain_rules/test_child.py",
        "tests/domain_rules/test_stewardship.py",
        "tests/domain_rules/test_belief.py",
        "tests/domain_rules/test_composition.py",
        "tests/domain_rules/test_shielding.py",
        "tests/domain_rules/test_disclosure.py",
        "tests/domain_rules/test_new_identity.py",
        "tests/domain_rules/test_why.py",
        "tests/golden",
    ),
    "belief": ("tests/domain_rules/test_belief.py",),
    "suspension": (
        "tests/domain_rules/test_suspension.py",
        "tests/domain_rules/test_suspended_records.py",
        "tests/domain_rules/test_parting.py",
    ),
    "matching": (
        f"{_MATCHING}/test_similarity.py",
        f"{_MATCHING}/test_features.py",
        f"{_MATCHING}/test_evidence.py",
        f"{_MATCHING}/test_blocking.py",
        f"{_MATCHING}/test_placement.py",
        f"{_MATCHING}/test_fit.py",
        f"{_MATCHING}/test_regroup.py",
        f"{_MATCHING}/test_same_number.py",
        f"{_MATCHING}/test_settings.py",
        f"{_MATCHING}/test_shared.py",
        f"{_MATCHING}/test_judging.py",
        f"{_MATCHING}/test_search_keys.py",
        f"{_MATCHING}/test_search_variants.py",
        "tests/domain_rules/test_search_grades.py",
        f"{_MATCHING}/test_unknown.py",
        f"{_MATCHING}/test_twins.py",
        f"{_MATCHING}/test_apart.py",
        f"{_MATCHING}/test_confided.py",
        f"{_MATCHING}/test_unasked.py",
        "tests/domain_rules/test_new_identity.py",
        "tests/domain_rules/test_parting.py",
        f"{_MATCHING}/test_clusters.py",
    ),
}
"""Room → the files of its tests."""
