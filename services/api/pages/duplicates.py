"""The queue of possible duplicates: its lists, a pair side by side, a decision, and how each is taken back."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson

from services.api.numbers import NUMBER
from services.api.pages.api_call import Answer
from services.api.pages.handlers import Browser, Page
from services.api.pages.work import BEHIND_PAIRS, Work, place_in
from services.pages.comparison import side_by_side, weighed

PAGE = 10
"""Pairs of a page. Each page of a list is a look at all whom it shows, and a pair alone is one of its page."""
_TABS = ("possible", "contradictions", "withheld")
_OF_TWO, _OF_RECORD = ("merge", "dismiss"), ("accept", "set-aside")
_DECISIONS = (*_OF_TWO, *_OF_RECORD, "split")
_NUMBER_OF_DECISION = re.compile(rf"{NUMBER.pattern}\.[0-9]{{1,19}}")
"""The id of the look that a decision follows from."""
_MOOT = frozenset({HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND})

Fields = Mapping[str, Any]


class Duplicates(Work):
    """Pages about possible duplicates."""

    async def listed(self, browser: Browser) -> Page:
        """A page of one of the lists."""
        answer = await self._queue(browser)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        within = [
            {"item": each, "lines": side_by_side(each["left_record"], each["right_record"], None, None)}
            | {"weighed": weighed(each["why"])}
            for each in answer.document["contradictions"]
        ]
        tab = _tab(browser)
        return await self._pages.page(
            browser,
            "data_manager/duplicates",
            tab=tab,
            pairs=[] if tab == "contradictions" else answer.document["pairs"],
            within=within if tab == "contradictions" else [],
            like_shielded=answer.document["like_shielded"],
            place=place_in(browser),
            more=_more(tab, answer),
        )

    async def pair(self, browser: Browser) -> Page:
        """One pair side by side; where it waits no more, a way to the child that is left."""
        answer = await self._queue(browser)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        pairs: Sequence[Fields] = answer.document["pairs"]
        left, right = _child(browser, "left"), _child(browser, "right")
        found = [number for number, each in enumerate(pairs) if {each["left"], each["right"]} == {left, right}]
        if not found:
            return await self._moot(browser, HTTPStatus.NOT_FOUND, child=left, other=right)
        number = found[0]
        pair = pairs[number]
        why = [await self._why(browser, pair[side]) for side in ("left", "right")]
        return await self._pages.page(
            browser,
            "data_manager/pair",
            tab=_tab(browser),
            place=place_in(browser),
            more=_more(_tab(browser), answer),
            pair=pair,
            before=pairs[number - 1] if number else None,
            behind=pairs[number + 1] if number + 1 < len(pairs) else None,
            lines=side_by_side(pair["left_entry"], pair["right_entry"], *why),
            weighed=weighed(pair["why"]),
            knows_agencies=any(each is not None for each in why),
        )

    async def decide(self, browser: Browser) -> Page:
        """Sends a decision, and says what was done and how it is taken back."""
        kind, about = browser.text("decision"), _about(browser)
        if kind not in _DECISIONS or not about:
            return await self._moot(browser, HTTPStatus.NOT_FOUND)
        body = {"reason": browser.signed_in.reason, **about}
        answer = await self.post(browser, f"/duplicates/{kind}", body)
        child, other = about.get("child") or about["left"], about.get("right")
        if answer.status == HTTPStatus.OK:
            done = answer.document
            return await self._done(browser, kind, about, done["child"], done["other"], None)
        if answer.status == HTTPStatus.ACCEPTED:
            return await self._done(browser, kind, about, child, other, answer.document["decision"])
        if answer.status in _MOOT:
            return await self._moot(browser, answer.status, answer, child, other)
        return await self._pages.no_answer(browser, answer)

    async def decided(self, browser: Browser) -> Page:
        """What has become of a decision that did not show at once."""
        kind, about, decision = browser.text("decision"), _about(browser), browser.text("number")
        if kind not in _DECISIONS or not about or not _NUMBER_OF_DECISION.fullmatch(decision):
            return await self._moot(browser, HTTPStatus.NOT_FOUND)
        answer = await self.get(browser, "/receipts", submission=decision, limit=1)
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        child, other = about.get("child") or about["left"], about.get("right")
        if not answer.document:
            return await self._done(browser, kind, about, child, other, decision)
        (receipt,) = answer.document
        if receipt["outcome"] in ("accepted", "duplicate"):
            return await self._done(browser, kind, about, child, other, None)
        why = receipt["reasons"][0]
        refused = Answer(HTTPStatus.CONFLICT, orjson.dumps({"code": why["code"], "detail": why["message"]}))
        return await self._moot(browser, HTTPStatus.CONFLICT, refused, child, other)

    async def _queue(self, browser: Browser) -> Answer:
        tab, place = _tab(browser), place_in(browser)
        begin = place or (BEHIND_PAIRS if tab == "contradictions" else "")
        withheld = "true" if tab == "withheld" else ""
        return await self.get(browser, "/duplicates", after=begin, limit=PAGE, withheld=withheld)

    async def _why(self, browser: Browser, child: str) -> Fields | None:
        """Who reports what of a child; None where its entry does not say."""
        answer = await self.get(browser, f"/children/{child}", why="true")
        if answer.status != HTTPStatus.OK or answer.document["shielded"]:
            return None
        why: Fields | None = answer.document.get("why")
        return why

    async def _done(
        self, browser: Browser, kind: str, about: Fields, child: str, other: str | None, under_way: str | None
    ) -> Page:
        return await self._pages.page(
            browser,
            "data_manager/decided",
            HTTPStatus.ACCEPTED if under_way else HTTPStatus.OK,
            decision=kind,
            about=about,
            child=child,
            other=other,
            under_way=under_way,
            tab=_tab(browser),
            place=place_in(browser),
        )

    async def _moot(
        self, browser: Browser, status: int, answer: Answer | None = None, child: str = "", other: str | None = None
    ) -> Page:
        code, detail = (answer.code, answer.detail) if answer else ("", "")
        children = [each for each in (child, other) if each]
        return await self._pages.page(
            browser, "data_manager/moot", status, code=code, detail=detail, children=children, tab=_tab(browser)
        )


def _tab(browser: Browser) -> str:
    tab = browser.text("tab")
    return tab if tab in _TABS else _TABS[0]


def _more(tab: str, answer: Answer) -> str:
    """Where the next page of a list begins; behind the last pair the API goes on with the next list."""
    return "" if tab != "contradictions" and answer.after.startswith("c~") else answer.after


def _child(browser: Browser, name: str) -> str:
    number = browser.text(name).lower()
    return number if NUMBER.fullmatch(number) else ""


def _about(browser: Browser) -> dict[str, Any]:
    """What a form decides on, as the call of its decision has it; nothing where a part is missing."""
    kind, child = browser.text("decision"), _child(browser, "child")
    if kind in _OF_TWO:
        two = {"left": _child(browser, "left"), "right": _child(browser, "right")}
        return two if all(two.values()) else {}
    record = {"source": browser.text("source"), "subject": browser.form.get("subject", "")}
    if not child or (kind in _OF_RECORD and not all(record.values())):
        return {}
    if kind in _OF_RECORD:
        return {"child": child, "record": record}
    if all(record.values()):
        return {"child": child, "records": [record]}
    other = _child(browser, "other")
    return {"child": child, "other": other} if other else {"child": child}
