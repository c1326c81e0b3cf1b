"""A data steward at a registrar: merge, split, dismiss, and the children that come of it."""

import json
import random
import string
from contextlib import closing
from typing import Any

from services.registrar.batch import STEWARDS_TOPIC, Message
from services.registrar.receipts import Answer
from services.submission_contract.decisions import DecisionType, decision
from streams.clock import Clock
from tests.support.desk import AUTHORITY, Desk, numbered
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.looks import LookBook

TIME = "2026-11-24T10:00:00Z"


def somebody(subject: str) -> dict[str, str]:
    """The particulars of someone who is like nobody else; the same for the same subject."""
    rng = random.Random(subject)
    given, family = ("".join(rng.choices(string.ascii_lowercase, k=9)).capitalize() for _ in range(2))
    return {"given_name": given, "family_name": family, "date_of_birth": f"{rng.randint(1992, 2007)}-02-03"}


class Steward(Desk):
    """A registrar to which a data steward sends decisions."""

    def decide(self, kind: DecisionType, id_: str = "", **data: Any) -> Answer:
        """The answer to one decision."""
        (answer,) = self.registrar.handle([self.decision(kind, id_, **data)])
        return answer

    def decision(self, kind: DecisionType, id_: str = "", **data: Any) -> Message:
        """A message with a decision, by default under the id of a look of its own."""
        reasoned = {"decided_by": "a-steward", "reason": "looked at both", **data}
        offset = self.ends[STEWARDS_TOPIC]
        self.ends[STEWARDS_TOPIC] += 1
        about = data.get("left") or data.get("child") or data.get("agency") or "nobody"
        value = decision(id_ or self.look(kind, **data), kind, about, TIME, reasoned)
        return Message(STEWARDS_TOPIC, 0, offset, value, None)

    def look(self, kind: DecisionType, user: str = "a-steward", *, at: Clock | None = None, **data: Any) -> str:
        """The id of a user's look at the children whom the decision is about, by default now."""
        children = [data[name] for name in ("left", "right", "child") if name in data]
        with closing(LookBook(self.url, KEY_ENCRYPTION_KEY, at or self.clock)) as book:
            return book.look(kind, user, children)

    def merge(self, left: str, right: str) -> Answer:
        return self.decide(DecisionType.MERGE, left=left, right=right)

    def dismiss(self, left: str, right: str) -> Answer:
        return self.decide(DecisionType.DISMISS, left=left, right=right)

    def split(self, child: str, *subjects: str) -> Answer:
        records = [{"source": AUTHORITY.urn, "subject": subject} for subject in subjects]
        named: dict[str, Any] = {"records": records} if records else {}
        return self.decide(DecisionType.SPLIT, "", child=child, **named)

    def register(self, *subjects: str) -> list[str]:
        """New children of one record each, in order; nothing suggests that two are one."""
        for subject in subjects:
            data = somebody(subject)
            assert self.send(numbered(1, subject=subject, data=data))[0].outcome == "accepted"
        members = self.members()
        return [next(child for child, held in members.items() if held == {subject}) for subject in subjects]

    def members(self) -> dict[str, set[str]]:
        """The subjects of each child's records, by the match index."""
        rows = self.rows(
            "select i.child::text, k.key from register.match_index i join register.record_keys k on k.stream = i.record"
            " where k.kind = 'subject'"
        )
        found: dict[str, set[str]] = {}
        for child, subject in rows:
            found.setdefault(child, set()).add(subject)
        return found

    def apart(self) -> set[tuple[str, str]]:
        """The pairs of subjects between which there is a cannot-link constraint."""
        return set(
            self.rows(
                "select a.key, b.key from register.kept_apart p join register.record_keys a on a.stream = p.record"
                " join register.record_keys b on b.stream = p.other"
            )
        )

    def receipts(self) -> list[dict[str, Any]]:
        """The receipts of decisions, each with the position that stands beside it."""
        statement = "select value, position from register.outbox where topic = 'receipts.stewardship' order by ordinal"
        return [json.loads(bytes(value)) | {"position": position} for value, position in self.rows(statement)]
