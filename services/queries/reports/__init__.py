"""Reports as documents: `page.py` makes one, `months.py` counts, `feeds.py` warns, `table.py` makes CSV of either."""

from services.queries.reports.months import BY_MONTH, MOST_MONTHS, month_ends, report_months
from services.queries.reports.page import report_page
from services.queries.reports.query import ReportQuery
from services.queries.reports.table import months_csv, report_csv

__all__ = [
    "BY_MONTH",
    "MOST_MONTHS",
    "ReportQuery",
    "month_ends",
    "months_csv",
    "report_csv",
    "report_months",
    "report_page",
]
