"""Free loopback ports, chosen once and remembered in the data directory."""

import errno
import json
import os
import random
import socket
from collections.abc import Iterable
from pathlib import Path

from services.configuration.private_files import write_private

HOST = "127.0.0.1"
LOWEST, HIGHEST = 15_000, 31_999
"""Below the usual ranges of ports for outgoing connections: one of those could take the place of a stopped server."""
OWN = 16
"""Ports that a process tries first, and others beside it do not: they seem free until its servers listen."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_taken(host: str, port: int) -> bool:
    """Whether something listens on a port of an address of this machine, so that nothing else could."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def remembered_ports(file: Path, names: Iterable[str]) -> dict[str, int]:
    """A port for each name: the one that the file remembers, or a new free one where somebody else has taken it.

    Call it while none of the named servers runs.
    """
    known: dict[str, int] = {}
    if file.exists():
        known = json.loads(file.read_text(encoding="utf-8"))
    ports = dict(known)
    wanted = list(names)
    for name in wanted:
        if name not in ports or not is_free(ports[name]):
            ports[name] = _choose(set(ports.values()))
    if ports != known:
        write_private(file, json.dumps(ports))
    return {name: ports[name] for name in wanted}


def _choose(taken: set[int]) -> int:
    for port in [*random.sample(_own(), OWN), *random.sample(range(LOWEST, HIGHEST + 1), 1_000)]:
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST}")


def _own() -> range:
    first = LOWEST + OWN * (os.getpid() % ((HIGHEST + 1 - LOWEST) // OWN))
    return range(first, first + OWN)
