"""Files that only their owner reads, replaced as a whole."""

import os
import secrets
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def write_private(file: Path, text: str) -> None:
    """Replaces the file as a whole: a reader sees the old text or the new one, also after a crash."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)


def private_folder(folder: Path) -> Path:
    """The folder, made for its owner only where it is missing."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder


def secret(file: Path) -> str:
    """The secret that the file holds: 32 random bytes in base64url, written the first time."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32) + "=")
    return file.read_text(encoding="utf-8").strip()
