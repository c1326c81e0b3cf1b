"""Whether response times reveal a shield: a search for hidden data, beside one for data that nobody has.

By `http.client`, as in `looks.py`.
"""

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median
from urllib.parse import urlsplit

from projections.visibility.scope import ORDINARY
from services.auth import tokens
from services.lab.bench import stages
from services.lab.bench.harness import USER, Harness
from services.lab.bench.parts import Step
from services.lab.bench.rows import Row, measured
from services.lab.simulate.identifiers import nhs_number

CHILDREN = 20
ROUNDS = 15
ATTEMPTS = 10
"""A busy machine refuses what it has no place for, and answers after how many seconds to try again."""
NOBODY = "ZX99 9ZZ"
"""A postcode at which nobody lives."""

_KNOWN = (
    f"{ORDINARY.setting}select distinct on (child) child::text, nhs_number, postcode, date_of_birth"  # noqa: S608
    " from unveiled_features where nhs_number is not null and postcode is not null and date_of_birth is not null"
    " order by child limit %s"
)

Criteria = dict[str, str]


def hidden_search_rows(stack: Harness) -> Iterator[Step]:
    """Shields some children, and searches for them by what is hidden; every role has to run."""
    known = stack.rows(_KNOWN, (CHILDREN,))
    client = _Client(stack)
    yield f"shielding {len(known)} children"
    shield_all(stack, [child for child, *_ in known])
    by_number = [{"nhs_number": number} for _, number, _, _ in known]
    by_home = [{"postcode": place, "date_of_birth": born} for _, _, place, born in known]
    no_number = [{"nhs_number": nhs_number(place, 99)} for place in range(880_000, 880_000 + len(known))]
    no_home = [{"postcode": NOBODY, "date_of_birth": born} for *_, born in known]
    for name, hidden, absent in (("number", by_number, no_number), ("home", by_home, no_home)):
        yield partial(_compared, client, name, hidden, absent)


def shield_all(stack: Harness, children: Sequence[str]) -> None:
    """Shields children, which the views show from then on."""
    client = _Client(stack)
    for child in children:
        client.post(f"/children/{child}/shield", {"reason": "other: a benchmark"})
    stack.wait("the registrar", lambda: _shielded(stack, children) == len(children), lambda: _shielded(stack, children))
    stack.wait("the projector", lambda: stages.views_hold_everything(stack), lambda: stages.projected(stack))


def _shielded(stack: Harness, children: Sequence[str]) -> int:
    """How many of the children have their shield; one that was answered 202 gets it a little later."""
    shields = "select count(*) from register.events where stream = any(%s::uuid[]) and topic like 'ShieldApplied.%%'"
    return int(stack.rows(shields, (list(children),))[0][0])


def _compared(client: "_Client", name: str, hidden: Sequence[Criteria], absent: Sequence[Criteria]) -> Row:
    hidden_s, nothing_s = client.compared(hidden, absent)
    return measured(
        f"search by the {name} of a shielded child, beside one that nobody has: median",
        1_000 * hidden_s,
        "ms",
        baseline=1_000 * nothing_s,
        least_ratio=0.8,
        most_ratio=1.25,
    )


class _Client:
    """One client on one connection."""

    def __init__(self, stack: Harness) -> None:
        address = urlsplit(stack.url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port)
        token = tokens.issue(stack.settings, f"user:{USER}", 3_600)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, path: str, body: object) -> float:
        """The seconds that an answer takes; where the API answers when to try again, it is tried again, some times."""
        for _ in range(ATTEMPTS):
            since = time.perf_counter()
            self._connection.request("POST", path, json.dumps(body), self._headers)
            answer = self._connection.getresponse()
            answer.read()
            took = time.perf_counter() - since
            again = answer.getheader("Retry-After", "")
            if answer.status in (http.client.OK, http.client.ACCEPTED):
                return took
            if answer.status not in (http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE):
                break
            time.sleep(int(again) if again.isdigit() else 1)
        raise RuntimeError(f"{answer.status} is the answer to POST {path.rpartition('/')[2]}")

    def compared(self, hidden: Sequence[Criteria], absent: Sequence[Criteria]) -> tuple[float, float]:
        """The median seconds of searches for either, in turns so that both run under the same load."""
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for pair in zip(hidden, absent, strict=True):
                for times, criteria in zip(seconds, pair, strict=True):
                    times.append(self.post("/children/search", {"criteria": criteria, "reason": "benchmark"}))
        return median(seconds[0]), median(seconds[1])
