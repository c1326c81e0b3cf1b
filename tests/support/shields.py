"""What the tests of shields share: a steward's decisions at the registrar of a small directory."""

from typing import Any

from projections.base.partition import Partition
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.submission_contract.decisions import DecisionType, decision
from tests.support.world import World

TIME = "2026-11-24T10:00:00Z"
WHY = "the refuge has to stay unknown"
SECRETS = ("ZX7 7QQ", "ZX77QQ", "Harbour Row", "Wilhelmina", "07700 900777", "Saltmarsh", "9990000026", "Lanthorn")
"""Whatever is hidden of the child: postcode, street, carer, telephone, school, surgery's name, number, former name."""
NUMBER = "9990000026"
HOME = {"lines": ["7 Harbour Row"], "postcode": "ZX7 7QQ", "authority": "E06999001", "status": "current"}
AT_RISK: dict[str, Any] = {
    "given_name": "Tamsin",
    "family_name": "Orrell",
    "date_of_birth": "2003-05-17",
    "nhs_number": NUMBER,
    "address": HOME,
    "carers": [{"name": "Wilhelmina Orrell", "relationship": "mother", "phone": "07700 900777"}],
    "other_names": [{"given_name": "Tamsin", "family_name": "Lanthorn", "kind": "former"}],
}
SCHOOL = {"involvement": "i-7", "service": "education", "organisation": {"name": "Saltmarsh Academy", "code": "777"}}


def decide(world: World, kind: DecisionType, **data: Any) -> str:
    """The outcome of a steward's decision, which the views show from then on."""
    reasoned = {"decided_by": "demo-data-manager", "reason": WHY, **data}
    children = [data[name] for name in ("left", "right", "child") if name in data]
    look = world.look_book.look(kind, reasoned["decided_by"], children)
    value = decision(look, kind, data.get("child") or data.get("agency") or data["left"], TIME, reasoned)
    offset = world.registrar.offsets.get(Partition(STEWARDS_TOPIC, 0), 0)
    (outcome,) = world.take([Message(STEWARDS_TOPIC, 0, offset, value, None)])
    return outcome


def shield(world: World, child: str) -> None:
    """Hides a child."""
    assert decide(world, DecisionType.SHIELD_APPLY, child=child, custodian=HOME["authority"]) == "accepted"


def secrets_in(text: str) -> list[str]:
    """Which of the hidden values a text has."""
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]
