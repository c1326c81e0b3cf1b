"""A stack whose services are stand-ins: `python -m tests.pipeline.local_stack.stand_in DATA` supervises it.

With a ROLE after DATA it is one of them: `init` ends, the others wait to be told to stop; the one that STAND_IN_FAILS
names says so and ends instead.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

SERVICES = ("registrar", "api")


def command(role: str, data: Path) -> list[str]:
    return [sys.executable, "-m", __spec__.name, str(data), role]


def supervise(data: str) -> int:
    from services.configuration.settings import read_settings  # a stand-in begins, and begins again, without all this
    from services.local_stack.supervisor import Supervisor
    from services.local_stack.up import up

    settings = read_settings(data)
    return up(settings, supervisor=Supervisor(settings, SERVICES, command))


def serve(data: str, role: str) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    (Path(data) / f"{role}.can-be-stopped").touch()
    if role == os.environ.get("STAND_IN_FAILS"):
        print(f"12:00:00 {role} it has no settings to work with", file=sys.stderr, flush=True)
        return 3
    if role == "init":
        return int(os.environ.get("STAND_IN_INIT_STATUS", "0"))
    if role == "api":
        answer_that_all_is_well()
    stop.wait()
    with (Path(data) / "order").open("a") as order:
        order.write(f"{role}\n")
    return 0


def answer_that_all_is_well() -> None:
    """Answers as the API of its own stack, in a thread."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"stack": os.environ["CONTACTPOINT_STACK_ID"]}).encode())

    server = HTTPServer(("127.0.0.1", int(os.environ["CONTACTPOINT_PORT"])), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    sys.exit(serve(*sys.argv[1:]) if len(sys.argv) > 2 else supervise(sys.argv[1]))
