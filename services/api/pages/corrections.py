"""What carers and children want corrected, or object to, and the answer to each."""

from http import HTTPStatus

from services.api.numbers import NUMBER
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work

MOST = 100
"""The API gives no next page of them: those that are answered make room for the rest."""


class Corrections(Work):
    """Pages about corrections and objections."""

    async def listed(self, browser: Browser) -> Page:
        """Those that have no answer yet, the oldest first."""
        answer = await self.get(browser, "/corrections", open="true", limit=MOST)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        found = answer.document["requests"]
        return await self._pages.page(browser, "data_manager/corrections", requests=found, more=len(found) == MOST)

    async def answer(self, browser: Browser) -> Page:
        """Ends one with its outcome and an answer."""
        number = browser.text("number").lower()
        if not NUMBER.fullmatch(number):
            return await self.listed(browser)
        text = browser.text("answer").replace("\r\n", "\n")
        body = {"reason": browser.signed_in.reason, "outcome": browser.text("outcome"), "text": text}
        answer = await self.post(browser, f"/corrections/{number}/answer", body)
        return await self.settle(browser, answer, "answered", "/pages/corrections")
