"""Shields whose review has come: kept for another six months, or lifted after a page that says what that does."""

from datetime import timedelta
from http import HTTPStatus

from domain.days import day_at
from services.api.numbers import NUMBER
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work, place_in

PAGE = 20
SOON = timedelta(days=184)
"""Every shield comes up within six months."""
_DECISIONS = {"keep": "review", "lift": "lift"}


class DueShields(Work):
    """Pages about shields that are due."""

    async def listed(self, browser: Browser) -> Page:
        """A page of them, those that wait longest first; on request with those that come up."""
        tab = "soon" if browser.text("tab") == "soon" else "now"
        today = day_at(self._pages.now())
        on = (today + SOON).isoformat() if tab == "soon" else ""
        answer = await self.get(browser, "/shields/due", on=on, after=place_in(browser), limit=PAGE)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        shown = {"tab": tab, "due": answer.document["due"], "place": place_in(browser), "more": answer.after}
        return await self._pages.page(browser, "data_manager/due_shields", **shown)

    async def decide(self, browser: Browser) -> Page:
        """Keeps a shield; lifts one once that is confirmed."""
        decision, child = browser.text("decision"), browser.text("child").lower()
        if decision not in _DECISIONS or not NUMBER.fullmatch(child):
            return await self.listed(browser)
        if decision == "lift" and browser.text("confirmed") != "yes":
            due = await self.get(browser, "/shields/due", limit=1)
            if due.status != HTTPStatus.OK:
                return await self._pages.no_answer(browser, due)
            return await self._pages.page(browser, "data_manager/lift_shield", child=child)
        body = {"reason": browser.signed_in.reason}
        answer = await self.post(browser, f"/children/{child}/shield/{_DECISIONS[decision]}", body)
        return await self.settle(browser, answer, decision, "/pages/shields", child=child)
