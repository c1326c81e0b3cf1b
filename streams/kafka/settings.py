"""How every Kafka client of the product is configured: one address, one set of security settings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ssl import SSLContext


class KafkaAway(Exception):
    """Kafka cannot be reached, or does not answer in time; one sentence for the user."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where Kafka is and how to sign in.

    `bootstrap_servers` is a comma-separated list of `host:port`; `replication` is how many brokers keep each topic that
    we create, `acls` whether we grant agencies and services their rights, `is_local` whether a stack of this machine
    runs it, whose password nobody sets; the other names are those of Kafka's clients.
    """

    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    replication: int = 1
    acls: bool = False
    is_local: bool = False

    @property
    def servers(self) -> list[str]:
        """The bootstrap servers one by one."""
        return [server.strip() for server in self.bootstrap_servers.split(",") if server.strip()]

    @property
    def unreachable(self) -> str:
        """The message for when no broker answers, which clients can't distinguish from a refused sign-in."""
        is_set = self.sasl_username and not self.is_local
        or_refuses = ", or does not take the sign-in of CONTACTPOINT_KAFKA_SASL_USERNAME" if is_set else ""
        return f"Kafka cannot be reached at {self.bootstrap_servers}{or_refuses}"

    @property
    def uses_tls(self) -> bool:
        """Whether connections are encrypted."""
        return self.security_protocol in ("SSL", "SASL_SSL")

    def ssl_context(self) -> "SSLContext | None":
        """The TLS context for asyncio clients, or None without TLS."""
        if not self.uses_tls:
            return None
        import ssl  # a command that needs no TLS starts faster without it

        context = ssl.create_default_context(cafile=self.ssl_cafile)
        if self.ssl_certfile:
            context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
        return context

    def for_kafka_python(self) -> dict[str, Any]:
        """Keyword arguments for kafka-python's clients."""
        return {
            "bootstrap_servers": self.servers,
            **self._security(),
            **self._given("ssl_cafile", "ssl_certfile", "ssl_keyfile"),
        }

    def for_aiokafka(self) -> dict[str, Any]:
        """Keyword arguments for aiokafka's clients."""
        return {"bootstrap_servers": self.servers, "ssl_context": self.ssl_context(), **self._security()}

    def _security(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"security_protocol": self.security_protocol}
        settings |= self._given("sasl_mechanism")
        if self.sasl_username is not None:
            settings |= {"sasl_plain_username": self.sasl_username, "sasl_plain_password": self.sasl_password}
        return settings

    def _given(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}
