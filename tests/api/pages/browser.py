"""What a browser without scripts does: it follows links and redirects, keeps cookies, and sends the forms of a page."""

import html
import re
from typing import Any

from starlette.testclient import TestClient

from services.auth.pages_keys import opening_code
from tests.support.world import World

STARTS = ("/pages/search", "/pages/waiting", "/pages/audit", "/pages/operation")
NOT_SHOWN = re.compile(r"<(head|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


class Browser:
    """A browser at the pages of a directory."""

    def __init__(self, client: TestClient, world: World) -> None:
        self.client, self.world = client, world
        self.client.cookies.clear()
        self.page: Any = None

    def get(self, path: str) -> Any:
        """Follows a link."""
        self.page = self.client.get(path)
        return self.page

    def send(self, path: str, **fields: str) -> Any:
        """Sends a form with the secret of the page that is seen."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page.text) if self.page else None
        secret = {"csrf": found[1]} if found else {}
        self.page = self.client.post(path, data=secret | fields)
        return self.page

    def sign_in(self, user: str = "demo-practitioner", reason: str = "safeguarding", text: str = "") -> "Browser":
        """Signs in beside the local stack, and says why."""
        self.send("/pages/sign-in", code=opening_code(self.world.settings.keys), user=user)
        assert self.page.url.path == "/pages/reason", self.page.text
        self.send("/pages/reason", **{"reason": reason, f"text-{reason}": text})
        assert self.page.url.path in STARTS, self.page.text
        return self

    def search(self, box: str = "", **fields: str) -> Any:
        """Searches by the box, or by the form."""
        return self.send("/pages/search", box=box, **fields)

    def open(self, child: str) -> Any:
        """Opens an entry."""
        return self.send("/pages/entry", child=child)

    def press(self, button: str) -> Any:
        """Sends the form of the page with a button of that text."""
        return self.send(self._form(button)[0], **self.fields_of(button))

    def fields_of(self, button: str) -> dict[str, str]:
        """The fields of that form."""
        found = re.findall(r'name="([^"]+)" value="([^"]*)"', self._form(button)[1])
        return {name: html.unescape(value) for name, value in found if name != "csrf"}

    def _form(self, button: str) -> tuple[str, str]:
        """Where the form of that button goes, and what is in it."""
        forms = re.findall(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', self.page.text, re.DOTALL)
        (found,) = [each for each in forms if button in each[1]]
        return found

    @property
    def visible_text(self) -> str:
        """The text of the page, in one line."""
        return " ".join(html.unescape(NOT_SHOWN.sub(" ", self.page.text)).split())
