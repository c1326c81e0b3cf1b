"""What of an agency's messages was refused or could not be read, with what to do about each."""

from functools import cache
from http import HTTPStatus
from typing import Any

from domain.vocabulary import agency_urn
from services.api.pages.api_call import Answer
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work
from services.submission_contract.schemas.reference import ReasonCode, reason_codes

PAGE = 20
MOST_TOKEN = 300
_TABS = {"refused": "refused", "invalid": "invalid", "letters": ""}
_LONGEST = 63


class Inbox(Work):
    """Pages about what was not taken."""

    async def listed(self, browser: Browser) -> Page:
        """A page of receipts of an agency or of all, or of dead letters."""
        tab = browser.text("tab") if browser.text("tab") in _TABS else "refused"
        agency, place = browser.text("agency").lower()[:_LONGEST], browser.text("after")[:MOST_TOKEN]
        if tab == "letters":
            answer = await self.get(browser, "/dead-letters", after=place, limit=PAGE)
        else:
            query = {"outcome": _TABS[tab], "source": agency_urn(agency) if agency else "", "after": place}
            answer = await self.get(browser, "/receipts", **query, limit=PAGE)
        shown: dict[str, Any] = {"tab": tab, "agency": agency, "place": place, "cures": cures()}
        if _is_wrong(browser, answer) and agency:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await self._pages.page(
                browser, "data_manager/inbox", status, items=[], more="", wrong=answer.detail, **shown
            )
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        return await self._pages.page(
            browser, "data_manager/inbox", items=answer.document, more=answer.after, wrong="", **shown
        )


def _is_wrong(browser: Browser, answer: Answer) -> bool:
    known = answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    return known and bool(browser.signed_in.reason)


@cache
def cures() -> dict[str, ReasonCode]:
    """What each reason code means and asks for."""
    return reason_codes()
