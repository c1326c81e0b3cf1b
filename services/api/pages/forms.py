"""What a form sends: fields of text, each once, with the secret of its session."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

MOST_FIELDS = 40
CSRF = "csrf"
_FORM = "application/x-www-form-urlencoded"


def read_form(headers: Headers, body: bytes) -> Mapping[str, str]:
    """The fields of a form; none where it is no form, or has too many of them."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return {}
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def is_ours(headers: Headers, form: Mapping[str, str], secret: str) -> bool:
    """Whether a page of this session sent a form: it has the secret, and no other site had the browser send it."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest(form.get(CSRF, "").encode(), secret.encode())
