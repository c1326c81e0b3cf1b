"""Who may see and do what: one table, read by one pure function; what no row allows is denied.

`roles.py` has the users' roles and entitlements, `actions.py` what a user may attempt, `rights.py` the table, and
`decision.py` the function; `granting.py` says who may grant what to whom, `reasons.py` why somebody may look,
`causes.py` why somebody may not, `masking.py` how a sensitive service is shown to a reader without clearance,
`archive.py` how much of the archive is.
"""

from domain.authorization.actions import Action, Charge, Jurisdiction, jurisdiction, jurisdiction_over
from domain.authorization.archive import archive_from, is_enquiry, opened_by_enquiry
from domain.authorization.causes import Cause
from domain.authorization.decision import Verdict, decide
from domain.authorization.granting import refusal_to_grant, refusal_to_revoke, works_for
from domain.authorization.masking import is_withheld, mask_entry, mask_look, restricted_services, withheld_involvements
from domain.authorization.reasons import REASONS, NoReason, Reason, StatedReason, reason_of
from domain.authorization.rights import RIGHTS, VERSION, Effect
from domain.authorization.roles import Entitlement, Role

__all__ = [
    "REASONS",
    "RIGHTS",
    "VERSION",
    "Action",
    "Cause",
    "Charge",
    "Effect",
    "Entitlement",
    "Jurisdiction",
    "NoReason",
    "Reason",
    "Role",
    "StatedReason",
    "Verdict",
    "archive_from",
    "decide",
    "is_enquiry",
    "is_withheld",
    "jurisdiction",
    "jurisdiction_over",
    "mask_entry",
    "mask_look",
    "opened_by_enquiry",
    "reason_of",
    "refusal_to_grant",
    "refusal_to_revoke",
    "restricted_services",
    "withheld_involvements",
    "works_for",
]
