"""What `contactpoint simulate` does."""

from pathlib import Path
from typing import Any, BinaryIO

from services.lab.simulate.feeds import Progress, write_feeds, write_stream
from services.lab.simulate.handing_in import ON_TIME, Manner


def run(
    children: int,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    noise: int = 1,
    manner: Manner = ON_TIME,
) -> dict[str, Any]:
    """Writes the feeds of `children` fictional children; returns what the command prints.

    Raises services.lab.simulate.files.SimulationError, whose text is one sentence, where that can't be done.
    """
    counts = write_feeds(children, seed, out, progress, noise, manner)
    return {**counts._asdict(), "out": str(out)}


def stream(
    children: int,
    seed: int,
    to: BinaryIO,
    progress: Progress | None = None,
    noise: int = 1,
    manner: Manner = ON_TIME,
) -> dict[str, Any]:
    """Writes their submissions as one stream, without the truth; returns what the command says beside it."""
    counts = write_stream(children, seed, to, progress, noise, manner)
    return {**counts._asdict(), "out": "-"}
