"""What the stack of a data directory consists of: the servers that are ours, those elsewhere, every command line."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.configuration.http_client import http_client
from services.configuration.settings import Settings
from services.local_stack.kafka_server import kafka_program
from services.local_stack.ports import HOST, remembered_ports
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import Program

SERVICES = ("registrar", "relay", "projector", "api")
"""In the order in which they are started."""
STOP_SECONDS = 15.0
"""How long a service may take to end what it has in hand."""
STOP_ORDER = ("api", "registrar", "relay", "projector", "kafka", "postgres")

Command = Callable[[str, Path], list[str]]
"""Gives the command line of a service: role and data directory to words."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The programs of a stack and the addresses that its clients need; `external` are the roles that run elsewhere."""

    servers: list[Program]
    init: Program
    services: list[Program]
    external: list[str]
    url: str
    kafka: str
    database_url: str

    @property
    def roles(self) -> list[str]:
        """Every role of the stack, wherever it runs."""
        return ["kafka", "postgres", *(program.role for program in self.services)]


def service_command(role: str, data: Path) -> list[str]:
    """How a service of this installation is run."""
    return [sys.executable, "-m", "services.cli.main", "run", role, "--data", str(data)]


def lay_out(settings: Settings, services: Sequence[str] = SERVICES, command: Command = service_command) -> Layout:
    """Chooses or remembers the ports and describes every process; fetches Kafka's jars the first time.

    Call it while no process of the data directory runs. Raises CannotStart and JarError.
    """
    data, logs = settings.data, settings.data / "logs"
    names = ["api"] * (settings.port is None)
    names += ["kafka", "controller"] * (not settings.kafka_is_external)
    names += ["postgres"] * (not settings.database_is_external)
    ports = remembered_ports(data / "ports.json", names)
    servers, external = [], []
    if settings.kafka_is_external:
        external.append("kafka")
        kafka = settings.need_kafka()
    else:
        program, kafka = kafka_program(data / "kafka", logs / "kafka.log", ports["kafka"], ports["controller"])
        servers.append(program)
    if settings.database_is_external:
        external.append("postgres")
        database_url = settings.need_database()
    else:
        program, database_url = postgres_program(data / "postgres", logs / "postgres.log", ports["postgres"])
        servers.append(program)

    def service(role: str, ready: Callable[[], bool] = lambda: True, **environment: str) -> Program:
        log = logs / f"{role}.log"
        return Program(role, command(role, data), Path.cwd(), log, environment, ready=ready, stop_seconds=STOP_SECONDS)

    host, port = _reachable(settings.host), settings.port or ports["api"]
    api = service("api", lambda: says_ready(host, port), CONTACTPOINT_PORT=str(port))
    programs = [api if role == "api" else service(role) for role in services]
    url = f"http://{host}:{port}"
    return Layout(servers, service("init"), programs, external, url, kafka.bootstrap_servers, database_url)


def _reachable(host: str) -> str:
    """An address at which a server that listens on `host` is reached from here."""
    return HOST if host in ("0.0.0.0", "::", "") else host  # noqa: S104


def says_ready(host: str, port: int) -> bool:
    """Whether the API answers that it is ready."""
    url = httpx.URL(scheme="http", host=host, port=port, path="/health/ready")
    with http_client(2, tls=False) as client:
        try:
            return client.get(url).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
