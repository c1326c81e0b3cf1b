"""What the pages of a data manager share: how they call the API, which page of a list is meant, and their paths."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from services.api.pages.api_call import Answer, ApiCall
from services.api.pages.handlers import HEADERS, Browser, Handlers, Page

BEHIND_PAIRS = "c~999~00000000-0000-0000-0000-000000000000~00000000-0000-0000-0000-000000000000"
"""Where the queue of duplicates goes on behind its last pair: at the contradictions within a child."""
MOST_TOKEN = 200
"""Characters of the place at which a page of a list begins, as the API's header Link has it."""


class Work:
    """Pages of one kind, made with what all pages are made with."""

    def __init__(self, pages: Handlers) -> None:
        self._pages = pages

    async def get(self, browser: Browser, path: str, **query: str | int) -> Answer:
        """The API's answer to a question; parameters that are empty are left out."""
        given = {name: value for name, value in query.items() if value != ""}
        return await self._pages.call_api(browser, ApiCall("GET", path, urlencode(given)))

    async def post(self, browser: Browser, path: str, body: Mapping[str, object]) -> Answer:
        """The API's answer to a decision, for the reason that the session states."""
        return await self._pages.call_api(browser, ApiCall("POST", path, body=body))

    async def settle(self, browser: Browser, answer: Answer, what: str, back: str, **about: object) -> Page:
        """Says what a decision did, or why it did nothing, with a way back to its list."""
        done = answer.status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED)
        if not done and answer.status not in _NOT_DONE:
            return await self._pages.no_answer(browser, answer)
        shown = {"what": what, "back": back, "done": done, "about": about, "answer": answer.document if done else {}}
        return await self._pages.page(
            browser, "data_manager/settled", answer.status, **shown, detail="" if done else answer.detail
        )


_NOT_DONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})


def place_in(browser: Browser, name: str = "after") -> str:
    """The place at which a page of a list begins, as a form names it; what is too long for one is none."""
    given = browser.text(name)
    return given if len(given) <= MOST_TOKEN else ""


def leads_to(path: str) -> Page:
    """Leads to another page."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, HEADERS)
