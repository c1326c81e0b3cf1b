"""Reports as documents: `page.py` makes one, `feeds.py` the warnings about it, `table.py` its CSV."""

from services.queries.reports.page import report_page
from services.queries.reports.query import ReportQuery
from services.queries.reports.table import report_csv

__all__ = ["ReportQuery", "report_csv", "report_page"]
