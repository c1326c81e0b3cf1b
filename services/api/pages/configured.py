"""Where there are pages: beside a local stack, or where a client of the issuer is configured; nowhere else."""

from collections.abc import Callable

from starlette.types import ASGIApp

from services.api.access_control.callers import Authentication
from services.api.pages.cookies import SealedCookie
from services.api.pages.handlers import Handlers
from services.api.pages.layer import Pages
from services.api.pages.remembered import Remembered
from services.api.pages.session import Sessions
from services.api.pages.sign_in import AWAY_S, MOST_CAME_BACK, OPENED_S, IssuerSignIn, LocalSignIn, Opening
from services.auth.code_flow import CodeFlow, Way
from services.auth.pages_keys import opened_key, session_key, stack_name, way_key
from services.configuration.settings import Settings
from services.configuration.sign_in import is_loopback
from streams.clock import Clock


def pages_before(settings: Settings, clock: Clock) -> Callable[[Authentication], ASGIApp]:
    """What puts the pages before an API; nothing where nobody could sign in at them."""
    issuer, client, name = settings.sign_in.issuer, settings.pages_client, "contactpoint"
    secure = client is not None and client.address.startswith("https:")
    sign_in: LocalSignIn | IssuerSignIn
    if issuer is None and is_loopback(settings.host):
        name = f"contactpoint-{stack_name(settings.keys)}"
        opened = SealedCookie(
            f"{name}-opened", Opening, opened_key(settings.keys), clock, secure=secure, holds_s=OPENED_S
        )
        sign_in = LocalSignIn(settings, clock, opened)
    elif issuer is not None and client is not None:
        cookie = SealedCookie("contactpoint-way", Way, way_key(settings.keys), clock, secure=secure, holds_s=AWAY_S)
        sign_in = IssuerSignIn(CodeFlow(issuer, client), cookie, Remembered(clock, AWAY_S, MOST_CAME_BACK))
    else:
        return lambda api: api
    sessions = Sessions(session_key(settings.keys), clock, secure=secure, name=name)

    def before(api: Authentication) -> ASGIApp:
        return Pages(api, Handlers(api, sessions, clock, sign_in), sessions, secure=secure)

    return before
