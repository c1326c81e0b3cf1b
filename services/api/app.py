"""Puts the API together: a factory, no globals."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp

from services.api.access_control.callers import Authentication
from services.api.access_control.denials import add_denial_handler
from services.api.dependencies import Dependencies
from services.api.direct import DirectCalls
from services.api.limits.fairness import ALL_PUBLIC_PLACES, Fair
from services.api.limits.middleware import RequestMiddleware
from services.api.limits.round_robin import PLACES
from services.api.problems import add_handlers
from services.api.routes import access_report as access
from services.api.routes import (
    agencies,
    children,
    dead_letters,
    docs,
    dry_runs,
    duplicates,
    erasures,
    health,
    holds,
    new_identities,
    operation,
    overrides,
    policies,
    receipts,
    records,
    replays,
    reports,
    requests,
    retention,
    shields,
    subject_access,
    submissions,
    tlog,
    users,
)

MOST_THREADS = PLACES + ALL_PUBLIC_PLACES + 6
"""Beside the requests that have a place, threads for submissions that are not whole yet, and for comparisons."""

DESCRIPTION = """\
A universal directory of children: who works with a child, and how to reach them.

Every call needs a bearer token: an agency's to submit, a user's to look. An agency may show a client certificate
instead, where this server asks for one. Who looks says why, in the header
`Access-Reason` (UTF-8, percent-encoded where it is not ASCII); each look is recorded before it is answered.
Errors are problem details (RFC 9457).
"""


def build_app(
    dependencies: Dependencies,
    close: Callable[[], None] = lambda: None,
    pages: Callable[[Authentication], ASGIApp] = lambda api: api,
) -> RequestMiddleware:
    """The API over these parts; `close` is called when it has stopped, `pages` puts the pages before it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_THREADS
        yield
        close()

    app = FastAPI(
        title="ContactPoint",
        version=version("contactpoint"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    add_handlers(app)
    add_denial_handler(app, dependencies.denials)
    calls = DirectCalls(app, children.direct_calls(dependencies))
    middleware = RequestMiddleware(pages(Authentication(Fair(calls), dependencies.verifier, dependencies.now)))
    for router in (
        submissions.router(dependencies),
        dry_runs.router(dependencies),
        receipts.router(dependencies),
        children.router(dependencies),
        duplicates.router(dependencies),
        reports.router(dependencies),
        replays.router(dependencies),
        policies.router(dependencies),
        access.router(dependencies),
        subject_access.router(dependencies),
        requests.router(dependencies),
        shields.router(dependencies),
        overrides.router(dependencies),
        users.router(dependencies),
        agencies.router(dependencies),
        records.router(dependencies),
        erasures.router(dependencies),
        holds.router(dependencies),
        retention.router(dependencies),
        new_identities.router(dependencies),
        dead_letters.router(dependencies),
        tlog.router(dependencies),
        health.router(dependencies, middleware),
        operation.router(dependencies, middleware),
        docs.router(),
    ):
        app.include_router(router)
    return middleware
