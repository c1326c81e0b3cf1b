"""What tests of pages share that send decisions."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from services.api.routes import steward_decisions
from tests.api.pages.browser import Browser
from tests.support.api_world import registrar_at_work
from tests.support.world import World

Deciding = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def deciding(world: World, monkeypatch: pytest.MonkeyPatch) -> Deciding:
    """A registrar at work, whose decisions count as published at once, so that an answer waits for no relay.

    A decision that a module sends past Kafka would take the offset of one that comes by it.
    """

    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 60)

    @contextmanager
    def at_work() -> Iterator[None]:
        published(world, 10**9)
        try:
            with registrar_at_work(world):
                yield
        finally:
            published(world, 0)

    return at_work


def published(world: World, position: int) -> None:
    with world.database.transaction() as cursor:
        cursor.execute(
            "insert into publication.published (log, position) values ('register.events', %s)"
            " on conflict (log) do update set position = excluded.position",
            (position,),
        )


def is_guarded(browser: Browser, world: World, path: str, **fields: Any) -> None:
    """Asserts of a page that a form leads to: who may not see it is told so, no other site can send its form, and
    nothing of it is there after signing out."""
    looks = world.number_of_looks()
    browser.sign_in("demo-practitioner")
    browser.send(path, **fields)
    assert (browser.page.status_code, "You may not do this" in browser.visible_text) == (403, True)
    browser.sign_in("demo-data-manager", "data-quality")
    answer = browser.client.post(path, data=fields)
    assert (answer.status_code, "This was not done" in answer.text) == (403, True)
    assert world.number_of_looks() == looks
    assert browser.get(path).url.path == "/pages/waiting"
    browser.send("/pages/sign-out")
    assert browser.get(path).status_code == 401
    assert browser.client.post(path, data=fields).status_code == 401
