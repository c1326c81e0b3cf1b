"""A child's chronology → for each report the times for which the child was on its list."""

from typing import NamedTuple

from domain.reports.questions import EDUCATION, QUESTIONS, Answer, Question, education
from domain.timeline import Circumstances, Records, timeline_cursor


class Finding(NamedTuple):
    """A child on the list of a report from the day `begins` up to, not including, `ends` (None: until further notice).

    `since` is the day from which it was on the list without a break; a finding ends and another begins where the
    answer or the authority changes.
    """

    report: str
    begins: str
    ends: str | None
    since: str
    authority: str | None
    answer: Answer


class _Open(NamedTuple):
    begins: str
    since: str
    authority: str | None
    answer: Answer


_QUESTIONS: tuple[tuple[str, Question], ...] = (*QUESTIONS.items(), (EDUCATION, education))


def findings(of_child: Records) -> list[Finding]:
    """The findings of all reports for one child, also of days to come, for a child comes of age without an event."""
    found: list[Finding] = []
    held: dict[str, _Open] = {}
    for at in timeline_cursor(of_child):
        for report, question in _QUESTIONS:
            answer = question(at)
            if answer is not None or report in held:
                _judge(found, held, report, answer, at)
    found += [Finding(report, still.begins, None, *still[1:]) for report, still in held.items()]
    return found


def _judge(found: list[Finding], held: dict[str, _Open], report: str, answer: Answer | None, at: Circumstances) -> None:
    before = held.get(report)
    if answer is None:
        if before:
            del held[report]
            found.append(Finding(report, before.begins, at.day, *before[1:]))
    elif before is None:
        held[report] = _Open(at.day, at.day, at.authority, answer)
    elif before.answer != answer or before.authority != at.authority:
        found.append(Finding(report, before.begins, at.day, *before[1:]))
        held[report] = _Open(at.day, before.since, at.authority, answer)
