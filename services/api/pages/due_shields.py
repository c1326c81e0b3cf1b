"""Shields whose review has come: kept for another six months, or lifted after a page that says what that does.

Who lifts one types a part of the child's number and says who has found that the danger is over. That text is the reason
of the lifting, with the code of the session's reason, whose own text is about the whole day's work.
"""

import re
from collections.abc import Mapping, Set
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from domain.authorization import NoReason, reason_of
from domain.days import day_at
from domain.vocabulary import SHORTEST_REASON
from services.api.numbers import NUMBER
from services.api.pages.api_call import Answer
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work, place_in

PAGE = 20
SOON = timedelta(days=184)
"""Every shield comes up within six months."""
TYPED = 8
"""Characters of the child's number that are typed to lift its shield."""
_DECISIONS = ("keep", "lift")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DueShields(Work):
    """Pages about shields that are due."""

    async def listed(self, browser: Browser) -> Page:
        """A page of them, those that wait longest first; on request with those that come up."""
        tab = "soon" if browser.text("tab") == "soon" else "now"
        on = self._soon() if tab == "soon" else ""
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
        if decision == "lift":
            return await self._lift(browser, child)
        body = {"reason": browser.signed_in.reason}
        answer = await self.post(browser, f"/children/{child}/shield/review", body)
        return await self.settle(browser, answer, decision, "/pages/shields", child=child)

    async def _lift(self, browser: Browser, child: str) -> Page:
        """Shows which shield it is and what lifting does; with what confirms that, lifts it."""
        review_by = browser.text("review_by")
        answer = await self._one(browser, child, review_by)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        found = [each for each in answer.document["due"] if (each["child"], each["review_by"]) == (child, review_by)]
        if not found:
            absent = Answer(HTTPStatus.NOT_FOUND, b"{}")
            return await self.settle(browser, absent, "lift", "/pages/shields")
        (shield,) = found
        if browser.text("confirmed") != "yes":
            return await self._confirm(browser, shield, set())
        code = browser.signed_in.reason.partition(":")[0]
        grounds = " ".join(browser.text("grounds").split())
        wrong = set()
        try:
            reason = reason_of(f"{code}: {grounds}").text
        except NoReason:
            reason = ""
        if not reason or len(grounds) < SHORTEST_REASON:
            wrong.add("grounds")
        if browser.text("typed").lower() != child[:TYPED]:
            wrong.add("typed")
        if wrong:
            return await self._confirm(browser, shield, wrong, grounds)
        answer = await self.post(browser, f"/children/{child}/shield/lift", {"reason": reason})
        return await self.settle(browser, answer, "lift", "/pages/shields", child=child)

    async def _one(self, browser: Browser, child: str, review_by: str) -> Answer:
        """The page of the list that begins with a child's shield, if its review is still on that day."""
        before = str(UUID(int=max(UUID(child).int - 1, 0)))
        after = f"{review_by}~{before}" if _DAY.fullmatch(review_by) else ""
        return await self.get(browser, "/shields/due", on=self._soon(), after=after, limit=1)

    async def _confirm(self, browser: Browser, shield: Mapping[str, Any], wrong: Set[str], grounds: str = "") -> Page:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        shown = {"shield": shield, "wrong": wrong, "grounds": grounds, "characters": TYPED}
        return await self._pages.page(browser, "data_manager/lift_shield", status, **shown)

    def _soon(self) -> str:
        return (day_at(self._pages.now()) + SOON).isoformat()
