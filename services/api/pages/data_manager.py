"""The pages of data managers, by path; what each shows is a module of its own."""

from collections.abc import Awaitable, Callable, Sequence

from services.api.pages.agencies import Agencies
from services.api.pages.corrections import Corrections
from services.api.pages.due_shields import DueShields
from services.api.pages.duplicates import Duplicates
from services.api.pages.handlers import Browser, Handlers, Page
from services.api.pages.inbox import Inbox
from services.api.pages.missing_education import MissingEducation
from services.api.pages.overrides import Overrides
from services.api.pages.trial import TRIED, Trial
from services.api.pages.waiting import Waiting
from services.api.pages.work import leads_to

WAITING = "/pages/waiting"

Handler = Callable[[Browser], Awaitable[Page]]


def places_of_data_managers(pages: Handlers) -> Sequence[tuple[str, str, Handler, bool]]:
    """Method, path and handler of each, all for whoever is signed in.

    What is looked at is sent by a form: an address would be kept by histories, and a link of another site would make
    a look in the user's name. By its address each leads to what waits.
    """
    waiting, duplicates = Waiting(pages), Duplicates(pages)
    shields, overrides, corrections = DueShields(pages), Overrides(pages), Corrections(pages)
    agencies, trial = Agencies(pages), Trial(pages)
    forms: dict[str, Handler] = {
        "/pages/duplicates": duplicates.listed,
        "/pages/duplicates/pair": duplicates.pair,
        "/pages/duplicates/decide": duplicates.decide,
        "/pages/duplicates/decided": duplicates.decided,
        "/pages/shields": shields.listed,
        "/pages/shields/decide": shields.decide,
        "/pages/overrides": overrides.listed,
        "/pages/overrides/close": overrides.close,
        "/pages/corrections": corrections.listed,
        "/pages/corrections/answer": corrections.answer,
        "/pages/missing-education": MissingEducation(pages).listed,
        "/pages/inbox": Inbox(pages).listed,
        "/pages/trial": trial.form,
        TRIED: trial.tried,
        "/pages/agencies": agencies.named,
        "/pages/agencies/decide": agencies.decide,
    }
    return [
        ("GET", WAITING, waiting.start, True),
        ("POST", WAITING, waiting.count, True),
        *(("POST", path, handler, True) for path, handler in forms.items()),
        *(("GET", path, _to_start, True) for path in forms),
    ]


async def _to_start(_: Browser) -> Page:
    return leads_to(WAITING)
