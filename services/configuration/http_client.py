"""The HTTP client of the product: it follows no redirect and uses no proxy, and answers come uncompressed.

Whoever wants httpx imports it after this module: httpx loads its own command line, rich, click and pygments with it,
at half of what it costs, wherever those are installed. It does without where they cannot be had, so they cannot here.
"""

import ssl
import sys

_COMMAND_LINE = "httpx._main"

if "httpx" not in sys.modules:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # Python's mark of a module that cannot be imported
    import httpx

    del sys.modules[_COMMAND_LINE]
else:
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
