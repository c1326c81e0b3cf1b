"""An agency is suspended, after a page that says what that does, and resumed."""

import re
from http import HTTPStatus

from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DECISIONS = ("suspend", "set-aside", "resume")


class Agencies(Work):
    """Pages about agencies."""

    async def named(self, browser: Browser) -> Page:
        """The form that names an agency; for whoever may see what agencies sent."""
        refused = await self._refused(browser)
        return refused or await self._pages.page(browser, "data_manager/agencies", agency="", wrong=False, decision="")

    async def decide(self, browser: Browser) -> Page:
        """What the decision does, in words; once that is confirmed, the decision."""
        decision, agency = browser.text("decision"), browser.text("agency").lower()
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        confirmed = browser.text("confirmed") == "yes"
        if not confirmed and (refused := await self._refused(browser)):
            return refused
        if decision not in _DECISIONS or not _CODE.fullmatch(agency):
            shown = {"agency": agency[:100], "wrong": True, "decision": decision}
            return await self._pages.page(browser, "data_manager/agencies", status, **shown)
        if not confirmed:
            return await self._pages.page(browser, "data_manager/confirm_agency", agency=agency, decision=decision)
        path = f"/agencies/{agency}/suspension"
        if decision == "resume":
            answer = await self.post(browser, f"{path}/end", {"without_removals": False})
        else:
            answer = await self.post(browser, path, {"set_aside": decision == "set-aside"})
        return await self.settle(browser, answer, decision, "/pages/agencies", agency=agency)

    async def _refused(self, browser: Browser) -> Page | None:
        """The page for who may not even see what agencies sent, and so may suspend none."""
        answer = await self.get(browser, "/receipts", limit=1)
        return None if answer.status == HTTPStatus.OK else await self._pages.no_answer(browser, answer)
