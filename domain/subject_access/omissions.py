"""The lines of an applicant's document that say what it leaves out, and why.

They are the same in every document for the same kind of applicant, else they would reveal what is left out. There is
one exception: the child's own document mentions its shield.
"""

from domain.subject_access.requests import Applicant

_OTHERS = ("How to reach practitioners and other carers, and other carers' names", "These are other people's data.")
_CONFIDENTIAL = (
    "What confidential services hold",
    "Only the child is told, and only while consent stands. Every document says so, whether there are any or not.",
)
_SET_ASIDE = (
    "What a record says since it does not fit the rest",
    "It may be about somebody else, until a data manager has decided. Every document says so.",
)
_STAFF = ("Who of an organisation's staff looked", "The organisation answers for its staff; an auditor can find out.")
_WHERE = (
    "Where the child is, which organisations know it, and which services beyond those that every child has",
    "Only the child is told. Every document that is not the child's own says so.",
)
_FLAGS = (
    "Flags, what was decided about its records, and why anybody looked",
    "They may concern the protection of a child. Every document that is not the child's own says so.",
)
_SHIELD = (
    "Nothing of where you are",
    "Your whereabouts are shielded from others. They are in this document because it is yours: keep it safe.",
)


def left_out(applicant: Applicant, *, shielded: bool) -> list[tuple[str, str]]:
    """What a document leaves out and why; only the child's own mentions a shield."""
    if applicant is Applicant.CHILD:
        return [_OTHERS, _CONFIDENTIAL, _SET_ASIDE, _STAFF, *([_SHIELD] if shielded else [])]
    return [_OTHERS, _CONFIDENTIAL, _SET_ASIDE, _WHERE, _FLAGS]
