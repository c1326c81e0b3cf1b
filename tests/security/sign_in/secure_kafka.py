"""A Kafka with SASL_SSL and rights, the directory's roles on it as processes, each with its own user, and agencies."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.produce import ProduceRequest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from projections.base.partition import Partition
from services.local_stack.api_probe import ApiProbe
from services.local_stack.kafka_security import ADMIN_USER, BROKER_USER, BrokerSecurity
from services.local_stack.kafka_server import kafka_program
from services.local_stack.ports import HOST, remembered_ports
from services.local_stack.program import running
from streams.kafka.rights import agency_user, service_user
from streams.kafka.settings import KafkaSettings
from streams.publishing.appender import Batch, Identity
from tests.support.certificates import Authority
from tests.support.forked import forked_verb, run_verb
from tests.support.stack import SECONDS
from tests.support.waiting import eventually

ROLES = ("registrar", "relay", "projector", "api")
LIMIT_MS = 5_000
AGENCIES = """\
- {code: gp, name: GP registration, kind: gp-registration}
- {code: gp-out, name: GP registration of another place, kind: gp-registration}
- {code: la-north, name: North Council, kind: local-authority, authority: E06999001}
"""


class SecureKafka:
    """The settings of whoever signs in, and the command line as the directory's admin."""

    def __init__(self, folder: Path, kafka: KafkaSettings, security: BrokerSecurity, database_url: str) -> None:
        self.folder, self.security, self.database_url = folder, security, database_url
        self.admin = kafka

    def service(self, role: str) -> KafkaSettings:
        return self.security.sign_in(self.admin, service_user(role))

    def agency(self, code: str, password: str | None = None) -> KafkaSettings:
        """An agency's own sign-in, with a new password unless one is given."""
        password = password or self.run("agencies", "password", code)["password"]
        user = {"sasl_username": agency_user(code), "sasl_password": password}
        return replace(self.admin, sasl_mechanism="SCRAM-SHA-512", **user)

    def environment(self, kafka: KafkaSettings) -> dict[str, str]:
        """What a process needs that signs in so."""
        names = ("security_protocol", "sasl_mechanism", "sasl_username", "sasl_password", "ssl_cafile")
        variables = {f"CONTACTPOINT_KAFKA_{name.upper()}": getattr(kafka, name) for name in names}
        variables |= {"CONTACTPOINT_KAFKA": kafka.bootstrap_servers, "CONTACTPOINT_DATABASE_URL": self.database_url}
        return variables | {"CONTACTPOINT_KAFKA_ACLS": "true"}

    def run(self, *words: str, status: int = 0, user: KafkaSettings | None = None) -> Any:
        """What a verb prints, as the admin or as the user named."""
        command = [*words, "--data", str(self.folder / "data"), *([] if words[0] == "run" else ["--json"])]
        answer = run_verb(command, {**os.environ, **self.environment(user or self.admin)}, SECONDS)
        assert answer.returncode == status, answer.stderr
        return json.loads(answer.stdout) if answer.stdout else answer.stderr

    @contextmanager
    def roles(self) -> Iterator[str]:
        """Every role as a process with its own user; gives the API's URL."""
        port = remembered_ports(self.folder / "api.json", ["api"])["api"]
        url, data = f"http://{HOST}:{port}", self.folder / "data"
        with ExitStack() as running_roles:
            for role in ROLES:
                environment = {**os.environ, **self.environment(self.service(role)), "CONTACTPOINT_PORT": str(port)}
                log = self.folder / f"{role}.log"
                process = forked_verb(["run", role, "--data", str(data)], environment, log, log)
                running_roles.callback(process.wait, SECONDS)
                running_roles.callback(process.terminate)
            eventually(ApiProbe(url, None).ready)
            yield url


