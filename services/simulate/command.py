"""What `contactpoint simulate` does."""

from pathlib import Path
from typing import Any

from services.simulate.feeds import Progress, write_feeds
from services.simulate.handing_in import ON_TIME, Manner


def run(
    children: int,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    noise: int = 1,
    manner: Manner = ON_TIME,
) -> dict[str, Any]:
    """Writes the feeds of `children` fictional children; returns what the command prints.

    Raises services.simulate.files.SimulationError, whose text is one sentence, where that can't be done.
    """
    counts = write_feeds(children, seed, out, progress, noise, manner)
    return {**counts._asdict(), "out": str(out)}
