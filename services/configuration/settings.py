"""Everything that is configured from outside, read once from the environment and the data directory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from domain.birth import MOST_YEARS, set_most_years
from domain.days import set_zone
from domain.organisations import Successions, set_successions
from services.configuration.client_environment import ClientEnvironment, read_client_environment
from services.configuration.setting_errors import BadSetting as BadSetting
from services.configuration.setting_errors import NotConfigured as NotConfigured
from services.configuration.sign_in import PagesClient, SignIn, Tls
from streams.kafka.settings import KafkaSettings

if TYPE_CHECKING:
    from services.configuration.environment import Environment

PUBLICATION_KEY = "publication.key"
"""The name of its file in the directory of the keys, where it has no place of its own."""
CHECKPOINT_KEY = "checkpoint.key"
"""The same of the key that signs checkpoints."""
DEFAULT_ORIGIN = "contactpoint.local"
DEFAULT_DATA = ".contactpoint"


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What a client of the API needs: `url` and `token` for one that runs elsewhere, `keys` for the local stack's own.

    `data` is the local stack's directory, `keys` holds the key-encryption key and others, `sign_in` says whose tokens
    are believed; `url` is None while it is not known.
    """

    data: Path
    keys: Path
    url: str | None
    token: str | None
    url_is_external: bool
    sign_in: SignIn

    def need_url(self) -> str:
        """The URL of the API; raises NotConfigured where there is none."""
        if self.url is None:
            raise NotConfigured(f"the API cannot be reached: {self._no_stack('CONTACTPOINT_URL')}")
        return self.url

    def _no_stack(self, variable: str) -> str:
        return f"no stack runs in {self.data}; start one with `contactpoint up --data {self.data}` or set {variable}"


@dataclass(frozen=True, slots=True)
class Settings(ClientSettings):
    """Addresses and files that a process needs.

    `checkpoint_key` is the file of the key that signs checkpoints, `origin` what the logs are called in them;
    `kafka` and `database_url` are None while they are not known; `kafka_address` is what clients of others are told;
    `database_urls` has those with which the processes of
    the local stack sign in, each as itself; `publication_key` is the file of the key that proves what is published;
    `matcher` has the matcher's settings, where they are not those that come with the product; `policy` says who is
    listed, by the name of a policy or by its file; `tls` says how the API speaks TLS itself, `database_read_url` names
    a replica from which it reads views, None where there is none, `connections` how many connections to Postgres an API
    process may have, None for the usual number;
    `connections_of_an_address` how many connections one address may have open to it, None where that is not bounded;
    `stack_id` is what a supervisor knows its own API by; `metrics_port` is where another role than the API gives its
    figures, None for nowhere; `most_lag_s` how late views may be, `look_hours` how old the
    look that a steward's decision names, `invalid_per_hour` how many invalid messages of an agency are kept,
    `suspicions_per_day` how many of its records are queued as like a shielded child's, `destructions_per_day` how
    many times one user may destroy, `removals_per_day` and `opened_shields_per_day` how often one may remove records,
    and lift or hand over shields, `overrides_per_day` of how many different children one may override them,
    `backup_days` how long a backup of the database is kept, None for the usual bounds;
    `pages_client` is what the pages are at the issuer, None where there are none in a deployment.
    """

    kafka: KafkaSettings | None
    kafka_address: str | None
    database_url: str | None
    publication_key: Path
    checkpoint_key: Path
    origin: str
    database_urls: Mapping[str, str]
    kafka_is_external: bool
    database_is_external: bool
    host: str
    port: int | None
    matcher: Path | None
    policy: str
    tls: Tls | None
    database_read_url: str | None
    connections: int | None
    connections_of_an_address: int | None
    stack_id: str | None
    metrics_port: int | None
    most_lag_s: int | None
    look_hours: int | None
    invalid_per_hour: int | None
    suspicions_per_day: int | None
    destructions_per_day: int | None
    removals_per_day: int | None
    opened_shields_per_day: int | None
    overrides_per_day: int | None
    backup_days: int | None
    pages_client: PagesClient | None

    def need_kafka(self) -> KafkaSettings:
        """The Kafka settings; raises NotConfigured where there are none."""
        if self.kafka is None:
            raise NotConfigured(f"Kafka cannot be reached: {self._no_stack('CONTACTPOINT_KAFKA')}")
        return self.kafka

    def signing_in_as(self, role: str) -> Self:
        """The same for a process that signs in to the local Postgres as itself; to another one its URL says as whom."""
        return replace(self, database_url=self.database_urls.get(role, self.database_url))

    def need_database(self) -> str:
        """The libpq URL of Postgres; raises NotConfigured where there is none."""
        if self.database_url is None:
            raise NotConfigured(f"Postgres cannot be reached: {self._no_stack('CONTACTPOINT_DATABASE_URL')}")
        return self.database_url


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


