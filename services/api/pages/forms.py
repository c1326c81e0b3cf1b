"""What a form sends: fields of text, each once, and at most one file of text, with the secret of its session."""

import hmac
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

MOST_FIELDS = 40
CSRF = "csrf"
UPLOAD = "file"
"""The field that holds a file."""
_FORM, _WITH_FILE = "application/x-www-form-urlencoded", "multipart/form-data"


def read_form(headers: Headers, body: bytes) -> Mapping[str, str]:
    """The fields of a form; none where it is no form, or has too many of them. A file that is no UTF-8 is left out."""
    stated = headers.get("content-type", "")
    kind = stated.partition(";")[0].strip().lower()
    if kind == _WITH_FILE:
        return _read_parts(stated, body)
    if kind != _FORM:
        return {}
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def _read_parts(stated: str, body: bytes) -> Mapping[str, str]:
    """The fields of a form with a file. A file field without a file, as a browser sends it, is left out."""
    try:
        whole = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + stated.encode("latin-1") + b"\r\n\r\n" + body)
    except (ValueError, LookupError):
        return {}
    parts = whole.get_payload() if whole.is_multipart() else []
    if not isinstance(parts, list) or len(parts) > MOST_FIELDS:
        return {}
    return {name: text for part in parts if isinstance(part, Message) for name, text in _field(part)}


def _field(part: Message) -> Iterator[tuple[str, str]]:
    """A field and its text, or nothing of a part that holds none."""
    name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(content, bytes) or part.get_filename() == "":
        return
    try:
        yield name, content.decode("utf-8-sig" if name == UPLOAD else "utf-8")
    except UnicodeDecodeError:
        return


def is_ours(headers: Headers, form: Mapping[str, str], secret: str) -> bool:
    """Whether a page of this session sent a form: it has the secret, and no other site had the browser send it."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest(form.get(CSRF, "").encode(), secret.encode())
