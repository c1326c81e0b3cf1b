"""What Kafka needs at every start and takes seconds to make, kept beside the jars: a start has half the work then.

Where there is none, or a damaged one, a start takes longer and is the same.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


class MadeOnce:
    """One file of a kind, which depends on the words `made_of`; `folder` is where it is kept."""

    def __init__(self, folder: Path, kind: str, *made_of: str) -> None:
        self._folder = folder
        self._kind = kind
        self._name = "kafka-" + hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]

    def file(self) -> Path | None:
        """The file, named by the checksum of its bytes; None where there is none that has kept them."""
        return next((file for file in self._all() if file.stem.endswith(_sum(file))), None)

    def make(self, write: Callable[[Path], None]) -> None:
        """Makes it where it is missing: `write` writes the file in a folder of its own. Of several at once one does."""
        with self._alone():
            if self.file() is None:
                self._remove_left()
                with TemporaryDirectory(dir=self._folder, prefix=self._unfinished) as scratch:
                    made = Path(scratch) / f"new.{self._kind}"
                    write(made)
                    made.replace(self._folder / f"{self._name}-{_sum(made)}.{self._kind}")

    @property
    def _unfinished(self) -> str:
        return f".{self._kind}-"

    def _all(self) -> Iterator[Path]:
        return self._folder.glob(f"{self._name}-*.{self._kind}")

    def _remove_left(self) -> None:
        """Removes what is damaged, and what whoever was killed meanwhile left."""
        for file in self._all():
            file.unlink()
        for folder in self._folder.glob(f"{self._unfinished}*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / f"{self._kind}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
