"""The table of Kafka's rights in the operations manual says what streams/kafka/rights.py grants, and no more."""

import re
from collections import defaultdict
from pathlib import Path

from streams.kafka.rights import Grant, agency_grants, notice_grants, service_grants

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"
WORDS = {
    "write": "WRITE",
    "read": "READ",
    "create": "CREATE",
    "see that there are": "DESCRIBE",
    "see the settings of": "DESCRIBE_CONFIGS",
}


def documented() -> dict[str, set[tuple[str, str]]]:
    """By user, each operation with the name, or prefix and a star, that it is allowed on."""
    rights: dict[str, set[tuple[str, str]]] = {}
    for user, cell in re.findall(r"^\| `((?:agency|contactpoint)-[a-zA-Z]+)` \| (.*) \|$", MANUAL.read_text(), re.M):
        rights[user] = {
            (WORDS[word], name)
            for part in cell.split("; ")
            for word in WORDS
            if re.match(rf"{word} `", part)
            for name in re.findall(r"`([^`]+)`", part)
        }
    return rights


def granted() -> dict[str, set[tuple[str, str]]]:
    rights = defaultdict(set)
    grants: list[Grant] = [*agency_grants("CODE"), *notice_grants({"CODE": "ONS-CODE"}), *service_grants()]
    for grant in grants:
        rights[grant.user].add((grant.operation, grant.name + "*" * grant.prefixed))
    return dict(rights)


def test_the_table_of_kafka_rights_is_what_is_granted() -> None:
    assert documented() == granted()
