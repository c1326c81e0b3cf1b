"""The one function that allows or denies an action: everything that shows or does something calls it first."""

from datetime import date
from typing import NamedTuple

from domain.authorization.actions import Action, Jurisdiction
from domain.authorization.causes import Cause
from domain.authorization.rights import RIGHTS, Cell, Effect
from domain.authorization.roles import Entitlement


class Verdict(NamedTuple):
    """The effect, and for a denial its cause, as a sentence for the user and as a code for the access log."""

    effect: Effect
    why: str = ""
    cause: Cause | None = None

    @property
    def denied(self) -> bool:
        """Whether nothing may be shown or done."""
        return self.effect is Effect.DENY

    @property
    def cleared(self) -> bool:
        """Whether data of sensitive services may be shown too."""
        return self.effect is Effect.ALLOW


def decide(entitlement: Entitlement | None, action: Action, today: date, place: Jurisdiction) -> Verdict:
    """Whether a user may do this on that day in that jurisdiction; what no row of the table allows is denied."""
    if entitlement is None:
        return Verdict(Effect.DENY, "no right was granted to this user", Cause.NOT_GRANTED)
    if lapsed := entitlement.lapsed(today):
        return Verdict(Effect.DENY, f"{lapsed}; ask the administrator of your authority", Cause.LAPSED)
    row = RIGHTS.get(Cell(entitlement.role, action, place))
    if row is None:
        return _unlisted(entitlement, action, place)
    effect = row.cleared if entitlement.sensitive else row.otherwise
    if effect is Effect.DENY:
        why = "only somebody cleared for sensitive services may do this, who sees all there is"
        return Verdict(effect, why, Cause.CLEARANCE)
    return Verdict(effect)


def _unlisted(entitlement: Entitlement, action: Action, place: Jurisdiction) -> Verdict:
    if place is not Jurisdiction.OWN and Cell(entitlement.role, action, Jurisdiction.OWN) in RIGHTS:
        why = "this user may do so for the own authority only; name it, or ask somebody who works there"
        return Verdict(Effect.DENY, why, Cause.PLACE)
    return Verdict(Effect.DENY, f"a user with the role {entitlement.role} may not do this", Cause.ROLE)
