"""The folder that feeds are written into, and its agency register."""

import json
from pathlib import Path

from services.lab.simulate.agencies import AGENCIES


class SimulationError(ValueError):
    """The feeds cannot be written; the text is one sentence for the user."""


def make_empty(out: Path) -> None:
    """Makes a folder, or takes one that is empty; raises SimulationError where it is neither possible nor so."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        empty = next(out.iterdir(), None) is None
    except OSError as error:
        raise SimulationError(f"the folder {out} can't be made: {error.strerror}") from error
    if not empty:
        raise SimulationError(f"the folder {out} is not empty; name a new one, so that no feeds are mixed")


def write_agencies(file: Path) -> None:
    """Writes the agency register of the county as YAML."""
    lines = []
    for agency in AGENCIES:
        lines += [f"- code: {agency.code}", f"  name: {json.dumps(agency.name)}", f"  kind: {agency.kind}"]
        if agency.authority is not None:
            lines.append(f"  authority: {agency.authority}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