@contextmanager
def a_secure_kafka(folder: Path, database_url: str) -> Iterator[SecureKafka]:
    """The broker with all that `run init` and `agencies add` make."""
    authority = Authority(folder)
    certificate, key = authority.signs("kafka")
    keystore = folder / "kafka.pem"
    keystore.write_bytes(key.read_bytes() + certificate.read_bytes())
    users = [BROKER_USER, ADMIN_USER, *map(service_user, ROLES)]
    security = BrokerSecurity({user: f"secret-of-{user}" for user in users}, keystore, authority.file)
    ports = remembered_ports(folder / "ports.json", ("kafka", "controller"))
    log = folder / "kafka.log"
    program, kafka = kafka_program(folder / "kafka", log, ports["kafka"], ports["controller"], security)
    with running(program):
        secure = SecureKafka(folder, replace(kafka, acls=True), security, database_url)
        (folder / "agencies.yaml").write_text(AGENCIES)
        secure.run("run", "init")
        secure.run("agencies", "add", str(folder / "agencies.yaml"))
        yield secure


def write(kafka: KafkaSettings, topic: str, value: bytes = b"{}") -> None:
    """Writes one message; raises Kafka's error."""
    limits = {"max_block_ms": LIMIT_MS, "bootstrap_timeout_ms": LIMIT_MS, "metrics_enabled": False}
    with closing(KafkaProducer(**kafka.for_kafka_python(), acks="all", enable_idempotence=True, **limits)) as producer:
        producer.send(topic, value, b"S1").get(LIMIT_MS / 1_000)


def refused_by_broker(kafka: KafkaSettings, topic: str) -> tuple[str, str]:
    """What the broker itself answers to a write and a read, sent to it without asking first what there is."""
    batch = Batch(Partition(topic, 0), 0, Identity(-1, -1))
    batch.add(b"S1", b"{}")
    produce = ProduceRequest(None, -1, LIMIT_MS, [(topic, [(0, batch.encoded())])])
    fetch = FetchRequest(100, 1, 1_000_000, 0, [(topic, [(0, 0, 1_000_000)])])

    async def ask() -> tuple[str, str]:
        client = AIOKafkaClient(client_id="test", **kafka.for_aiokafka())
        try:
            await client.bootstrap()
            answers = [await client.send(client.get_random_node(), request) for request in (produce, fetch)]
        finally:
            await client.close()
        written, read = (for_code(answer.topics[0][1][0][1]).__name__ for answer in answers)
        return written, read

    return asyncio.run(ask())


def consumer(kafka: KafkaSettings, group: str | None = None) -> Any:
    """A consumer that soon asks for topics again: who joins a group before it knows its topic is assigned none."""
    limits = {"bootstrap_timeout_ms": LIMIT_MS, "request_timeout_ms": LIMIT_MS, "metadata_max_age_ms": 1_000}
    begin = {"auto_offset_reset": "earliest", "enable_auto_commit": False, "metrics_enabled": False}
    return KafkaConsumer(**kafka.for_kafka_python(), **limits, **begin, group_id=group)


def joins(reader: Any, topic: str) -> bool:
    """Whether the consumer, as a member of its group, is assigned something of the topic within some seconds.

    kafka-python may join before it knows the topic, be assigned none, and miss the news of the topic that came while it
    joined: it asks never again. Who is given nothing leaves, so that the next try joins anew.
    """
    reader.subscribe([topic])
    for _ in range(20):
        reader.poll(timeout_ms=500)
        if reader.assignment():
            return True
    reader.unsubscribe()
    return False


def read(kafka: KafkaSettings, topic: str) -> list[bytes]:
    """The values that a topic's first partition holds; raises Kafka's error."""
    place = TopicPartition(topic, 0)
    with closing(consumer(kafka)) as reader:
        reader.assign([place])
        end, values = reader.end_offsets([place], LIMIT_MS)[place], []
        while reader.position(place, LIMIT_MS) < end:
            values += [record.value for record in reader.poll(timeout_ms=500).get(place, [])]
        return values
