"""An issuer's keys: fetched within bounds, kept for a time that is stated, never believed for longer."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping

import pytest
from joserfc.jwk import ECKey

from services.auth import fetch
from services.auth.fetch import IssuerAway, fetch_keys
from services.auth.issuer_keys import FRESH_S, KEPT_S, PAUSE_S, IssuerKeys
from services.auth.keys import VerifyingKey
from tests.security.sign_in.issuer import EC, Issuer, an_issuer


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with an_issuer() as issuer:
        yield issuer


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def found(keys: IssuerKeys, *kids: str) -> list[bool]:
    """Whether each key is found, all requested at once; a fetch beside them has ended by then."""

    async def ask() -> list[bool]:
        answers = await asyncio.gather(*(keys.find(kid) for kid in kids))
        if keys._fetching is not None:
            await keys._fetching
        return [answer is not None for answer in answers]

    return asyncio.run(ask())


def test_keys_come_from_the_discovery_document(issuer: Issuer) -> None:
    assert set(fetch_keys(issuer.url)) == {"ec", "ed", "rsa"}
    assert issuer.answers == [fetch.DISCOVERY, "/keys"]


def test_all_who_wait_wait_for_one_fetch(issuer: Issuer) -> None:
    assert found(IssuerKeys(issuer.url), "ec", "nobody", "rsa", "ec") == [True, False, True, True]
    assert issuer.answers.count("/keys") == 1


def test_an_unknown_key_is_asked_for_again_but_not_at_once(issuer: Issuer) -> None:
    clock = Clock()
    keys = IssuerKeys(issuer.url, clock=clock)
    assert found(keys, "ec", "new") == [True, False]
    issuer.keys.append(ECKey.generate_key("P-256", {"kid": "new"}))
    for _ in range(20):
        assert found(keys, "new", "other") == [False, False]
    assert issuer.answers.count("/keys") == 1
    clock.now += PAUSE_S
    assert found(keys, "new") == [True]
    assert issuer.answers.count("/keys") == 2


def test_a_key_that_the_issuer_withdraws_is_believed_no_longer_than_keys_are_fresh(issuer: Issuer) -> None:
    clock = Clock()
    keys = IssuerKeys(issuer.url, clock=clock)
    assert found(keys, "ec") == [True]
    issuer.keys.remove(EC)
    clock.now += FRESH_S
    assert found(keys, "ec") == [True]
    clock.now += 1
    assert found(keys, "ec", "ed") == [False, True]


def test_while_the_issuer_is_away_its_keys_are_believed_for_an_hour_and_no_longer(issuer: Issuer) -> None:
    clock = Clock()
    keys = IssuerKeys(issuer.url, clock=clock)
    assert found(keys, "ec") == [True]
    issuer.broken["/keys"] = (503, b"")
    clock.now += FRESH_S + 1
    assert found(keys, "ec", "nobody") == [True, False]
    clock.now += KEPT_S - FRESH_S - 1
    assert found(keys, "ec") == [True]
    clock.now += 1
    assert found(keys, "ec") == [False]
    issuer.broken.clear()
    clock.now += PAUSE_S
    assert found(keys, "ec") == [True]


def test_only_the_first_waits_for_an_issuer_that_is_away(issuer: Issuer) -> None:
    clock, waited = Clock(), threading.Event()
    keys = IssuerKeys(issuer.url, clock=clock)
    assert found(keys, "ec") == [True]
    issuer.broken["/keys"] = (503, b"")
    clock.now += FRESH_S + 1
    assert found(keys, "ec") == [True]
    clock.now += PAUSE_S

    def hanging(_: str) -> Mapping[str, VerifyingKey]:
        waited.wait(30)
        raise IssuerAway("it hangs")

    async def ask() -> bool:
        keys._fetch = hanging
        answered = await keys.find("ec") is not None
        waited.set()
        return answered

    assert asyncio.run(ask())


def test_an_issuer_that_was_never_there_lets_nobody_in(issuer: Issuer) -> None:
    issuer.broken[fetch.DISCOVERY] = (500, b"")
    keys = IssuerKeys(issuer.url)
    assert found(keys, "ec", "ed") == [False, False]
    assert found(keys, "ec") == [False]
    assert issuer.answers == [fetch.DISCOVERY]


def test_who_goes_away_while_waiting_takes_nothing_from_the_others() -> None:
    def slow(_: str) -> Mapping[str, VerifyingKey]:
        time.sleep(0.2)
        return {"ec": VerifyingKey(EC, ("ES256",))}

    async def ask() -> VerifyingKey | None:
        keys = IssuerKeys("https://id.example.org", fetch=slow)
        first, second = asyncio.create_task(keys.find("ec")), asyncio.create_task(keys.find("ec"))
        await asyncio.sleep(0.05)
        first.cancel()
        return await second

    assert asyncio.run(ask()) is not None


BROKEN = [
    {"issuer": "https://id.example.org"},
    {"issuer": None},
    {"jwks_uri": "http://keys.example.org/keys"},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": None},
]


@pytest.mark.parametrize("changes", BROKEN, ids=lambda changes: "-".join(map(str, *changes.items())))
def test_a_discovery_document_that_leads_elsewhere_is_refused(issuer: Issuer, changes: dict[str, object]) -> None:
    issuer.discovery |= changes
    with pytest.raises(IssuerAway):
        fetch_keys(issuer.url)
    assert "/keys" not in issuer.answers


@pytest.mark.parametrize("path", [fetch.DISCOVERY, "/keys"])
@pytest.mark.parametrize(
    "answer",
    [(302, b""), (404, b"{}"), (200, b""), (200, b"[]"), (200, b"not JSON"), (200, b" " * 300_000 + b'{"keys": []}')],
)
def test_an_answer_that_is_no_answer_gives_no_keys(issuer: Issuer, path: str, answer: tuple[int, bytes]) -> None:
    issuer.broken[path] = answer
    with pytest.raises(IssuerAway) as refused:
        fetch_keys(issuer.url)
    assert "not JSON" not in str(refused.value)


def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, issuer: Issuer) -> None:
    monkeypatch.setattr(fetch, "FETCH_WITHIN_S", -1.0)
    issuer.broken[fetch.DISCOVERY] = (200, json.dumps(issuer.discovery).encode())
    with pytest.raises(IssuerAway):
        fetch_keys(issuer.url)


def test_nothing_listens() -> None:
    with pytest.raises(IssuerAway, match="it cannot be reached"):
        fetch_keys("http://127.0.0.1:1")
