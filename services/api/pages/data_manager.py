"""The pages of data managers, by path; what each shows is a module of its own."""

from collections.abc import Awaitable, Callable, Sequence

from services.api.pages.duplicates import Duplicates
from services.api.pages.handlers import Browser, Page, Tools
from services.api.pages.waiting import Waiting
from services.api.pages.work import leads_to

WAITING = "/pages/waiting"

Handler = Callable[[Browser], Awaitable[Page]]


def places_of_data_managers(tools: Tools) -> Sequence[tuple[str, str, Handler, bool]]:
    """Method, path and handler of each, all for whoever is signed in.

    What is looked at is sent by a form: an address would be kept by histories, and a link of another site would make
    a look in the user's name. By its address each leads to what waits.
    """
    waiting, duplicates = Waiting(tools), Duplicates(tools)
    forms: dict[str, Handler] = {
        "/pages/duplicates": duplicates.listed,
        "/pages/duplicates/pair": duplicates.pair,
        "/pages/duplicates/decide": duplicates.decide,
        "/pages/duplicates/decided": duplicates.decided,
    }
    return [
        ("GET", WAITING, waiting.start, True),
        ("POST", WAITING, waiting.count, True),
        *(("POST", path, handler, True) for path, handler in forms.items()),
        *(("GET", path, _to_start, True) for path in forms),
    ]


async def _to_start(_: Browser) -> Page:
    return leads_to(WAITING)
