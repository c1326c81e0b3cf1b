"""The client of the API for the verbs: one connection, a token, a reason, and each error as the end of the verb."""

import json
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from services.cli.errors import AnswerIsNo, PartAway, WrongUsage
from services.cli.stack import client_settings_of
from services.configuration.settings import ClientSettings

if TYPE_CHECKING:
    import httpx

SILENCE_S = 20
"""How long each step of a call may take: connecting, sending, and every read."""
_NEXT = re.compile(r'<([^>]*)>; rel="next"')


class Api:
    """Calls with one token and for one reason."""

    def __init__(self, url: str, token: str, reason: str | None = None) -> None:
        from services.configuration.http_client import (
            http_client,  # a command that calls no API starts faster without it
        )

        address = _address(url)
        if not (token.isascii() and token.isprintable()):
            raise WrongUsage("CONTACTPOINT_TOKEN is no token; set it to what `contactpoint token` prints")
        self._url = url.rstrip("/")
        self._base = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path.rstrip('/')}"
        self._client = http_client(SILENCE_S, tls=address.scheme == "https")
        self._client.headers["Authorization"] = f"Bearer {token}"
        if reason is not None:
            self.set_header("Access-Reason", reason)

    def set_header(self, header: str, value: str) -> None:
        """Sends a header with every call from now on, percent-encoded."""
        self._client.headers[header] = quote(value)

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON document of an answer."""
        return json.loads(self._call("GET", _with(path, parameters))[0])

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        """The JSON document of an answer to one that is sent."""
        return json.loads(self._call("POST", path, document)[0])

    def pages(self, path: str, **parameters: Any) -> Iterator[bytes]:
        """The bodies of all pages from one on."""
        place: str | None = _with(path, parameters)
        while place:
            body, place = self._call("GET", place)
            yield body

    def lines(self, path: str, document: Mapping[str, Any]) -> Iterator[bytes]:
        """The lines of an answer that is sent while it is made, to a document that is sent."""
        begun = b""
        with self._streamed("POST", path, document) as answer:
            for part in answer.iter_bytes():
                *whole, begun = (begun + part).split(b"\n")
                yield from (line + b"\n" for line in whole)
            if begun:
                raise self._away()

    def _call(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> tuple[bytes, str | None]:
        """The body of an answer, and the path of the page that follows it."""
        with self._streamed(method, path, document) as answer:
            following = _NEXT.search(answer.headers.get("Link", ""))
            return answer.read(), following[1] if following else None

    @contextmanager
    def _streamed(self, method: str, path: str, document: Mapping[str, Any] | None) -> "Iterator[httpx.Response]":
        """A successful answer, whose body is still to be read; raises Ends for any other."""
        import httpx

        content = None if document is None else json.dumps(document).encode()
        headers = None if document is None else {"Content-Type": "application/json"}
        try:
            with self._client.stream(method, self._base + path, content=content, headers=headers) as answer:
                if answer.status_code >= 300:
                    raise _ended(answer.status_code, answer.read())
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL):
            raise self._away() from None

    def _away(self) -> PartAway:
        what_to_do = "start the stack with `contactpoint up`, or set CONTACTPOINT_URL"
        return PartAway(f"the API cannot be reached at {self._url}; {what_to_do}")


def viewer_api(args: Namespace) -> Api:
    """The API for a verb that shows personal data, called as the user named or with the token that is set."""
    settings = client_settings_of(args)
    url = settings.need_url()
    return Api(url, _token(settings, args.user), args.reason)


def require_shown(answer: Mapping[str, Any], named: str) -> None:
    """Raises PartAway for the answer to a decision that does not show yet, which lacks what is `named` in others."""
    if named not in answer:
        raise PartAway(
            "the decision was taken and does not show yet: the registrar, relay or projector does not go on; look for"
            f" its receipt with `contactpoint receipts --submission {answer['decision']}`"
        )


def _token(settings: ClientSettings, user: str | None) -> str:
    if user is not None:
        from services.auth.tokens import issue

        return issue(settings, f"user:{user}", 300)
    if settings.token is None:
        raise WrongUsage("say who looks: add --as USER beside a local stack, or set CONTACTPOINT_TOKEN")
    return settings.token


def _address(url: str) -> SplitResult:
    """A URL, split; raises WrongUsage where it has no host, or a port that is none."""
    try:
        address = urlsplit(url)
        _ = address.port  # raises where it is no port
    except ValueError:
        pass
    else:
        if address.scheme in ("http", "https") and address.hostname:
            return address
    raise WrongUsage("CONTACTPOINT_URL is no address of an API; write it like http://localhost:8000")


def _with(path: str, parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _ended(status: int, content: bytes) -> Exception:
    """The end of the verb for an answer that is an error."""
    try:
        detail = str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"the API answered with status {status}"
    if status in (400, 413, 415, 422):
        return WrongUsage(detail)
    return PartAway(detail) if status == 429 or status >= 500 else AnswerIsNo(detail)
