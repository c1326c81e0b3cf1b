"""What the API needs to notify of looks, and to record the requests of carers and children."""

from dataclasses import dataclass

from services.api.access_control.notices import NoticeFinder
from services.queries.organisations import Organisations
from streams.access.appender import AccessAppender
from streams.access.request_log import RequestLog
from streams.store.database import Pool


@dataclass(frozen=True)
class Monitoring:
    """Opened with the app and closed with it."""

    requests: RequestLog
    organisations: Organisations
    notice_finder: NoticeFinder

    @classmethod
    def over(cls, look_ups: Pool, appender: AccessAppender) -> "Monitoring":
        """Over connections that no request holds while it waits, and what appends to the access log."""
        organisations = Organisations()
        return cls(RequestLog(appender), organisations, NoticeFinder(look_ups, organisations))
