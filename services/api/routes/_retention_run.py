"""One page of a run of retention: what is due of its children is decided by the registrar, and counted here."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from starlette.responses import Response

from domain.authorization import decide as verdict_on
from domain.authorization import jurisdiction_over
from domain.retention import ARCHIVE, ASK, RULES, Outcome
from projections.archive.query import archived_since
from projections.reports.authorities import charges
from projections.reports.due import DESTROY, RETURN, DueByRule
from services.api.access_control.looks import Viewer
from services.api.answers import json_answer
from services.api.destruction import erasures_of, held_among
from services.api.problems import Problem
from services.api.routes.steward_decisions import decide, ruling_of, under_way
from services.api.schemas.retention import Run
from services.submission_contract.decisions import DecisionType
from streams.store.database import Cursor

GRAVEST_FIRST = (DESTROY, ARCHIVE, RETURN, ASK)
_NOTHING_DONE = frozenset({"nothing-due", "same-person", "held"})
"""Refusals of a run that say that there was nothing to do, or that somebody else has to do it."""
DESTROYED = "destroyed"

_Due = Sequence[tuple[str, Sequence[DueByRule]]]


def act_of(rules: Sequence[DueByRule]) -> str:
    """The gravest of what is due of a child."""
    acts = {each.act for each in rules}
    return next(act for act in GRAVEST_FIRST if act in acts)


def run_page(who: Viewer, command: Run, authority: str | None, found: _Due) -> Response:
    """Does what is due of the children of a page, all `found` but one beyond the limit, and says what was done."""
    page, more = found[: command.limit], len(found) > command.limit
    acts = {child: act_of(rules) for child, rules in page}
    with who.reading_of_all() as cursor:
        left_out = _left_out(who, cursor, acts)
    due = {child: act for child, act in acts.items() if child not in left_out}
    look = who.record({"on": command.on, "dry_run": command.dry_run}, sorted(due))
    done: Mapping[str, str] = due
    if due and not command.dry_run:
        ruling = ruling_of(who, children=sorted(due), on=command.on)
        try:
            taken = decide(who.dependencies, look, DecisionType.RETENTION_RUN, min(due), ruling)
        except Problem as refused:
            if refused.more.get("code") not in _NOTHING_DONE:
                raise
        else:
            if taken.position is None:
                return under_way(taken)
        done = _done(who, due)
    by_rule: dict[str, Counter[str]] = {rule.name: Counter() for rule in RULES}
    for child, rules in page:
        for each in rules:
            if each.rule and each.act != ASK and child in done:
                by_rule[each.rule][done[child]] += 1
    return json_answer(
        {
            "on": command.on,
            "authority": authority,
            "dry_run": command.dry_run,
            "done": Counter(done.values()),
            "by_rule": by_rule,
            "left_out": Counter(left_out.values()),
            "count": len(page),
            "after": page[-1][0] if more else None,
        }
    )


def _left_out(who: Viewer, cursor: Cursor, acts: Mapping[str, str]) -> dict[str, str]:
    """The children with whom this run does nothing, and why.

    Held ones, but that they come back; who has to be command first; and who is another authority's, or said to be.
    """
    children = list(acts)
    held = held_among(cursor, children)
    left = {child: "held" for child in held if acts[child] != RETURN}
    left |= {child: ASK for child, act in acts.items() if act == ASK}
    for child, charge in zip(children, charges(cursor, children), strict=True):
        place = jurisdiction_over(who.entitlement.authority, charge)
        if verdict_on(who.entitlement, who.action, who.today, place).denied:
            left[child] = "elsewhere"
    return left


def _done(who: Viewer, due: Mapping[str, str]) -> dict[str, str]:
    """What has become of the children, as the views show it; those of whom nothing was done are left out."""
    with who.reading_of_all() as cursor:
        archived = archived_since(cursor, list(due))
        destroyed = erasures_of(cursor, list(due))
    return {child: found for child, act in due.items() if (found := _outcome(child, act, archived, destroyed))}


def _outcome(child: str, act: str, archived: Collection[str], destroyed: Collection[str]) -> str | None:
    if child in destroyed:
        return DESTROYED
    if act == DESTROY:
        return Outcome.PROPOSED.value
    if act == ARCHIVE:
        return Outcome.ARCHIVED.value if child in archived else None
    return Outcome.RETURNED.value if child not in archived else None
