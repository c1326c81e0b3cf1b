"""Reads a layout: one of those that come with the product, by name, or a file; refused with its line and what to do."""

from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from services.feeds.layout import Layout
from services.feeds.layout_check import Place, first_fault

MOST_BYTES = 256 * 1024
MOST_DEPTH = 8
MOST_NODES = 20_000


class LayoutRefused(Exception):
    """A layout cannot be used; the text says in which line, why, and what to do."""


class LoadedLayout(NamedTuple):
    """A layout and the text that it was read from."""

    layout: Layout
    text: str


def shipped() -> list[str]:
    """The names of the layouts that come with the product."""
    folder = files("services.feeds.layouts")
    return sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))


def sample_of(name: str) -> str:
    """The worked sample of a layout that comes with the product."""
    return files("services.feeds.samples").joinpath(f"{name}.csv").read_text(encoding="utf-8")


def load_layout(name_or_path: str) -> LoadedLayout:
    """The layout of a name or in a file; raises LayoutRefused."""
    if name_or_path in shipped():
        text = files("services.feeds.layouts").joinpath(f"{name_or_path}.yaml").read_text(encoding="utf-8")
        return read_layout(f"{name_or_path}.yaml", text)
    path = Path(name_or_path)
    if not path.is_file():
        raise LayoutRefused(
            f"there is no layout {name_or_path}; `contactpoint layouts list` names those that come with the product,"
            " or give the path of your own"
        )
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise LayoutRefused(f"{path.name} cannot be read as a text file; save it as UTF-8") from None
    return read_layout(path.name, text)


def read_layout(name: str, text: str) -> LoadedLayout:
    """The layout of a text; every scalar in it is a text, so that `01`, `NO` and dates stay as they are written."""
    if len(text) > MOST_BYTES:
        raise LayoutRefused(f"{name} is longer than {MOST_BYTES:,} bytes; is this the layout?")
    try:
        node = yaml.compose(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise LayoutRefused(
            f"{name} line {mark.line + 1 if mark else 1} is not YAML; compare it with the layout it was made of"
        ) from None
    except RecursionError:
        raise LayoutRefused(f"{name} is nested too deep; compare it with the layout it was made of") from None
    lines: dict[Place, int] = {}
    stated = _plain(name, node, (), lines)
    if not isinstance(stated, dict):
        raise LayoutRefused(f"{name} line 1: a layout begins with `layout: NAME`; see `contactpoint layouts show NAME`")
    try:
        layout = Layout.model_validate(stated)
    except ValidationError as error:
        raise _refused(name, lines, *_first(error)) from None
    fault = first_fault(layout)
    if fault:
        raise _refused(name, lines, fault.place, fault.sentence)
    return LoadedLayout(layout, text)


def _plain(name: str, node: Any, place: Place, lines: dict[Place, int]) -> Any:
    """The node as lists, dictionaries and texts; `lines` is filled with the line of each of them."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if len(place) > MOST_DEPTH or len(lines) > MOST_NODES:
        raise LayoutRefused(f"{name} line {line} holds more than a layout has; write it without references")
    if isinstance(node, yaml.SequenceNode):
        return [_plain(name, each, (*place, number), lines) for number, each in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    made: dict[str, Any] = {}
    for key, value in node.value:
        key_line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.value in made:
            raise LayoutRefused(f"{name} line {key_line} names something a second time, or not by a word; name it once")
        lines[(*place, key.value)] = key_line
        made[key.value] = _plain(name, value, (*place, key.value), lines)
    return made


def _first(error: ValidationError) -> tuple[Place, str]:
    first = error.errors(include_url=False)[0]
    if first["type"] == "missing":
        return first["loc"], f"{first['loc'][-1]} is missing; add it"
    if first["type"] == "extra_forbidden":
        return first["loc"], "is nothing that a layout has; remove it or correct its name"
    return first["loc"], first["msg"]


def _refused(name: str, lines: dict[Place, int], place: Place, sentence: str) -> LayoutRefused:
    known = place
    while known and known not in lines:
        known = known[:-1]
    what = ".".join(str(part + 1) if isinstance(part, int) else part for part in known)
    return LayoutRefused(f"{name} line {lines[known]}: {what or 'the layout'}: {sentence}")
