"""Where a data manager begins: how much waits of each kind, and since when, and the way to each list."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from starlette.datastructures import Headers

from domain.days import day_at
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import BEHIND_PAIRS, Work, leads_to
from services.pages.waiting import Waits, how_long

MOST_COUNTED = 50
"""Of each kind; each that is counted is a look, so a start does not look at all that there is."""


class _Kind(NamedTuple):
    """One kind of what waits: the call that lists it, where its items are, and since when each waits."""

    name: str
    path: str
    query: dict[str, str]
    items: tuple[str, ...]
    since: str
    of: Callable[[Any], bool] = lambda _: True


_BEHIND = {"after": BEHIND_PAIRS}
_KINDS = (
    _Kind("possible", "/duplicates", {}, ("pairs",), "since"),
    _Kind("withheld", "/duplicates", {"withheld": "true"}, ("pairs",), "since"),
    _Kind("disputed", "/duplicates", _BEHIND, ("contradictions",), "", lambda each: not each["set_aside"]),
    _Kind("set-aside", "/duplicates", _BEHIND, ("contradictions",), "", lambda each: each["set_aside"]),
    _Kind("shields", "/shields/due", {}, ("due",), "review_by"),
    _Kind("overrides", "/investigations", {}, ("investigations",), "used_at"),
    _Kind("corrections", "/corrections", {"open": "true"}, ("requests",), "recorded_at"),
    _Kind("missing-education", "/reports/missing-education", {}, ("children", "undecided"), "since"),
)


class Waiting(Work):
    """The start of a data manager's work."""

    async def start(self, browser: Browser) -> Page:
        """Counts at once where the browser vouches that a page of ours led here, and that somebody wants to see it.

        Else there is a button for it: a browser may ask for an address that is only being typed, or for a bookmark.
        """
        if not browser.signed_in.reason:
            return leads_to("/pages/reason")
        headers = Headers(scope=browser.scope)
        if headers.get("sec-fetch-site") == "same-origin" and "sec-purpose" not in headers:
            return await self.count(browser)
        return await self._pages.page(browser, "data_manager/waiting", counted=None, most=MOST_COUNTED)

    async def count(self, browser: Browser) -> Page:
        """Counts what waits."""
        today, answers = day_at(self._pages.now()), {}
        counted: dict[str, Waits] = {}
        for kind in _KINDS:
            call = kind.path, *kind.query.items()
            if call not in answers:
                answers[call] = await self.get(browser, kind.path, **kind.query, limit=MOST_COUNTED)
            answer = answers[call]
            if answer.status in _OF_THE_SESSION or (answer.status == HTTPStatus.FORBIDDEN and not counted):
                return await self._pages.no_answer(browser, answer)
            document = answer.document if answer.status == HTTPStatus.OK else {}
            items = [each for name in kind.items for each in document.get(name, ())]
            chosen = [each for each in items if kind.of(each)]
            oldest = [each[kind.since] for each in chosen if kind.since and each[kind.since]]
            more, warned = len(items) >= MOST_COUNTED, bool(document.get("warnings"))
            counted[kind.name] = Waits(answer.status, len(chosen), more, how_long(oldest, today), warned)
        return await self._pages.page(browser, "data_manager/waiting", counted=counted, most=MOST_COUNTED)


_OF_THE_SESSION = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
"""What is true of every call, so that the whole page says it; as a user is who may not even see the queue."""
