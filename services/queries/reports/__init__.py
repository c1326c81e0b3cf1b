"""Reports as documents: `page.py` puts one together, `feeds.py` says what makes it doubtful, `table.py` is its CSV."""

from services.queries.reports.page import report_page
from services.queries.reports.query import ReportQuery
from services.queries.reports.table import report_csv

__all__ = ["ReportQuery", "report_csv", "report_page"]
