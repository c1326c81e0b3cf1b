"""What `contactpoint simulate` does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.simulate.feeds import write_feeds


def run(
    children: int, seed: int, out: Path, progress: Callable[[int, int], None] | None = None, noise: int = 1
) -> dict[str, Any]:
    """Writes the feeds of `children` fictional children; returns what the command prints.

    Raises services.simulate.files.SimulationError, whose text is one sentence, where that can't be done.
    """
    counts = write_feeds(children, seed, out, progress, noise)
    return {**counts._asdict(), "out": str(out)}
