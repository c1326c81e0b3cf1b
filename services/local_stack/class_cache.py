"""What Java makes of Kafka's classes at every start, kept beside the jars: Kafka then starts with half the work.

It is made once for each Java and each set of jars. Where there is none, or a damaged one, a start takes longer and is
the same.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

UNFINISHED = ".classes-"
QUIET = ("-Xlog:aot*=off", "-Xlog:cds*=off")
"""A cache that Java will not take is no news for whoever reads Kafka's log."""


class ClassCache:
    """The cache for one Java, which runs these jars with these options; `folder` is where it is kept."""

    def __init__(self, folder: Path, java: Path, jars: Sequence[Path], options: Sequence[str]) -> None:
        self._folder = folder
        what = [(java.parent.parent / "release").read_text(encoding="utf-8"), *map(str, jars), *options]
        self._name = "kafka-" + hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]

    def file(self) -> Path | None:
        """The file, named by the checksum of its bytes; None where there is none that has kept them."""
        return next((file for file in self._folder.glob(f"{self._name}-*.aot") if file.stem.endswith(_sum(file))), None)

    def options(self) -> list[str]:
        """How Java is asked to use it, where it is there."""
        file = self.file()
        return [f"-XX:AOTCache={file}", *QUIET] if file else []

    def make(self, write: Callable[[Path], None]) -> None:
        """Makes it where it is missing: `write` writes the file in a folder of its own. Of several at once one does."""
        with self._alone():
            if self.file() is None:
                self._remove_left()
                with TemporaryDirectory(dir=self._folder, prefix=UNFINISHED) as scratch:
                    made = Path(scratch) / "new.aot"
                    write(made)
                    made.replace(self._folder / f"{self._name}-{_sum(made)}.aot")

    def _remove_left(self) -> None:
        """Removes what is damaged, and what whoever was killed meanwhile left."""
        for file in self._folder.glob(f"{self._name}-*.aot"):
            file.unlink()
        for folder in self._folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "classes.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
