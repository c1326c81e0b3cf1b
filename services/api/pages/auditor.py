"""The auditor's pages: what stands out, whose looks, their proofs, and what a user could have been shown.

Each asks the API by its own calls, so an administrator of an authority gets as much of them as the API answers, and
everybody else the page that says that they may not; the start says so without a call that would be denied. What looks
is a form; its address alone leads back to the start.
"""

import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from domain.authorization import Action
from domain.days import day_at
from domain.transparency.notes import Malformed, read_checkpoint, read_note
from services.api.moments import moment
from services.api.numbers import NUMBER
from services.api.pages.api_call import Answer, ApiCall
from services.api.pages.handlers import HEADERS, Browser, Handlers, Page
from services.api.problems import Problem
from services.pages.access_report import OVERRIDES, PARTS, UNEXPLAINED, VOLUME, finding_shown, period_of, report_shown
from services.pages.rights import rights_shown

START = "/pages/audit"
LOGS = ("register", "access")
_PERIOD = ("from", "to")
_LARGEST_POSITION = 15
"""Digits of a position."""
_MOST_LOOKS = 1_000
"""Looks of one user that are read for a finding, the latest."""
_NOTES_AT_ONCE = 500
_MOST_NOTES = 5_000
"""Investigations that are read for a finding, the oldest."""
_SHOWN_AT_FIRST = timedelta(days=60)
"""What the button for the report shows: of the last 30 days no look-up without an involvement can be judged yet."""
_PARTS_OF_A_PROOF = {"leaf": "", "proof": ".tlog-proof"}


