"""Looks over HTTP: one request after the other, by one client and by many.

`http.client` costs the client less than httpx, and both sides share this machine's cores: the server is to be measured.
"""

import http.client
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit


class Request(NamedTuple):
    """One request: a GET of the path, or a POST of the JSON document `body` to it."""

    path: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """What clients saw: requests a second, and the 99th percentile of one request in milliseconds."""

    rate: float
    p99_ms: float


def look(url: str, token: str, requests: Sequence[Request], clients: int, per_client: int) -> Looks:
    """So many requests by each of the clients, every client on a connection of its own, all in one other process."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        seconds, times = pool.apply(_clients, (url, token, list(requests), clients, per_client))
    times.sort()
    return Looks(len(times) / seconds, 1_000 * times[int(len(times) * 0.99)])


def _clients(url: str, token: str, requests: list[Request], clients: int, per_client: int) -> tuple[float, list[float]]:
    from concurrent.futures import ThreadPoolExecutor

    since = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = list(
            pool.map(lambda n: _client(url, token, requests[n::clients] or requests, per_client), range(clients))
        )
    return time.perf_counter() - since, [one for client in times for one in client]


def _client(url: str, token: str, requests: list[Request], per_client: int) -> list[float]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    headers = {"Authorization": f"Bearer {token}", "Access-Reason": "benchmark", "Content-Type": "application/json"}
    times = []
    for number in range(per_client):
        path, body = requests[number % len(requests)]
        since = time.perf_counter()
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"a look was answered with {answer.status}")
        times.append(time.perf_counter() - since)
    connection.close()
    return times
