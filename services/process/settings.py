"""Everything that is configured from outside, read once from the environment and the data directory."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.process.setting_errors import BadSetting as BadSetting
from services.process.setting_errors import NotConfigured as NotConfigured
from services.process.sign_in import SignIn, Tls, read_sign_in, read_tls
from streams.kafka.settings import KafkaSettings

DEFAULT_DATA = ".contactpoint"
LARGEST_PORT = 65_535
LARGEST_SHARE = 10_000

_SERVER = re.compile(r"([A-Z0-9_+]+://)?([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", re.ASCII)
"""A Kafka address as clients take it: host or [IPv6], with its port where that is not 9092."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses and files that a process needs.

    `data` is the local stack's directory; `kafka` and `database_url` are None while they are not known;
    `keys` holds the key-encryption key and others; `url` and `token` are for clients of a remote API; `matcher` has the
    matcher's settings, where they are not those that come with the product; `policy` says who is listed, by the name of
    a policy or by its file; `sign_in` says whose tokens are believed, `tls` how the API speaks TLS itself,
    `connections_of_an_address` how many connections one address may have open to it, None where that is not bounded.
    """

    data: Path
    keys: Path
    kafka: KafkaSettings | None
    database_url: str | None
    url: str | None
    token: str | None
    kafka_is_external: bool
    database_is_external: bool
    url_is_external: bool
    host: str
    port: int | None
    matcher: Path | None
    policy: str
    sign_in: SignIn
    tls: Tls | None
    connections_of_an_address: int | None

    def need_kafka(self) -> KafkaSettings:
        """The Kafka settings; raises NotConfigured where there are none."""
        if self.kafka is None:
            raise NotConfigured(f"Kafka cannot be reached: {self._no_stack('CONTACTPOINT_KAFKA')}")
        return self.kafka

    def need_database(self) -> str:
        """The libpq URL of Postgres; raises NotConfigured where there is none."""
        if self.database_url is None:
            raise NotConfigured(f"Postgres cannot be reached: {self._no_stack('CONTACTPOINT_DATABASE_URL')}")
        return self.database_url

    def need_url(self) -> str:
        """The URL of the API; raises NotConfigured where there is none."""
        if self.url is None:
            raise NotConfigured(f"the API cannot be reached: {self._no_stack('CONTACTPOINT_URL')}")
        return self.url

    def _no_stack(self, variable: str) -> str:
        return f"no stack runs in {self.data}; start one with `contactpoint up --data {self.data}` or set {variable}"


def stack_file(data: Path) -> Path:
    """Where the supervisor of a data directory writes what it runs and where."""
    return data / "stack.json"


def read_stack(data: Path) -> dict[str, Any]:
    """What the supervisor wrote last, or an empty dictionary where no stack was started."""
    try:
        stack: dict[str, Any] = json.loads(stack_file(data).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return stack


def read_settings(data: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process: the environment wins, what the local stack wrote fills the rest; raises BadSetting."""
    env = os.environ if environ is None else environ
    folder = Path(data or env.get("CONTACTPOINT_DATA") or DEFAULT_DATA).absolute()
    stack = read_stack(folder)
    servers = _servers(env.get("CONTACTPOINT_KAFKA"))
    database = env.get("CONTACTPOINT_DATABASE_URL")
    security = {
        name: env.get(f"CONTACTPOINT_KAFKA_{name.upper()}")
        for name in ("sasl_mechanism", "sasl_username", "sasl_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile")
    }
    address = servers or stack.get("kafka")
    kafka = None
    if address:
        protocol = env.get("CONTACTPOINT_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT") if servers else "PLAINTEXT"
        replication = (_number(env, "CONTACTPOINT_KAFKA_REPLICATION", 99) or 1) if servers else 1
        acls = _yes(env, "CONTACTPOINT_KAFKA_ACLS") and bool(servers)
        kafka = KafkaSettings(address, protocol, **(security if servers else {}), replication=replication, acls=acls)
    return Settings(
        data=folder,
        keys=Path(env.get("CONTACTPOINT_KEYS") or folder / "keys"),
        kafka=kafka,
        database_url=database or stack.get("database_url"),
        url=env.get("CONTACTPOINT_URL") or stack.get("url"),
        token=env.get("CONTACTPOINT_TOKEN", "").strip() or None,
        kafka_is_external=bool(servers),
        database_is_external=bool(database),
        url_is_external=bool(env.get("CONTACTPOINT_URL")),
        host=env.get("CONTACTPOINT_HOST", "127.0.0.1"),
        port=_number(env, "CONTACTPOINT_PORT", LARGEST_PORT),
        matcher=Path(env["CONTACTPOINT_MATCHER"]).absolute() if env.get("CONTACTPOINT_MATCHER") else None,
        policy=_policy(env.get("CONTACTPOINT_POLICY")),
        sign_in=read_sign_in(env),
        tls=read_tls(env),
        connections_of_an_address=_number(env, "CONTACTPOINT_CONNECTIONS_PER_ADDRESS", LARGEST_SHARE),
    )


def _number(env: Mapping[str, str], name: str, largest: int) -> int | None:
    """A whole number from the environment, or None where it is not set."""
    text = env.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= largest):
        raise BadSetting(f"{name} is no whole number from 1 to {largest}; set one, or none at all")
    return int(text)


def _yes(env: Mapping[str, str], name: str) -> bool:
    """Whether a setting is on; not set is off."""
    text = env.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise BadSetting(f"{name} is neither true nor false; set it to one of them, or not at all")
    return text == "true"


def _policy(said: str | None) -> str:
    """The name of a policy, or the whole path of its file."""
    if not said:
        return "universal"
    return str(Path(said).absolute()) if "/" in said or said.endswith((".yaml", ".yml")) else said


def _servers(text: str | None) -> str | None:
    """Kafka's addresses, or None where none are set."""
    for server in (text or "").split(","):
        if text and not _SERVER.fullmatch(server.strip()):
            raise BadSetting("CONTACTPOINT_KAFKA is no list of addresses; write it like localhost:9092,other:9092")
    return text or None
