"""How much memory the processes of an arena have needed at most, as Linux counts it."""

from pathlib import Path


def peak_mib(pid: int) -> float:
    """The peak of resident memory of a process so far, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} tells no peak of memory")
