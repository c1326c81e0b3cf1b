"""One page of a run of retention: what is due of its children is decided by the registrar, and counted here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from domain.authorization import decide as verdict_on
from domain.authorization import jurisdiction_over
from domain.retention import ARCHIVE, ASK, RULES, Act, Outcome
from projections.archive.query import archived_since, proposed_since
from projections.reports.authorities import charges
from projections.reports.due import BEFORE_ALL, DESTROY, RETURN, DueByRule, DueOn, due_children
from services.api.access_control.looks import Viewer
from services.api.answers import json_answer
from services.api.destruction import erasures_of, held_among
from services.api.problems import Problem
from services.api.routes.steward_decisions import decide, ruling_of, under_way
from services.api.schemas.retention import Run
from services.submission_contract.decisions import DecisionType
from streams.access.retention_runs import write_run
from streams.codec import iso_text
from streams.store.database import Cursor

GRAVEST_FIRST = (DESTROY, ARCHIVE, RETURN, ASK)
ACTS_OF: Mapping[Act, Sequence[str]] = {
    Act.RETURN: (RETURN,),
    Act.ARCHIVE: (ARCHIVE, ASK),
    Act.PROPOSE: (DESTROY,),
    Act.DESTROY: (DESTROY,),
}
"""What has to be due of a child for each act of a run."""
_NOTHING_DONE = frozenset({"nothing-due", "same-person", "held"})
"""Refusals of a run that say that there was nothing to do, or that somebody else has to do it."""
DESTROYED, UNDONE = "destroyed", "undone"

_Due = Sequence[tuple[str, Sequence[DueByRule]]]


class _State(NamedTuple):
    """What the views show of the children: since when they are archived and proposed, and which are destroyed."""

    archived: Mapping[str, str]
    proposed: Mapping[str, str]
    destroyed: Mapping[str, str]


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
        before = _state(cursor, acts)
    due = {child: act for child, act in acts.items() if child not in left_out}
    look = who.record({"on": command.on, "act": command.act, "dry_run": command.dry_run}, sorted(due))
    done: Mapping[str, str] = due
    if due and not command.dry_run:
        ruling = ruling_of(who, children=sorted(due), on=command.on, act=command.act)
        try:
            taken = decide(who.dependencies, look, DecisionType.RETENTION_RUN, min(due), ruling)
        except Problem as refused:
            if refused.more.get("code") not in _NOTHING_DONE:
                raise
            done = {}
        else:
            if taken.position is None:
                return under_way(taken)
            with who.reading_of_all() as cursor:
                done = _done(before, _state(cursor, due), due)
        left_out |= dict.fromkeys(due.keys() - done.keys(), UNDONE)
    if command.act == Act.RETURN.value and not command.dry_run and not more:
        _keep_if_all_returned(who, authority)
    by_rule: dict[str, Counter[str]] = {rule.name: Counter() for rule in RULES}
    for child, rules in page:
        for each in rules:
            if each.rule and each.act != ASK and child in done:
                by_rule[each.rule][done[child]] += 1
    listed = sorted(due) if DESTROY in acts.values() else []
    return json_answer(
        {
            "on": command.on,
            "act": command.act,
            "authority": authority,
            "dry_run": command.dry_run,
            "done": Counter(done.values()),
            "by_rule": by_rule,
            "left_out": Counter(left_out.values()),
            "children": [
                {
                    "child": child,
                    "archived_at": before.archived.get(child),
                    "proposed_at": before.proposed.get(child),
                    "done": None if command.dry_run else done.get(child),
                }
                for child in listed
            ],
            "count": len(page),
            "after": page[-1][0] if more else None,
        }
    )


def _keep_if_all_returned(who: Viewer, authority: str | None) -> None:
    """Keeps that this run has brought everybody back, where nobody is due to return any more, wherever its page began.

    What a run says of itself does not count: it may have begun behind a child, or have been refused.
    """
    with who.reading_of_all() as cursor:
        if due_children(cursor, DueOn(who.today, who.today, authority, (RETURN,)), BEFORE_ALL, 1):
            return
    with who.dependencies.look_ups.transaction() as cursor:
        write_run(cursor, authority or "", iso_text(who.dependencies.now())[:10])


def _left_out(who: Viewer, cursor: Cursor, acts: Mapping[str, str]) -> dict[str, str]:
    """The children with whom this run does nothing, and why.

    Held ones; who has to be asked first; and who is another authority's, or said to be. Nobody is who comes back: else
    whoever is said to live elsewhere, or nowhere, would stay in the archive, for every authority leaves it out.
    """
    children = [child for child, act in acts.items() if act != RETURN]
    left = dict.fromkeys(held_among(cursor, children), "held")
    left |= {child: ASK for child, act in acts.items() if act == ASK}
    for child, charge in zip(children, charges(cursor, children), strict=True):
        place = jurisdiction_over(who.entitlement.authority, charge)
        if verdict_on(who.entitlement, who.action, who.today, place).denied:
            left[child] = "elsewhere"
    return left


def _state(cursor: Cursor, children: Mapping[str, str]) -> _State:
    named = list(children)
    return _State(archived_since(cursor, named), proposed_since(cursor, named), erasures_of(cursor, named))


def _done(before: _State, after: _State, due: Mapping[str, str]) -> dict[str, str]:
    """What the events have changed of the children; those of whom nothing was changed are left out."""
    found = {}
    for child in due:
        if child in after.destroyed and child not in before.destroyed:
            found[child] = DESTROYED
        elif child in before.archived and child not in after.archived:
            found[child] = Outcome.RETURNED.value
        elif after.archived.get(child) != before.archived.get(child):
            found[child] = Outcome.ARCHIVED.value
        elif after.proposed.get(child, "") != before.proposed.get(child, ""):
            found[child] = Outcome.PROPOSED.value
    return found
