"""A stack of its own in a temporary folder, whose services are started and stopped one by one."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from subprocess import Popen
from typing import Any

from domain.authorization import Entitlement, Role
from projections.engine.view_schemas import make_empty
from services.configuration.settings import Settings, read_settings
from services.lab.bench.folders import own_folder
from services.lab.simulate.agencies import COUNCILS
from services.lab.simulate.files import write_agencies
from services.local_stack.layout import Layout, lay_out
from services.local_stack.program import CannotStart, Program, end, running, start
from services.registers import add_agencies, read_agencies_file
from streams.access.grants import FAR, add_users
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.admin.topics import ensure_topics
from streams.kafka.settings import KafkaSettings
from streams.projecting.reading import reading_views
from streams.store.database import Database

USER = "bench"
PROCESSES = ("registrar", "relay", "projector", "projector", "api")
STALLED_S = 120.0
"""A stage in which nothing moves for so long is given up."""


class StageStalled(Exception):
    """A stage stopped moving; the text names it."""


class Harness:
    """The servers, running; `settings` reaches them. Services run only between `start` and `stop`."""

    def __init__(self, settings: Settings, layout: Layout, environment: dict[str, str], kafka_pid: int) -> None:
        self.settings = settings
        self.kafka_pid = kafka_pid
        self.url = layout.url
        self._environment = environment
        self._programs = {program.name: self._placed(program) for program in [layout.init, *layout.services]}
        self.processes: dict[str, Popen[bytes]] = {}
        self._database = Database(settings.need_database(), "contactpoint bench")

    def prepare(self) -> None:
        """Makes tables, keys and topics, and registers the simulated agencies and one user."""
        init = start(self._programs["init"])
        if init.wait() != 0:
            raise CannotStart(f"the stack cannot be set up; {self._programs['init'].log} says why")
        self.empty_views()
        file = self.settings.data / "agencies.yaml"
        write_agencies(file)
        agencies = read_agencies_file(file)
        ensure_topics(self.settings.need_kafka(), [agency.code for agency in agencies])
        add_agencies(self.settings.need_database(), agencies)
        user = Entitlement(USER, Role.DATA_MANAGER, COUNCILS[0].code, None, True, FAR, FAR, FAR)
        key = KeyEncryptionKey.from_file(self.settings.keys / "key-encryption.key")
        add_users(self.settings.need_database(), key, [user])

    def empty_views(self) -> None:
        """Makes empty views the live ones, so that a projector begins with the first message; none may run."""
        owner = self.settings.signing_in_as("projector").need_database()
        with closing(Database(owner, "contactpoint bench")) as database, database.transaction() as cursor:
            make_empty(cursor)

    def start(self, *roles: str) -> None:
        """Starts services and waits until those that report it are ready."""
        for role in roles:
            self.processes[role] = start(self._programs[role])
        for role in roles:
            self._wait_for(role)

    def _wait_for(self, role: str) -> None:
        process, program = self.processes[role], self._programs[role]
        self.wait(role, lambda: process.poll() is not None or program.ready())
        if process.poll() is not None:
            raise CannotStart(f"{role} did not start; {program.log} says why")

    def stop(self, *roles: str) -> None:
        """Stops services in order."""
        for role in roles:
            end(self.processes.pop(role), self._programs[role])

    def kill(self, role: str) -> None:
        """Kills a service: it says goodbye to nobody."""
        process = self.processes.pop(role)
        process.kill()
        process.wait()

    def close(self) -> None:
        """Stops every service that still runs."""
        self.stop(*list(self.processes))
        self._database.close()

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        with reading_views(self._database) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def wait(self, what: str, done: Callable[[], bool], progress: Callable[[], Any] = lambda: None) -> None:
        """Returns once `done` holds.

        Raises StageStalled where `progress` gives the same answer for too long, or a service has ended meanwhile.
        """
        last, since = progress(), time.monotonic()
        while not done():
            for role, process in self.processes.items():
                if process.poll() is not None:
                    raise StageStalled(f"{role} has ended; see {self.settings.data / 'logs'}")
            now = progress()
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > STALLED_S:
                raise StageStalled(f"{what} has not moved for {STALLED_S:.0f} s; see {self.settings.data / 'logs'}")
            time.sleep(0.02)

    def _placed(self, program: Program) -> Program:
        return replace(program, environment={**program.environment, **self._environment})


def _sign_in(kafka: KafkaSettings) -> dict[str, str]:
    """Kafka's settings, as the environment of a process."""
    names = ("security_protocol", "sasl_mechanism", "sasl_username", "sasl_password")
    given = {f"CONTACTPOINT_KAFKA_{name.upper()}": str(getattr(kafka, name)) for name in names}
    return {"CONTACTPOINT_KAFKA": kafka.bootstrap_servers, **given}


@contextmanager
def harness() -> Iterator[Harness]:
    """Real servers in a temporary folder, with everything that the services need made; all is gone at the end."""
    with own_folder() as folder, ExitStack() as servers:
        layout = lay_out(read_settings(folder, {}), PROCESSES)
        pids = {program.role: servers.enter_context(running(program)).pid for program in layout.servers}
        environment = _sign_in(layout.kafka) | {"CONTACTPOINT_DATABASE_URL": layout.administrator_url}
        stack = Harness(read_settings(folder, environment), layout, environment, pids["kafka"])
        with closing(stack):
            stack.prepare()
            yield stack
