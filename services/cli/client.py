"""The API over HTTP, as the verbs use it: one connection, a token, a reason, and errors turned into how a verb ends."""

import http.client
import json
import re
import ssl
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from services.cli.errors import AnswerIsNo, PartAway, WrongUsage
from services.cli.stack import settings_of
from services.process.settings import Settings

SILENCE_S = 20
"""How long the API may say nothing."""
_NEXT = re.compile(r'<([^>]*)>; rel="next"')


class Api:
    """Calls with the right of one token and for one reason."""

    def __init__(self, url: str, token: str, reason: str | None = None) -> None:
        parts, host, port = _address(url)
        if not (token.isascii() and token.isprintable()):
            raise WrongUsage("CONTACTPOINT_TOKEN is no token; set it to what `contactpoint token` prints")
        self._url = url.rstrip("/")
        self._base = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if reason is not None:
            self._headers["Access-Reason"] = quote(reason)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=SILENCE_S, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=SILENCE_S)

    def say(self, header: str, value: str) -> None:
        """Sends a header with every call from now on, percent-encoded."""
        self._headers[header] = quote(value)

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON document of an answer."""
        return json.loads(self._ask("GET", _with(path, parameters))[0])

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        """The JSON document of an answer to one that is sent."""
        return json.loads(self._ask("POST", path, json.dumps(document).encode())[0])

    def pages(self, path: str, **parameters: Any) -> Iterator[bytes]:
        """The bodies of all pages from one on."""
        place: str | None = _with(path, parameters)
        while place:
            body, place = self._ask("GET", place)
            yield body

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[bytes, str | None]:
        try:
            answer = self._send(method, path, body)
            content = answer.read()
        except (OSError, http.client.HTTPException):
            raise self._away() from None
        if answer.status >= 300:
            raise _ended(answer.status, content)
        following = _NEXT.search(answer.headers.get("Link", ""))
        return content, following[1] if following else None

    def lines(self, path: str, document: Mapping[str, Any]) -> Iterator[bytes]:
        """The lines of an answer that is sent while it is made, to a document that is sent."""
        try:
            answer = self._send("POST", path, json.dumps(document).encode())
            if answer.status >= 300:
                raise _ended(answer.status, answer.read())
            while line := answer.readline():
                if not line.endswith(b"\n"):
                    raise self._away()
                yield line
        except (OSError, http.client.HTTPException):
            raise self._away() from None

    def _send(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        self._connection.request(method, self._base + path, body, headers)
        return self._connection.getresponse()

    def _away(self) -> PartAway:
        self._connection.close()
        what_to_do = "start the stack with `contactpoint up`, or set CONTACTPOINT_URL"
        return PartAway(f"the API cannot be reached at {self._url}; {what_to_do}")


def looking_api(args: Namespace) -> Api:
    """The API for a verb that shows personal data: as the user named, or with the token that is set."""
    settings = settings_of(args, of_api=True)
    url = settings.need_url()
    return Api(url, _token(settings, args.user), args.reason)


def _token(settings: Settings, user: str | None) -> str:
    if user is not None:
        from services.auth.tokens import issue

        return issue(settings, f"user:{user}", 300)
    if settings.token is None:
        raise WrongUsage("say who looks: add --as USER beside a local stack, or set CONTACTPOINT_TOKEN")
    return settings.token


def _address(url: str) -> tuple[SplitResult, str, int | None]:
    """A URL in parts, its host and its port; raises WrongUsage."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts, parts.hostname, parts.port
    except ValueError:
        pass
    raise WrongUsage("CONTACTPOINT_URL is no address of an API; write it like http://localhost:8000")


def _with(path: str, parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _ended(status: int, content: bytes) -> Exception:
    """How a verb ends on an answer that is an error."""
    try:
        detail = str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"the API answered with status {status}"
    if status in (400, 413, 415, 422):
        return WrongUsage(detail)
    return PartAway(detail) if status == 429 or status >= 500 else AnswerIsNo(detail)