def read_client_settings(data: str | Path | None = None, environ: Mapping[str, str] | None = None) -> ClientSettings:
    """Settings of a client of the API, without those of the services; raises BadSetting."""
    env = read_client_environment(environ)
    folder = _folder(data, env)
    return ClientSettings(
        data=folder,
        keys=env.keys or folder / "keys",
        url=env.url or read_stack(folder).get("url"),
        token=env.token,
        url_is_external=env.url is not None,
        sign_in=env.sign_in(),
    )


def read_settings(data: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process: the environment wins, what the local stack wrote fills the rest; raises BadSetting.

    It also sets for this process whose days are meant, how long ago a child may be born, and what became of codes.
    """
    from services.configuration.environment import read_environment  # a client of the API starts faster without
    from services.configuration.successors import read_successors

    env = read_environment(environ)
    if environ is None:
        set_zone(env.time_zone)
        set_most_years(env.oldest_years or MOST_YEARS)
        set_successions(read_successors(env.successors) if env.successors else Successions())
    folder = _folder(data, env)
    stack = read_stack(folder)
    return Settings(
        data=folder,
        keys=env.keys or folder / "keys",
        kafka=_kafka(env, stack),
        kafka_address=env.kafka or stack.get("kafka"),
        database_url=env.database_url or stack.get("database_url"),
        publication_key=env.publication_key or (env.keys or folder / "keys") / PUBLICATION_KEY,
        checkpoint_key=env.checkpoint_key or (env.keys or folder / "keys") / CHECKPOINT_KEY,
        origin=env.origin or DEFAULT_ORIGIN,
        database_urls={} if env.database_url else stack.get("database_urls", {}),
        url=env.url or stack.get("url"),
        token=env.token,
        kafka_is_external=env.kafka is not None,
        database_is_external=env.database_url is not None,
        url_is_external=env.url is not None,
        host=env.host,
        port=env.port,
        matcher=env.matcher,
        policy=env.policy,
        sign_in=env.sign_in(),
        tls=Tls(env.tls_cert, env.tls_key, env.tls_client_ca, env.tls_client_crl)
        if env.tls_cert and env.tls_key
        else None,
        database_read_url=env.database_read_url,
        connections=env.connections,
        connections_of_an_address=env.connections_per_address,
        stack_id=env.stack_id,
        metrics_port=env.metrics_port,
        most_lag_s=env.most_lag_seconds,
        look_hours=env.look_hours,
        invalid_per_hour=env.invalid_per_hour,
        suspicions_per_day=env.suspicions_per_day,
        destructions_per_day=env.destructions_per_day,
        removals_per_day=env.removals_per_day,
        opened_shields_per_day=env.opened_shields_per_day,
        overrides_per_day=env.overrides_per_day,
        backup_days=env.backup_days,
        pages_client=env.pages_client(),
    )


def _folder(data: str | Path | None, env: ClientEnvironment) -> Path:
    return Path(data).absolute() if data else env.data or Path(DEFAULT_DATA).absolute()


def _kafka(env: "Environment", stack: Mapping[str, Any]) -> KafkaSettings | None:
    """The Kafka that is configured, or the local stack's with its own sign-in; None without both."""
    if env.kafka is None:
        # a version whose Kafka asked for no password wrote the address alone
        alone = {"bootstrap_servers": stack["kafka"]} if stack.get("kafka") else None
        signs_in = stack.get("kafka_sign_in", alone)
        return KafkaSettings(**signs_in, is_local=True) if signs_in else None
    return KafkaSettings(
        env.kafka,
        env.kafka_security_protocol,
        env.kafka_sasl_mechanism,
        env.kafka_sasl_username,
        env.kafka_sasl_password,
        env.kafka_ssl_cafile,
        env.kafka_ssl_certfile,
        env.kafka_ssl_keyfile,
        replication=env.kafka_replication or 1,
        acls=env.kafka_acls,
    )
