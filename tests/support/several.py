"""More processes of a role beside those of a stack."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil

from tests.support.stack import Stack

WITHOUT_TLS = False
"""For httpx, which otherwise reads for each request which authorities there are: 50 ms of processor time."""


@contextmanager
def another(stack: Stack, role: str, port: int = 0) -> Iterator[psutil.Process]:
    """One more process of a role of the stack."""
    process = stack.beside(role, **({"CONTACTPOINT_PORT": str(port)} if port else {}))
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        status = process.wait(60)
    assert status == 0


def is_ready(url: str) -> bool:
    """Whether the API at a URL is ready."""
    try:
        return httpx.get(f"{url}/health/ready", verify=WITHOUT_TLS).status_code == 200
    except httpx.HTTPError:
        return False
