"""A small OpenID Connect issuer for tests: keys of every kind, tokens with any claims, its two documents over HTTP."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

AsymmetricKey = ECKey | OKPKey | RSAKey

EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EVERY_ALGORITHM = ["ES256", "ES384", "EdDSA", "Ed25519", "RS256", "PS256", "HS256", "none"]


class Issuer:
    """Publishes `keys`; `answers` counts its documents, and `broken` is what it gives instead of one.

    It gives `token` for any code, and `asked` has what was sent for it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: list[Key] = [EC, ED, RSA]
        self.discovery: dict[str, Any] = {"issuer": url, "jwks_uri": f"{url}/keys"}
        self.answers: list[str] = []
        self.broken: dict[str, tuple[int, bytes]] = {}
        self.token = b"{}"
        self.asked: list[dict[str, Any]] = []

    def document(self, path: str) -> tuple[int, bytes]:
        """Status and body for a path."""
        self.answers.append(path)
        if path in self.broken:
            return self.broken[path]
        if path == "/keys":
            return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        return 200, json.dumps(self.discovery).encode()


@contextmanager
def an_issuer() -> Iterator[Issuer]:
    """An issuer that answers on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = issuer.document(self.path)
            self.send_response(status)
            self.send_header("Location", f"{issuer.url}/keys")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            issuer.asked.append({"body": body, "authorization": self.headers["Authorization"]})
            status, content = issuer.broken.get(self.path, (200, issuer.token))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


def claims_of(issuer: str, **changes: Any) -> dict[str, Any]:
    """The claims of a user's token with changes; a claim that is None is left out."""
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": "urn:contactpoint:api",
        "sub": "8d0f",
        "preferred_username": "a.practitioner",
        "amr": ["pwd", "mfa"],
        "iat": now,
        "exp": now + 300,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def signed(claims: dict[str, Any], key: Key = EC, **header: Any) -> str:
    """A token over these claims, by default with the header that belongs to the key."""
    alg = {"EC": "ES256", "OKP": "EdDSA", "RSA": "RS256", "oct": "HS256"}[key.key_type]
    whole = {name: value for name, value in ({"alg": alg, "kid": key.kid} | header).items() if value is not None}
    return jwt.encode(whole, claims, key, algorithms=EVERY_ALGORITHM)


def confused(claims: dict[str, Any], key: AsymmetricKey, encoding: str) -> str:
    """A token with HS256, its secret the public key as everybody knows it; joserfc itself would not sign so."""
    public = key.as_dict(private=False)
    secret = {
        "PEM": key.as_pem(private=False),
        "DER": key.as_der(private=False),
        "JWK": json.dumps(public).encode(),
        "a part of it": base64.urlsafe_b64decode(public.get("x", public.get("n")) + "=="),
    }[encoding]
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": key.kid}, claims)]
    signed_part = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed_part, "sha256")).rstrip(b"=")
    return (signed_part + b"." + signature).decode()
