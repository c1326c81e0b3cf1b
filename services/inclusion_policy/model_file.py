"""Reads the model of contacts from its file, `contacts.yaml` or one like it."""

from domain.inclusion_policy import ContactsModel, Range
from services.inclusion_policy.nodes import Node, Nodes

MOST_CONTACTS = 10_000
MOST_HOURS = 100


def read_model(name: str, text: str) -> ContactsModel:
    """The model in a text, which messages call `name`; raises PolicyRefused."""
    nodes = Nodes(name, text)
    fields = nodes.fields(nodes.root, ("contacts_a_year", "hours_each"))
    return ContactsModel(
        _range(nodes, fields["contacts_a_year"], MOST_CONTACTS), _range(nodes, fields["hours_each"], MOST_HOURS)
    )


def _range(nodes: Nodes, node: Node, most: float) -> Range:
    fields = nodes.fields(node, ("estimate", "low", "high"))
    estimate, low, high = (nodes.number(fields[name], most) for name in ("estimate", "low", "high"))
    if not low <= estimate <= high:
        raise nodes.refuse(node, "the estimate must lie between low and high; change one of them")
    return Range(estimate, low, high)
