"""Whether a stack's own API answers: something that answers at its port may be another stack's."""

from typing import Any

import httpx

from services.configuration.http_client import http_client

ANSWER_SECONDS = 2.0


class ApiProbe:
    """Calls the API at a URL; `stack` is the id that it has to name, None where any will do.

    `waits_for` is, after each call, why the API is not ready yet. Raises httpx.InvalidURL.
    """

    def __init__(self, url: str, stack: str | None) -> None:
        self._url = httpx.URL(url.rstrip("/") + "/")
        self._stack = stack
        self._proven = stack is None
        self.waits_for = "the API has not been asked yet"

    def ready(self) -> bool:
        """Whether this stack's API answers, and answers that it is ready."""
        try:
            with http_client(ANSWER_SECONDS, tls=self._url.scheme == "https") as client:
                return self._is_ours(client) and self._is_ready(client)
        except httpx.HTTPError:
            self.waits_for = f"the API does not answer at {self._url}"
            return False

    def _is_ours(self, client: httpx.Client) -> bool:
        self._proven = self._proven or _document(client.get(self._url.join("health/live"))).get("stack") == self._stack
        if not self._proven:
            self.waits_for = f"another program answers at {self._url}; it has taken this API's port, stop it"
        return self._proven

    def _is_ready(self, client: httpx.Client) -> bool:
        answer = client.get(self._url.join("health/ready"))
        if answer.status_code != httpx.codes.OK:
            self.waits_for = str(_document(answer).get("detail", f"the API answers with status {answer.status_code}"))
        return answer.status_code == httpx.codes.OK


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
