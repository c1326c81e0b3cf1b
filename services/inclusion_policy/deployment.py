"""The one policy under which a deployment runs: which children it shows."""

from collections.abc import Collection
from datetime import date

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.inclusion_policy import Judge, policy_history
from domain.inclusion_policy.rules import KnownTo, ServedBy, every_rule
from projections.timeline.query import facts_of
from projections.visibility.shields import shieldings
from services.inclusion_policy.policy_file import read_policy
from services.registers import load_agencies


class Deployment:
    """A policy applied to the directory; `source` is its name in messages and its text.

    Where the policy lists everyone without end, the database is not queried.
    """

    def __init__(self, name: str, text: str) -> None:
        """`name` is what messages call the policy, `text` its file; raises PolicyRefused."""
        self.source = name, text
        self.policy = policy = read_policy(name, text)
        self.shows_all = policy.lists_all
        self._ages = sorted(policy.ages)
        self._by_kind = any(isinstance(rule, ServedBy | KnownTo) for rule in every_rule(policy.listed))

    def listed(self, cursor: Cursor, children: Collection[str], on: date) -> set[str]:
        """Those of the children that are listed on a day; every answer treats the others as if they were absent.

        A hidden child is not judged, because its record is hidden: it is listed on every day.
        """
        if self.shows_all or not children:
            return set(children)
        judges = [Judge(self.policy, self._kinds(cursor))]
        hidden = shieldings(cursor, children).keys()
        shown = set(hidden)
        for child, facts in facts_of(cursor, [child for child in children if child not in hidden]).items():
            history = policy_history(facts, judges, self._ages, on.isoformat())
            if history is not None and history.is_listed(0):
                shown.add(child)
        return shown

    def _kinds(self, cursor: Cursor) -> dict[str, str]:
        return {agency.urn: agency.kind.value for agency in load_agencies(cursor).values()} if self._by_kind else {}
