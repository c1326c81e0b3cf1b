"""The page with a child's history, for whoever may read that; with who looked, for whoever may read that too."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import RedirectResponse

from domain.authorization import Action
from domain.days import day_at
from services.api.numbers import NUMBER
from services.api.pages.api_call import ApiCall
from services.api.pages.handlers import HEADERS, Browser, Handlers, Page
from services.pages.timeline import timeline_shown

PATH = "/pages/timeline"


class TimelinePage:
    """What was known of a child, when, and who looked meanwhile."""

    def __init__(self, pages: Handlers) -> None:
        self._pages = pages

    async def timeline(self, browser: Browser) -> Page:
        """The history of a child, as known at a moment and as true on a day."""
        child = browser.text("child").lower()
        if not NUMBER.fullmatch(child):
            return await self._pages.not_there(browser)
        history = await self._pages.call_api(browser, ApiCall("GET", f"/children/{child}/history"))
        if history.status == HTTPStatus.NOT_FOUND:
            return await self._pages.not_there(browser)
        if history.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, history)
        may = await self._pages.may(browser)
        looks: Sequence[Mapping[str, Any]] = ()
        if Action.LOOKS in may:  # for others it would be a denied attempt
            of_child = await self._pages.call_api(browser, ApiCall("GET", f"/children/{child}/looks"))
            if of_child.status != HTTPStatus.OK:
                return await self._pages.no_answer(browser, of_child)
            looks = of_child.document["looks"]
        answer, now = history.document, self._pages.now()
        as_of, effective = browser.text("as_of"), browser.text("effective")
        timeline = timeline_shown(answer["events"], looks, as_of, effective, day_at(now))
        shown = {"shielded": answer.get("shielded", False), "warning": answer.get("warning")}
        shown |= {"timeline": timeline, "looks_read": len(looks)}
        return await self._pages.page(browser, "timeline", child=child, may=may, now=now.isoformat(), **shown)

    async def no_timeline(self, _: Browser) -> Page:
        """A history has no address of its own, which a history of the browser or a link could keep."""
        return RedirectResponse("/", HTTPStatus.SEE_OTHER, HEADERS)


def timeline_places(handlers: Handlers) -> Sequence[tuple[str, str, Callable[[Browser], Awaitable[Page]], bool]]:
    """The path of the page with its methods, for whoever is signed in."""
    page = TimelinePage(handlers)
    return (("POST", PATH, page.timeline, True), ("GET", PATH, page.no_timeline, True))
