"""The operator's pages: how the directory runs, and messages of its logs; they need no reason, for they show nobody."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from domain.authorization import Action
from services.api.pages.api_call import ApiCall
from services.api.pages.handlers import Browser, Handlers, Page
from services.pages.log_messages import KINDS, read_sought
from services.pages.street import street_shown

EVERY_S = 10
"""How often the page asks again by itself, for whom it does."""
PATH, MESSAGES, STYLE = "/pages/operation", "/pages/operation/messages", "/pages/operation/style.css"


class OperatorPages:
    """The pages, over the API's own calls."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        templates = files("services.pages.templates.practitioner")
        sheets = ("style.css", "operation/street.css")
        self._style = b"".join(templates.joinpath(sheet).read_bytes() for sheet in sheets)

    async def style(self, _: Browser) -> Page:
        """A style sheet of its own, which renews no session: a page that asks again by itself is no use of it."""
        return Response(self._style, media_type="text/css")

    async def street(self, browser: Browser) -> Page:
        """Each part from the agencies to the API."""
        if refused := await self._handlers.without_right(browser, Action.OPERATION):
            return refused
        every = EVERY_S if Request(browser.scope).query_params.get("every") else 0
        answer = await self._handlers.call_api(browser, ApiCall("GET", "/operation"))
        if answer.status != HTTPStatus.OK:
            return await self._handlers.no_answer(browser, answer)
        return await self._handlers.page(browser, "operation/street", every=every, **street_shown(answer.document))

    async def messages(self, browser: Browser) -> Page:
        """Some messages of a log."""
        if refused := await self._handlers.without_right(browser, Action.OPERATION):
            return refused
        sought = read_sought(Request(browser.scope).query_params)
        shown: dict[str, Any] = {
            "log": sought.log,
            "position": sought.position,
            "at": sought.at,
            "kinds": KINDS,
            "wrong": sought.wrong,
        }
        if sought.wrong:
            wrong = HTTPStatus.UNPROCESSABLE_ENTITY
            return await self._handlers.page(browser, "operation/messages", wrong, found=None, **shown)
        answer = await self._handlers.call_api(browser, ApiCall("GET", "/operation/messages", sought.query))
        if answer.status != HTTPStatus.OK:
            return await self._handlers.no_answer(browser, answer)
        return await self._handlers.page(browser, "operation/messages", found=answer.document, **shown)


def operator_places(handlers: Handlers) -> Sequence[tuple[str, str, Callable[[Browser], Awaitable[Page]], bool]]:
    """The paths of the pages with their methods, and whether each is for whoever is signed in."""
    pages = OperatorPages(handlers)
    return (
        ("GET", PATH, pages.street, True),
        ("GET", MESSAGES, pages.messages, True),
        ("GET", STYLE, pages.style, False),
    )
