"""What a form sends: fields of text, each once, and at most one file of text, with the secret of its session.

A form with a file is read strictly as browsers write one, in one pass: what is otherwise is no form. A parser for any
mail would do work that a short body of a stranger could make long.
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

MOST_FIELDS = 40
CSRF = "csrf"
UPLOAD = "file"
"""The field that holds a file."""
LONGEST_CONTENT_TYPE = 200
LONGEST_PART_HEADER = 500
"""Bytes of all headers of a part together."""
_FORM, _WITH_FILE = "application/x-www-form-urlencoded", "multipart/form-data"
_BOUNDARY = re.compile(rf"{_WITH_FILE} ?; ?boundary=(\"?)([0-9A-Za-z'()+_,./:=?-]{{1,70}})\1", re.IGNORECASE)
_FIELD = re.compile(
    rb"Content-Disposition: ?form-data; ?name=\"([0-9A-Za-z_-]{1,100})\"(?:; ?filename=\"([^\"\r\n]*)\")?"
    rb"(?:\r\nContent-Type: ?[^\r\n]*)?",
    re.IGNORECASE,
)


def read_form(headers: Headers, body: bytes, *, has_file: bool = False) -> Mapping[str, str]:
    """The fields of a form; none where it is no form, or has too many of them. A file that is no UTF-8 is left out.

    `has_file` is whether a form with a file is taken; it is none elsewhere.
    """
    stated = headers.get("content-type", "")
    if len(stated) > LONGEST_CONTENT_TYPE:
        return {}
    if has_file and (boundary := _BOUNDARY.fullmatch(stated)):
        return _read_parts(boundary[2].encode("ascii"), body)
    if stated.partition(";")[0].strip().lower() != _FORM:
        return {}
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def _read_parts(boundary: bytes, body: bytes) -> Mapping[str, str]:
    """The fields of a form with a file. A file field without a file, as a browser sends it, is left out."""
    before, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_FIELDS + 1)
    if before or not parts or parts.pop() not in (b"--", b"--\r\n"):
        return {}
    fields: dict[str, str] = {}
    for part in parts:
        head, found, content = part.partition(b"\r\n\r\n")
        named = _FIELD.fullmatch(head, 2) if found and len(head) <= LONGEST_PART_HEADER else None
        if named is None or not part.startswith(b"\r\n"):
            return {}
        if named[2] == b"":
            continue
        name = named[1].decode("ascii")
        try:
            fields[name] = content.decode("utf-8-sig" if name == UPLOAD else "utf-8")
        except UnicodeDecodeError:
            continue
    return fields


def is_ours(headers: Headers, form: Mapping[str, str], secret: str) -> bool:
    """Whether a page of this session sent a form: it has the secret, and no other site had the browser send it."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest(form.get(CSRF, "").encode(), secret.encode())
