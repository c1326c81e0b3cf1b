"""A data directory as `kafka-storage format` makes it: ids of its own, and the features of this Kafka, which are kept.

What the tool writes of features is the same for every directory of a version, and the tool takes longer than Kafka
itself needs to start.
"""

import base64
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from services.configuration.private_files import private_folder, write_private
from services.local_stack.made_once import MadeOnce

_FEATURES = "bootstrap.checkpoint"
_IDS = "meta.properties"

Tool = Callable[[str, Path], None]
"""Formats a directory for the cluster of an id."""


def format_log(log: Path, kept: MadeOnce, tool: Tool) -> None:
    """Makes the data directory `log` where it is missing; one that was left in the middle has no ids yet."""
    if (log / _IDS).exists():
        return
    features = kept.file() or _made(log.with_name("log.new"), kept, tool)
    shutil.copyfile(features, private_folder(log) / _FEATURES)
    write_private(log / _IDS, f"version=1\nnode.id=1\ncluster.id={_new_id()}\ndirectory.id={_new_id()}\n")


def _made(scratch: Path, kept: MadeOnce, tool: Tool) -> Path:
    """The features as the tool writes them, kept for later where the cache can be written."""
    shutil.rmtree(scratch, ignore_errors=True)
    tool(_new_id(), scratch)
    features = scratch / _FEATURES

    def write(file: Path) -> None:
        shutil.copyfile(features, file)

    with suppress(OSError):
        kept.make(write)
    return features


def _new_id() -> str:
    """A random id that the storage tool does not take for an option."""
    while True:
        made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not made.startswith("-"):
            return made
