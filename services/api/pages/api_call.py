"""How a page reads the directory: by the API's own calls, in this process, as the user who is signed in.

So a page passes the same verification, rights, reasons, limits and records as any client, and can show nothing that the
API would not.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope

from services.api.access_control.callers import REASON_HEADER

_SAME = ("asgi", "http_version", "scheme", "server", "client")
"""What a call has in common with the request of the browser; nothing else of it goes on, above all no certificate."""
_ADDRESS = re.compile(r"<([^>]*)>")


class ApiCall(NamedTuple):
    """A call of the API; `body` is a JSON document, None for none."""

    method: str
    path: str
    query: str = ""
    body: Any = None


class Answer(NamedTuple):
    """The status of an answer and its content: a JSON document, or text; and where the next page of a list begins."""

    status: int
    content: bytes
    after: str = ""

    @property
    def document(self) -> Any:
        """The JSON document; raises ValueError where it is none."""
        return orjson.loads(self.content)

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()

    @property
    def detail(self) -> str:
        """The detail of a problem: what is wrong."""
        return str(self.document.get("detail", ""))

    @property
    def code(self) -> str:
        """The code of a problem, where it has one."""
        return str(self.document.get("code") or "")


async def call_api(api: ASGIApp, scope: Scope, token: str, reason: str, call: ApiCall) -> Answer:
    """What the API answers; whatever it raises is raised here."""
    body = b"" if call.body is None else orjson.dumps(call.body)
    headers = [
        (b"authorization", f"Bearer {token}".encode("latin-1")),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode("ascii")),
    ]
    if reason:
        headers.append((REASON_HEADER.lower().encode("ascii"), quote(reason, safe=" ").encode("ascii")))
    inner = {
        "type": "http",
        **{name: scope[name] for name in _SAME if name in scope},
        "root_path": "",
        "method": call.method,
        "path": call.path,
        "raw_path": call.path.encode("ascii"),
        "query_string": call.query.encode("ascii"),
        "headers": headers,
        "state": {},
    }
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    status, content, link = 0, bytearray(), ""

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, link
        if message["type"] == "http.response.start":
            status, link = message["status"], Headers(raw=message["headers"]).get("link", "")
        elif message["type"] == "http.response.body":
            content.extend(message.get("body", b""))

    await api(inner, receive, send)
    return Answer(status, bytes(content), _after(link))


def _after(link: str) -> str:
    """The parameter `after` of the address that a header Link names."""
    named = _ADDRESS.match(link)
    return parse_qs(urlsplit(named[1]).query).get("after", [""])[0] if named else ""
