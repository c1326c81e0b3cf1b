"""The page that shows the calls to people, made from the OpenAPI document; nothing comes from elsewhere."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"


def router() -> APIRouter:
    """The page and its two files."""
    calls = APIRouter(include_in_schema=False)
    for path, name, media_type in (
        ("/docs", "page.html", "text/html; charset=utf-8"),
        ("/docs/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/docs/page.css", "page.css", "text/css; charset=utf-8"),
    ):
        content = files("services.pages.api_docs").joinpath(name).read_bytes()
        calls.add_api_route(path, _page(content, media_type), methods=["GET"])
    return calls


def _page(content: bytes, media_type: str):  # type: ignore[no-untyped-def]
    async def page() -> Response:
        return Response(content, headers={"Content-Security-Policy": _POLICY}, media_type=media_type)

    return page
