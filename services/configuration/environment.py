"""The variables of the environment that configure the product: each with its default and the kind of value it takes.

A variable is `CONTACTPOINT_` and the name of a field in capitals; docs/operations.md explains each.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.days import ENGLAND
from services.configuration.client_environment import ClientEnvironment
from services.configuration.setting_errors import BadSetting
from services.configuration.setting_kinds import (
    Address,
    File,
    Flag,
    OptionalText,
    Origin,
    Policy,
    Scope,
    Servers,
    TimeZone,
    variable,
    whole_number,
)
from services.configuration.sign_in import DEFAULT_SCOPE, PagesClient

LEAST_CONNECTIONS = 6
"""With fewer connections to Postgres an API process could answer nothing: `services/api/database_connections.py`."""


class Environment(BaseSettings, ClientEnvironment):
    """What is set from outside, a client's variables among it; None is not set."""

    model_config = SettingsConfigDict(
        alias_generator=variable,
        case_sensitive=True,
        extra="ignore",
        frozen=True,
        validate_default=False,
        enable_decoding=False,
    )

    cache: File = None
    database_url: OptionalText = None
    database_read_url: OptionalText = None
    connections: Annotated[int | None, whole_number(100, least=LEAST_CONNECTIONS)] = None
    publication_key: File = None
    checkpoint_key: File = None
    origin: Origin = None

    kafka: Servers = None
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: str | None = None
    kafka_ssl_cafile: str | None = None
    kafka_ssl_certfile: str | None = None
    kafka_ssl_keyfile: str | None = None
    kafka_replication: Annotated[int | None, whole_number(99)] = None
    kafka_acls: Flag = False

    host: str = "127.0.0.1"
    port: Annotated[int | None, whole_number(65_535)] = None
    connections_per_address: Annotated[int | None, whole_number(10_000)] = None
    stack_id: OptionalText = None
    metrics_port: Annotated[int | None, whole_number(65_535)] = None
    most_lag_seconds: Annotated[int | None, whole_number(86_400)] = None
    look_hours: Annotated[int | None, whole_number(168)] = None
    invalid_per_hour: Annotated[int | None, whole_number(1_000_000)] = None
    destructions_per_day: Annotated[int | None, whole_number(1_000_000)] = None
    removals_per_day: Annotated[int | None, whole_number(1_000_000)] = None
    opened_shields_per_day: Annotated[int | None, whole_number(1_000_000)] = None
    overrides_per_day: Annotated[int | None, whole_number(1_000_000)] = None
    backup_days: Annotated[int | None, whole_number(36_500)] = None
    suspicions_per_day: Annotated[int | None, whole_number(1_000_000)] = None

    matcher: File = None
    policy: Policy = "universal"
    successors: File = None
    time_zone: TimeZone = ENGLAND
    oldest_years: Annotated[int | None, whole_number(99)] = None

    tls_cert: File = None
    tls_key: File = None
    tls_client_ca: File = None
    tls_client_crl: File = None

    pages_url: Address = None
    client_id: OptionalText = None
    client_secret: OptionalText = None
    scope: Scope = DEFAULT_SCOPE

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if bool(self.tls_cert) != bool(self.tls_key) or (self.tls_client_ca and not self.tls_cert):
            raise BadSetting(
                "TLS needs both CONTACTPOINT_TLS_CERT and CONTACTPOINT_TLS_KEY; set the other, or none of them"
            )
        if self.tls_client_crl and not self.tls_client_ca:
            raise BadSetting(
                "CONTACTPOINT_TLS_CLIENT_CRL is about certificates of CONTACTPOINT_TLS_CLIENT_CA; set that too"
            )
        return self

    @model_validator(mode="after")
    def _pages_are_whole(self) -> Self:
        given = bool(self.pages_url), bool(self.client_id)
        if any(given) and not all((*given, self.issuer)):
            raise BadSetting(
                "pages need CONTACTPOINT_ISSUER, CONTACTPOINT_CLIENT_ID and CONTACTPOINT_PAGES_URL; set the others, or"
                " neither of the last two"
            )
        return self

    @model_validator(mode="after")
    def _a_password_is_no_second_factor(self) -> Self:
        self.refuse_a_password_alone()
        return self

    def pages_client(self) -> PagesClient | None:
        """What the pages are at the issuer; None where that is not set."""
        if not (self.pages_url and self.client_id):
            return None
        return PagesClient(self.pages_url, self.client_id, self.client_secret, self.scope)


class _Given(Environment):
    """The same out of a mapping alone, whatever this process has in its own environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the constructor is given, and nothing else."""
        return (init_settings,)


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """The variables of this process, or of a mapping; raises BadSetting, which names the variable and not its value."""
    if environ is None:
        return Environment()
    given: dict[str, Any] = {name: environ[name] for name in variables() if name in environ}
    return _Given(**given)


def variables() -> frozenset[str]:
    """The names of all variables."""
    return frozenset(map(variable, Environment.model_fields))
