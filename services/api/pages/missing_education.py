"""Children of school age of whom nobody reports a school, by authority and day."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from services.api.pages.handlers import Browser, Page
from services.api.pages.work import Work, place_in

PAGE = 50
_LONGEST = 100


class MissingEducation(Work):
    """The list of who misses education."""

    async def listed(self, browser: Browser) -> Page:
        """A page of it; a day or an authority that is none is said beside its field."""
        parts = [browser.text(name) for name in ("day", "month", "year")]
        authority, on = browser.text("authority")[:_LONGEST], _day(parts)
        shown = {"authority": authority, "parts_of_day": parts, "place": place_in(browser), "report": None, "more": ""}
        if on is None:
            return await self._form(browser, shown | {"wrong": "day", "detail": ""})
        query = {"authority": authority, "on": on, "after": place_in(browser)}
        answer = await self.get(browser, "/reports/missing-education", **query, limit=PAGE)
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY) and browser.signed_in.reason:
            return await self._form(browser, shown | {"wrong": "authority", "detail": answer.detail})
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        found = {"report": answer.document, "more": answer.after, "wrong": "", "detail": ""}
        return await self._pages.page(browser, "data_manager/missing_education", **shown | found)

    async def _form(self, browser: Browser, shown: Mapping[str, Any]) -> Page:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await self._pages.page(browser, "data_manager/missing_education", status, **shown)


def _day(parts: list[str]) -> str | None:
    """The day that three fields name, empty where all are; None where it is none."""
    if not any(parts):
        return ""
    if not all(part.isascii() and part.isdigit() and len(part) <= len("2026") for part in parts):
        return None
    day, month, year = map(int, parts)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
