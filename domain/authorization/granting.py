"""The rules of granting rights over the API, in addition to the table of rights: nobody to oneself, nothing elsewhere.

They also cover organisations that are agencies: who grants rights in one authority must not open another's data.
"""

from datetime import datetime

from domain.agency import Agency
from domain.authorization.roles import Entitlement, Role
from domain.places import is_one_place


def refusal_to_grant(
    by: Entitlement, now: Entitlement | None, wanted: Entitlement, agency: Agency | None = None
) -> str | None:
    """Why `by` may not replace the entitlement `now` (None: there is none) by the `wanted` one; None where it may.

    `agency` is the registered agency that the wanted organisation names: its staff can see its records that are held
    back from others.
    """
    if wanted.user == by.user:
        return "nobody may grant a right to oneself; ask another administrator"
    if by.authority is not None and not all(
        is_one_place(each.authority, by.authority) for each in (now, wanted) if each
    ):
        return "an administrator grants within the own authority only"
    if by.authority is not None and agency and not is_one_place(agency.authority, by.authority):
        return (
            "a right at an agency outside the own authority is granted beside the directory only,"
            " with `contactpoint users add`"
        )
    if wanted.role is Role.IDENTITY_CUSTODIAN:
        return "a custodian of identities is granted beside the directory only, with `contactpoint users add`"
    if wanted.role is Role.OPERATOR:
        return "an operator is granted beside the directory only, with `contactpoint users add`"
    if wanted.sensitive:
        return (
            "the clearance for sensitive services is granted beside the directory only, with `contactpoint users add`"
        )
    return None


def refusal_to_revoke(by: Entitlement, now: Entitlement) -> str | None:
    """Why `by` may not revoke the entitlement `now`; None where it may."""
    if now.user == by.user:
        return "nobody may revoke the own right; ask another administrator"
    if by.authority is not None and not is_one_place(now.authority, by.authority):
        return "an administrator revokes within the own authority only"
    return None


def works_for(user: Entitlement, agency: Agency, named_at: datetime) -> bool:
    """Whether the user works for the agency that the user's organisation names, registered as such since `named_at`.

    Not if the agency is of another authority. If it is of none, the right has to be granted after the agency was
    registered: an administrator can grant none there now, but could before, when the name meant no agency.
    """
    if user.authority is None:
        return True
    if agency.authority is not None:
        return is_one_place(agency.authority, user.authority)
    return user.granted_at is not None and user.granted_at >= named_at
