"""Overrides that somebody has to look into, and the end of each investigation with what was found."""

from http import HTTPStatus

from services.api.numbers import NUMBER
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work, place_in

PAGE = 20


class Overrides(Work):
    """Pages about overrides of shields."""

    async def listed(self, browser: Browser) -> Page:
        """A page of those that nobody has closed, the oldest first."""
        place = place_in(browser)
        answer = await self.get(browser, "/investigations", after=place, limit=PAGE)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        shown = {"overrides": answer.document["investigations"], "place": place, "more": answer.after}
        return await self._pages.page(browser, "data_manager/overrides", **shown)

    async def close(self, browser: Browser) -> Page:
        """Closes one with what was found, which is the reason of the closing."""
        number = browser.text("number").lower()
        if not NUMBER.fullmatch(number):
            return await self.listed(browser)
        body = {"reason": " ".join(browser.text("findings").split())}
        answer = await self.post(browser, f"/investigations/{number}/close", body)
        return await self.settle(browser, answer, "closed", "/pages/overrides")
