"""What a version of the matcher's settings may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.matching import MatcherSettings
from domain.matching.settings import LEVELS

CHANCES = [0.5, 0.4, 0.3, 0.2]


def stated(**changes: Any) -> dict[str, Any]:
    """Settings as a file has them, but for the changes."""
    rivals = ("relative", "relative_in_one_agency", "grown_up_relative", "namesake", "stranger")
    settings = {
        "version": "1",
        "rivals": dict.fromkeys(rivals, 1.0),
        "thresholds": {
            "certain": 0.9,
            "possible": 0.1,
            "contradiction": -6.0,
            "namesakes": -6.0,
            "ambiguity": 3.0,
        },
        "fields": {name: dict.fromkeys(levels, CHANCES) for name, levels in LEVELS.items()},
        "common_given_names": "jack mary",
        "common_family_names": ["smith"],
        "nicknames": ["thomas tom", ["margaret", "peggy"]],
    }
    return settings | changes


def test_lists_of_names_may_be_written_as_texts() -> None:
    settings = MatcherSettings.model_validate(stated(given_names="edie evie"))
    assert settings.common_given_names == {"jack", "mary"}
    assert settings.common_family_names == {"smith"}
    written = MatcherSettings.model_validate(stated(common_family_names="jones smith"))
    assert written.common_family_names == {"jones", "smith"}
    assert settings.given_names == {"edie", "evie"}
    assert settings.nicknames == ({"thomas", "tom"}, {"margaret", "peggy"})
    assert settings.fields["gender"]["same"].relative == 0.4


def test_what_an_older_version_does_not_say_has_a_value() -> None:
    settings = MatcherSettings.model_validate(stated())
    assert (settings.thresholds.twins, settings.thresholds.outvote, settings.given_names) == (0.0, 0.0, frozenset())
    assert (settings.rivals.cousin, settings.thresholds.agreeing) == (0.0, 0.0)
    assert (settings.rivals.stranger_of_each_record, settings.rivals.stranger_elsewhere) == (1.0, 1e7)
    assert MatcherSettings.model_validate(settings) == settings


THRESHOLDS, RIVALS, FIELDS = (stated()[part] for part in ("thresholds", "rivals", "fields"))


@pytest.mark.parametrize("version", ["1", "v" * 100])
@pytest.mark.parametrize("value", [0.001, 0.5])
def test_every_number_may_be_small(version: str, value: float) -> None:
    small = dict.fromkeys(("ambiguity", "twins", "outvote", "agreeing"), value) | dict.fromkeys(
        ("contradiction", "namesakes"), -value
    )
    rivals = dict.fromkeys((*RIVALS, "stranger_of_each_record", "stranger_elsewhere", "cousin"), value)
    settings = MatcherSettings.model_validate(stated(version=version, thresholds=THRESHOLDS | small, rivals=rivals))
    assert settings.rivals.model_dump() == rivals
    assert settings.thresholds.model_dump() == THRESHOLDS | small


@pytest.mark.parametrize(
    "changes",
    [
        {"version": ""},
        {"version": "v" * 101},
        {"kind": "other"},
        *({"thresholds": THRESHOLDS | change} for change in (
            {"possible": 0.9},
            {"certain": 1.0},
            {"possible": 0.0},
            {"contradiction": 0.0},
            {"namesakes": 0.0},
            {"ambiguity": 0.0},
            {"twins": -0.1},
            {"twins": 1.0},
            {"outvote": -0.1},
            {"agreeing": -0.1},
            {"agreeing": 1.1},
        )),
        *({"rivals": RIVALS | {name: 0.0}} for name in (*RIVALS, "stranger_of_each_record", "stranger_elsewhere")),
        {"rivals": RIVALS | {"cousin": -0.1}},
        {"fields": {name: levels for name, levels in FIELDS.items() if name != "upn"}},
        {"fields": FIELDS | {"upn": {"same": CHANCES}}},
        {"fields": FIELDS | {"upn": FIELDS["upn"] | {"close": CHANCES}}},
        {"fields": FIELDS | {"upn": {level: [0.5, 0.4, 0.3, 0.0] for level in LEVELS["upn"]}}},
        {"nicknames": "thomas tom"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_missing_unknown_or_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MatcherSettings.model_validate(stated(**changes))
