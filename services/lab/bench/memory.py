"""How much memory the processes of a harness have needed at most, as Linux counts it."""

import os
from pathlib import Path


def peak_mib(pid: int) -> float:
    """The peak of resident memory of a process so far, in MiB."""
    return _status_mib(pid, "VmHWM:")


def resident_mib() -> float:
    """The resident memory of this process now, in MiB."""
    return _status_mib(os.getpid(), "VmRSS:")


def _status_mib(pid: int, what: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} reports no {what}")
