"""The table of hidden children."""

from projections.base.projection import Table

HIDDEN = Table(
    "hidden",
    (
        *("child", "suspected", "since", "review_by", "custodian", "position", "sender"),
        *("names", "date_of_birth", "estimated", "gender", "keys", "shown"),
    ),
    keys=1,
)
