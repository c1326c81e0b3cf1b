"""The tables of findings."""

from projections.base.projection import Table

FINDING = Table("finding", ("child", "report", "begins", "ends", "since", "authority", "status", "detail"), keys=3)
LISTING = Table(
    "listing",
    ("child", "record", "version", "date_of_birth", "authority", "vouched_authority", "said_authorities", "known_to"),
    keys=1,
)
