"""Which account of this machine is at the other end of a connection over loopback, as Linux knows it."""

import sys
from pathlib import Path
from socket import inet_aton

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""A client whose socket takes both families stands in the second one, also where it speaks IPv4."""
_ESTABLISHED = "01"
"""Of a socket that is being closed the tables give no account, but 0, which is root's."""

Address = tuple[str, int]
"""An IPv4 address and a port."""


def can_tell() -> bool:
    """Whether this system says who has a socket."""
    return _TABLES[0].exists()


def account_of(one: Address, other: Address) -> int | None:
    """The number of the account whose socket `one` has a connection to `other`; None where there is none.

    `one` may be the client's end or the server's; of a server's that is not accepted yet it is 0, which is root's.
    """
    for table, prefix in zip(_TABLES, ("", _mapped()), strict=True):
        ends = [f"{prefix}{_hexadecimal(host)}:{port:04X}" for host, port in (one, other)]
        for line in _lines(table):
            fields = line.split()
            if fields[1:4] == [*ends, _ESTABLISHED]:
                return int(fields[7])
    return None


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text(encoding="ascii").splitlines()[1:]
    except FileNotFoundError:  # a machine without IPv6
        return []


def _hexadecimal(host: str) -> str:
    return f"{int.from_bytes(inet_aton(host), sys.byteorder):08X}"


def _mapped() -> str:
    """How an IPv4 address begins that is written as one of IPv6."""
    return f"{0:016X}{int.from_bytes(bytes((0, 0, 255, 255)), sys.byteorder):08X}"