class AuditorPages:
    """The pages of those who may read the access report."""

    def __init__(self, pages: Handlers) -> None:
        self._pages = pages

    async def start(self, browser: Browser) -> Page:
        """What the latest checkpoints are, and where to begin; looks at nobody."""
        if refused := await self._pages.without_right(browser, Action.PROOFS, Action.ACCESS_REPORT):
            return refused
        may = await self._pages.may(browser)
        signed = {}
        if Action.PROOFS in may:
            for log in LOGS:
                answer = await self._pages.call_api(browser, ApiCall("GET", f"/tlog/{log}/checkpoint"))
                if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
                    return await self._pages.no_answer(browser, answer)
                signed[log] = _checkpoint(answer)
        return await self._pages.page(browser, "audit/start", may=may, signed=signed, **self._empty())

    async def to_start(self, _: Browser) -> Page:
        """What is looked up has no address of its own, which a history or a link could keep."""
        return RedirectResponse(START, HTTPStatus.SEE_OTHER, HEADERS)

    async def report(self, browser: Browser) -> Page:
        """The access report of a period."""
        fields = {name: browser.text(name) for name in (*_PERIOD, "authority", "user")}
        answer = await self._get(browser, "/access/report", fields)
        if answer.status == HTTPStatus.OK:
            report = report_shown(answer.document)
            return await self._pages.page(browser, "audit/report", report=report, fields=fields)
        return await self._again(browser, answer, "report", fields)

    async def finding(self, browser: Browser) -> Page:
        """What the report says of one user in one part, and the looks that it is about."""
        part, user = browser.text("part"), browser.text("user")
        period = {name: browser.text(name) for name in _PERIOD}
        if part not in PARTS or not user:
            return await self.to_start(browser)
        fields = {**period, "authority": browser.text("authority"), "user": user}
        peers = {"user": ""} if part == VOLUME else {}  # a volume is unusual beside those of others
        answer = await self._get(browser, "/access/report", {**fields, **peers})
        if answer.status != HTTPStatus.OK:
            return await self._again(browser, answer, "report", fields)
        days = period_of(answer.document, part, user) or period
        looks = await self._get(browser, "/looks", {**days, "by": user, "limit": str(_MOST_LOOKS)})
        if looks.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            return await self._pages.no_answer(browser, looks)
        notes: list[Mapping[str, Any]] = []
        if part == OVERRIDES:
            investigations = await self._investigations(browser, notes)
            if investigations.status != HTTPStatus.OK:
                return await self._pages.no_answer(browser, investigations)
        by_user = looks.document["looks"] if looks.status == HTTPStatus.OK else ()
        finding = finding_shown(answer.document, part, user, by_user)
        return await self._pages.page(
            browser,
            "audit/finding",
            finding=finding,
            user_meant=user,
            part=part,
            unexplained=UNEXPLAINED,
            notes=[each for each in notes if each["used_by"] == user],
            notes_read=len(notes),
            notes_until=notes[-1]["used_at"] if len(notes) >= _MOST_NOTES else None,
            looks_read=len(by_user),
            is_cut=len(by_user) >= _MOST_LOOKS,
            is_listed=looks.status == HTTPStatus.OK,
            period={**period, "authority": fields["authority"]},
        )

    async def _investigations(self, browser: Browser, notes: list[Mapping[str, Any]]) -> Answer:
        """Adds investigations to `notes`, the oldest first and at most so many; returns the last answer."""
        after = 0
        while True:
            fields = {"closed": "true", "after": str(after), "limit": str(_NOTES_AT_ONCE)}
            answer = await self._get(browser, "/investigations", fields)
            if answer.status != HTTPStatus.OK:
                return answer
            found = answer.document["investigations"]
            notes += found
            if len(found) < _NOTES_AT_ONCE or len(notes) >= _MOST_NOTES:
                return answer
            after = found[-1]["position"]

    async def looks_at(self, browser: Browser) -> Page:
        """Who looked at a child."""
        child = browser.text("child").lower()
        if not NUMBER.fullmatch(child):
            return await self._wrong(browser, "looks_at", "number", {"child": browser.text("child")})
        answer = await self._get(browser, f"/children/{child}/looks")
        if answer.status == HTTPStatus.OK:
            looks = answer.document["looks"]
            return await self._pages.page(browser, "audit/looks_at", child=child, looks=looks)
        return await self._pages.no_answer(browser, answer)

    async def looks_by(self, browser: Browser) -> Page:
        """At whom a user looked."""
        fields = {"by": browser.text("by"), **{name: browser.text(name) for name in _PERIOD}}
        if not fields["by"]:
            return await self._wrong(browser, "looks_by", "user", fields)
        answer = await self._get(browser, "/looks", fields)
        if answer.status == HTTPStatus.OK:
            return await self._pages.page(browser, "audit/looks_by", found=answer.document)
        if answer.status == HTTPStatus.NOT_FOUND:
            return await self._wrong(browser, "looks_by", "nobody", fields)
        return await self._again(browser, answer, "looks_by", fields)

    async def proof(self, browser: Browser) -> Page:
        """The leaf of a look and the proof of it, to be checked elsewhere; `part` sends one of both as a file."""
        position, part = browser.text("position"), browser.text("part")
        if not (position.isascii() and position.isdigit() and len(position) <= _LARGEST_POSITION and int(position)):
            return await self._wrong(browser, "proof", "position", {"position": position})
        position = str(int(position))
        answer = await self._get(browser, f"/tlog/access/proof/{position}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return await self._wrong(browser, "proof", "unsigned", {"position": position})
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        file = f"access-{position}"
        if part in _PARTS_OF_A_PROOF:
            return _file(answer.document[part], f"{file}{_PARTS_OF_A_PROOF[part]}")
        return await self._pages.page(
            browser, "audit/proof", position=position, file=file, proof=answer.document["proof"]
        )

    async def could_have_seen(self, browser: Browser) -> Page:
        """What a user was shown of a child up to a moment, and how what could have been shown is made."""
        fields = {name: browser.text(name) for name in ("user_meant", "child", "on")}
        child, user = fields["child"].lower(), fields["user_meant"]
        if not user:
            return await self._wrong(browser, "seen", "user", fields)
        if not NUMBER.fullmatch(child):
            return await self._wrong(browser, "seen", "number", fields)
        try:
            until = moment("on", fields["on"]) or ""
        except Problem:
            return await self._wrong(browser, "seen", "moment", fields)
        answer = await self._get(browser, f"/children/{child}/looks")
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        every = answer.document["looks"]
        looks = [look for look in every if look["user"] == user and look["time"] <= until]
        who = ("--as", browser.user or "", "--reason", browser.signed_in.reason)
        command = shlex.join(("contactpoint", "could-have-seen", user, child, "--on", until, *who))
        return await self._pages.page(
            browser,
            "audit/seen",
            user_meant=user,
            child=child,
            looks=looks,
            read=len(every),
            until=until,
            command=command,
        )

    async def rights(self, browser: Browser) -> Page:
        """Who may do what, by the table that decides it; it is about nobody, and for everybody."""
        role = await self._pages.role(browser)
        return await self._pages.page(browser, "audit/rights", rights=rights_shown(), own=role)

    async def _get(self, browser: Browser, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        query = urlencode({name: value for name, value in (fields or {}).items() if value})
        return await self._pages.call_api(browser, ApiCall("GET", path, query))

    async def _again(self, browser: Browser, answer: Answer, form: str, fields: Mapping[str, str]) -> Page:
        """The form again, where what was filled in is wrong; else the page for an answer that shows nothing."""
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and browser.signed_in.reason:
            return await self._wrong(browser, form, "refused", fields, answer.detail)
        return await self._pages.no_answer(browser, answer)

    async def _wrong(
        self, browser: Browser, form: str, wrong: str, fields: Mapping[str, str], detail: str = ""
    ) -> Page:
        """The forms again, with what is wrong in one of them."""
        shown = self._empty() | {"form": form, "wrong": wrong, "fields": {**_FIELDS, **fields}, "detail": detail}
        status = HTTPStatus.NOT_FOUND if wrong in ("nobody", "unsigned") else HTTPStatus.UNPROCESSABLE_ENTITY
        may = await self._pages.may(browser)
        return await self._pages.page(browser, "audit/start", status, may=may, signed={}, **shown)

    def _empty(self) -> dict[str, Any]:
        """What the forms have before anything is filled in."""
        since = (day_at(self._pages.now()) - _SHOWN_AT_FIRST).isoformat()
        return {"form": "", "wrong": "", "fields": _FIELDS, "detail": "", "since": since, "days": _SHOWN_AT_FIRST.days}


def auditor_places(handlers: Handlers) -> Sequence[tuple[str, str, Callable[[Browser], Awaitable[Page]], bool]]:
    """The paths of these pages with their methods, each for whoever is signed in."""
    pages = AuditorPages(handlers)
    forms = {
        "report": pages.report,
        "finding": pages.finding,
        "looks-at": pages.looks_at,
        "looks-by": pages.looks_by,
        "proof": pages.proof,
        "seen": pages.could_have_seen,
    }
    return (
        ("GET", START, pages.start, True),
        ("GET", "/pages/rights", pages.rights, True),
        *(("POST", f"{START}/{name}", handler, True) for name, handler in forms.items()),
        *(("GET", f"{START}/{name}", pages.to_start, True) for name in forms),
    )


_FIELDS = dict.fromkeys(("from", "to", "authority", "user", "child", "by", "position", "user_meant", "on"), "")


def _checkpoint(answer: Answer) -> Mapping[str, Any] | None:
    """What a checkpoint signs; None where there is none yet, empty where it can't be read."""
    if answer.status != HTTPStatus.OK:
        return None
    try:
        read = read_checkpoint(read_note(answer.text).text)
    except Malformed:
        return {}
    return {"origin": read.origin, "size": read.size, "root": read.root.hex()}


def _file(text: str, name: str) -> Page:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, HTTPStatus.OK, headers, "text/plain")
