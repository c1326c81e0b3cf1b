"""The values of a YAML file, each with its line: read strictly, refused with what to do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

import yaml

from services.inclusion_policy.refused import Place, PolicyRefused

LARGEST_TEXT = 32 * 1024
DEEPEST = 12
MOST_VALUES = 400
LONGEST = 300

Node: TypeAlias = yaml.Node
Fields: TypeAlias = dict[str, Node]
Kind = TypeVar("Kind", bound=str)


class Nodes:
    """Reads the values of one file; all methods raise PolicyRefused."""

    def __init__(self, name: str, text: str) -> None:
        self.place = Place(name)
        self._count = 0
        self.root = self._compose(text)

    def _compose(self, text: str) -> Node:
        if len(text.encode("utf-8", "replace")) > LARGEST_TEXT:
            raise PolicyRefused(f"{self.place.name} has more than {LARGEST_TEXT // 1024} KB; such a file is small")
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self.place.refuse(mark.line + 1 if mark else 1, "this is not YAML; check its indentation") from None
        except (yaml.YAMLError, RecursionError):
            raise PolicyRefused(f"{self.place.name} is not YAML; write it as the shipped ones are") from None
        if root is None:
            raise self.place.refuse(1, "there is nothing in it; write it as the shipped ones are")
        self._bound(root, 0)
        return root

    def _bound(self, node: Node, depth: int) -> None:
        """Bounds how much there is: an alias repeats all that it names."""
        self._count += 1
        if depth > DEEPEST or self._count > MOST_VALUES:
            raise self.refuse(node, "there is too much in this file; say it with fewer and flatter rules")
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._bound(key, depth + 1)
                self._bound(value, depth + 1)
        elif isinstance(node, yaml.SequenceNode):
            for each in node.value:
                self._bound(each, depth + 1)

    def refuse(self, node: Node, problem: str) -> PolicyRefused:
        """The error to raise for a value."""
        return self.place.refuse(line_of(node), problem)

    def fields(self, node: Node, required: Sequence[str], optional: Sequence[str] = ()) -> Fields:
        """The fields of a mapping; the message names only fields that there are."""
        known = (*required, *optional)
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse(node, f"here fields are expected: {', '.join(known)}")
        given: Fields = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name not in known:
                raise self.refuse(key, f"this field is unknown; the fields here are {', '.join(known)}")
            if name in given:
                raise self.refuse(key, f"{name} stands here for the second time; keep one of them")
            given[name] = value
        for name in required:
            if name not in given:
                raise self.refuse(node, f"there is no field {name}; add it")
        return given

    def items(self, node: Node, what: str) -> list[Node]:
        """The items of a list that has at least one."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.refuse(node, f"here a list of {what} is expected, such as [a, b]")
        if not node.value:
            raise self.refuse(node, f"this list of {what} is empty; name at least one, or take it out")
        return list(node.value)

    def text(self, node: Node) -> str:
        """A text on one line."""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or len(node.value) > LONGEST:
            raise self.refuse(node, f"here a text of 1 to {LONGEST} characters is expected")
        text = " ".join(node.value.split())
        if not text.isprintable():
            raise self.refuse(node, "this text has characters that can't be shown; take them out")
        return text

    def yes(self, node: Node) -> bool:
        """True or false."""
        if isinstance(node, yaml.ScalarNode) and node.value in ("true", "false"):
            return bool(node.value == "true")
        raise self.refuse(node, "here true or false is expected")

    def whole(self, node: Node, least: int, most: int) -> int:
        """A whole number."""
        if isinstance(node, yaml.ScalarNode) and node.value.isascii() and node.value.isdigit() and len(node.value) < 9:
            number = int(node.value)
            if least <= number <= most:
                return number
        raise self.refuse(node, f"here a whole number from {least} to {most:,} is expected")

    def number(self, node: Node, most: float) -> float:
        """A number that is not negative."""
        try:
            number = float(node.value) if isinstance(node, yaml.ScalarNode) else -1.0
        except ValueError:
            number = -1.0
        if 0 <= number <= most:
            return number
        raise self.refuse(node, f"here a number from 0 to {most:,.0f} is expected")

    def words(self, node: Node, what: str, known: Mapping[str, Kind]) -> tuple[Kind, ...]:
        """One word of a vocabulary, or a list of such words."""
        nodes = [node] if isinstance(node, yaml.ScalarNode) else self.items(node, what)
        return tuple(self.word(each, what, known) for each in nodes)

    def word(self, node: Node, what: str, known: Mapping[str, Kind]) -> Kind:
        """One word of a vocabulary."""
        if not isinstance(node, yaml.ScalarNode) or node.value not in known:
            raise self.refuse(node, f"here {what} are named, and this is none; there are {', '.join(known)}")
        return known[node.value]


def line_of(node: Node) -> int:
    """The line on which a value begins, from 1."""
    return int(node.start_mark.line) + 1


def vocabulary(words: Iterable[Kind]) -> dict[str, Kind]:
    """Words as a file writes them."""
    return {str(word): word for word in words}
