"""A file of submissions is tried: what would become of each row, and whom it would join. Nothing is sent."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from services.api.pages.api_call import Answer
from services.api.pages.forms import UPLOAD
from services.api.pages.handlers import Browser, Page
from services.api.pages.inbox import cures
from services.api.pages.work import Work
from services.api.schemas.dry_runs import MOST_AT_ONCE
from services.submission_contract.dry_run import document_of, outcome_of_invalid
from services.submission_contract.reading import Invalid
from services.submit.table import BadTable, read_rows

TRIED = "/pages/trial/tried"
"""The one path that takes a form with a file."""
MOST_ROWS = 100
"""Each row that is compared is a search of its own, and recorded as one."""


class _Row(NamedTuple):
    """A row with its number in the file, and the submission in it or what is wrong with it."""

    number: int
    submission: dict[str, Any] | Invalid


class _Unusable(Exception):
    """Why a file can't be tried: a word that the page has a sentence for, and what the reader of the file says."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


class Trial(Work):
    """Pages that try a file."""

    async def form(self, browser: Browser) -> Page:
        """The form for a file; for whoever may try one."""
        answer = await self._try(browser, [])
        if answer.status != HTTPStatus.OK:
            return await self._pages.no_answer(browser, answer)
        return await self._page(browser, "", "")

    async def tried(self, browser: Browser) -> Page:
        """What would become of each row of a file."""
        try:
            rows = list(_rows(browser))
        except _Unusable as unusable:
            return await self._page(browser, unusable.why, unusable.detail)
        outcomes: list[dict[str, Any]] = []
        for begin in range(0, len(rows), MOST_AT_ONCE):
            batch = rows[begin : begin + MOST_AT_ONCE]
            answer = await self._try(browser, [row.submission for row in batch if isinstance(row.submission, dict)])
            if answer.status != HTTPStatus.OK:
                return await self._pages.no_answer(browser, answer)
            outcomes += _of_rows(batch, answer.document["submissions"])
        counts = Counter(each["outcome"] for each in outcomes)
        return await self._pages.page(
            browser, "data_manager/tried", outcomes=outcomes, counts=dict(counts), cures=cures()
        )

    async def _try(self, browser: Browser, submissions: Sequence[Any]) -> Answer:
        body = {"submissions": submissions, "reason": browser.signed_in.reason}
        return await self.post(browser, "/submissions/dry-run", body)

    async def _page(self, browser: Browser, wrong: str, detail: str) -> Page:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return await self._pages.page(browser, "data_manager/trial", status, wrong=wrong, detail=detail, most=MOST_ROWS)


def _of_rows(rows: Sequence[_Row], tried: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What would become of each row: what the API says of submissions, and what is wrong with the rest."""
    answers = iter(tried)
    for row in rows:
        found = next(answers) if isinstance(row.submission, dict) else outcome_of_invalid(row.submission)
        yield {"number": row.number, **found}


def _rows(browser: Browser) -> Iterator[_Row]:
    """The rows of the file in a form; raises _Unusable."""
    text = browser.form.get(UPLOAD)
    if text is None:
        raise _Unusable("none")
    kind = "csv" if browser.text("kind") == "csv" else "ndjson"
    rows = 0
    try:
        for row in _of_table(text) if kind == "csv" else _of_lines(text):
            rows += 1
            if rows > MOST_ROWS:
                raise _Unusable("long")
            yield row
    except BadTable as bad:
        raise _Unusable("table", str(bad)) from None
    if not rows:
        raise _Unusable("empty")


def _of_lines(text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _Row(number, document_of(line.encode()))


def _of_table(text: str) -> Iterator[_Row]:
    for number, value in enumerate(read_rows("the file", io.StringIO(text, newline="")), 1):
        yield _Row(number, document_of(value))
