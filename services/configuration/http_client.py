"""The HTTP client of the product: it follows no redirect and uses no proxy, and answers come uncompressed."""

import ssl

import httpx


def http_client(timeout_s: float, *, tls: bool) -> httpx.Client:
    """A client that waits so long for each step; with `tls` it trusts the system's authorities, without it nobody's."""
    context = ssl.create_default_context() if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(
        timeout=timeout_s,
        verify=context,
        trust_env=False,
        follow_redirects=False,
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )
