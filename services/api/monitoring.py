"""What the API needs to notify of looks, and to record the requests of carers and children."""

from dataclasses import dataclass

from services.api.access_control.notices import NoticeFinder
from services.queries.organisations import Organisations
from streams.access.appender import AccessAppender
from streams.access.request_log import RequestLog
from streams.store.database import Pool

CONNECTIONS = 4


@dataclass(frozen=True)
class Monitoring:
    """Opened with the app and closed with it."""

    requests: RequestLog
    organisations: Organisations
    notice_finder: NoticeFinder

    @classmethod
    def over(cls, database_url: str, appender: AccessAppender) -> "Monitoring":
        """Over a database and what appends to its access log; connections are made when they are first used."""
        organisations = Organisations()
        pool = Pool(database_url, CONNECTIONS, "contactpoint api notices", wait_s=5)
        return cls(RequestLog(appender), organisations, NoticeFinder(pool, organisations))

    def close(self) -> None:
        """Closes the connections."""
        self.notice_finder.close()
