"""A process that helps a run ends with it, also where the run is killed."""

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """Ends this process as soon as the one that started it is gone; call it first in a process of multiprocessing."""
    Thread(target=_end, daemon=True, name="parent").start()


def _end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
