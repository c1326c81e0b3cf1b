"""What the stack of a data directory consists of: the servers that are ours, those elsewhere, every command line."""

import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.configuration.settings import Settings
from services.local_stack.api_probe import ApiProbe
from services.local_stack.door import Door
from services.local_stack.kafka_security import ADMIN_USER, local_security
from services.local_stack.kafka_server import by_scram, kafka_program
from services.local_stack.peers import can_tell
from services.local_stack.ports import HOST, is_taken, remembered_ports
from services.local_stack.postgres_roles import role_urls
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import CannotStart, Program
from streams.kafka.settings import KafkaSettings

SERVICES = ("registrar", "relay", "projector", "api")
"""In the order in which they are started."""
STOP_SECONDS = 15.0
"""How long a service may take to end what it has in hand."""
STOP_ORDER = ("api", "registrar", "relay", "projector", "kafka", "postgres")

Command = Callable[[str, Path], list[str]]
"""Gives the command line of a service: role and data directory to words."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The programs of a stack and the addresses that its clients need; `external` are the roles that run elsewhere.

    `database_urls` has each process's own, by role, where Postgres is ours; `database_url` is that of who administers
    the directory, and `administrator_url` that of Postgres's own administrator. `kafka` is how our processes sign in to
    Kafka, `kafka_address` what other clients are told, and `door` lets in those of this account there.
    """

    servers: list[Program]
    init: Program
    services: list[Program]
    external: list[str]
    url: str
    kafka: KafkaSettings
    kafka_address: str
    door: Door | None
    database_url: str
    database_urls: Mapping[str, str]
    administrator_url: str


def service_command(role: str, data: Path) -> list[str]:
    """How a service of this installation is run."""
    return [sys.executable, "-m", "services.cli.main", "run", role, "--data", str(data)]


def lay_out(settings: Settings, services: Sequence[str] = SERVICES, command: Command = service_command) -> Layout:
    """Chooses or remembers the ports and describes every process; fetches Kafka's jars the first time.

    A role that `services` names several times gets as many processes.

    Call it while no process of the data directory runs. Raises CannotStart and JarError.
    """
    data, logs = settings.data, settings.data / "logs"
    if settings.port and is_taken(settings.host, settings.port):
        raise CannotStart(
            f"port {settings.port} is taken by another stack or program: stop that, or set CONTACTPOINT_PORT to another"
        )
    names = ["api"] * (settings.port is None)
    names += ["kafka", "controller", "behind-door", "door"] * (not settings.kafka_is_external)
    names += ["postgres"] * (not settings.database_is_external)
    ports = remembered_ports(data / "ports.json", names)
    servers, external = [], []
    door = None
    if settings.kafka_is_external:
        external.append("kafka")
        kafka = settings.need_kafka()
    else:
        security = local_security(data, ports["behind-door"], ports["door"])
        program, kafka = kafka_program(
            data / "kafka", logs / "kafka.log", ports["kafka"], ports["controller"], security
        )
        if can_tell():
            behind = security.sign_in(KafkaSettings(f"{HOST}:{ports['behind-door']}"), ADMIN_USER)
            door = Door(ports["door"], behind)
            program, kafka = by_scram(program, kafka, behind)
        servers.append(program)
    if settings.database_is_external:
        external.append("postgres")
        database_url = administrator_url = settings.need_database()
        database_urls: Mapping[str, str] = {}
    else:
        program, administrator_url = postgres_program(data / "postgres", logs / "postgres.log", ports["postgres"])
        database_urls = role_urls(data / "postgres", administrator_url)
        database_url = database_urls["init"]
        servers.append(program)

    def service(role: str, number: int = 1, **environment: str) -> Program:
        words, log = command(role, data), logs / f"{role}.log"
        environment["CONTACTPOINT_METRICS_PORT"] = ""  # one port is not for all roles
        program = Program(role, words, Path.cwd(), log, environment, stop_seconds=STOP_SECONDS, number=number)
        return replace(program, log=logs / f"{program.name}.log")

    port, stack = settings.port or ports["api"], secrets.token_hex(16)
    url = _url(settings.host, port)
    api = _with_probe(service("api", CONTACTPOINT_PORT=str(port), CONTACTPOINT_STACK_ID=stack), url, stack)
    numbered = ((role, services[: place + 1].count(role)) for place, role in enumerate(services))
    programs = [api if role == "api" else service(role, number) for role, number in numbered]
    return Layout(
        servers,
        service("init"),
        programs,
        external,
        url,
        kafka,
        door.address if door else kafka.bootstrap_servers,
        door,
        database_url,
        database_urls,
        administrator_url,
    )


def _url(host: str, port: int) -> str:
    """The address at which a server that listens on `host` is reached from here."""
    reached = HOST if host in ("0.0.0.0", "::", "") else host  # noqa: S104
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _with_probe(api: Program, url: str, stack: str) -> Program:
    """The API as a program that is ready once it has proven to be this stack's own."""
    probe = ApiProbe(url, stack)
    return replace(api, ready=probe.ready, waits_for=lambda: probe.waits_for)
