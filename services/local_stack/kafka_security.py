"""A local Kafka that verifies who connects, as a deployment's does: sign-in on every listener, no right by default."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.configuration.private_files import private_folder, secret
from streams.kafka.settings import KafkaSettings

BROKER_USER = "kafka"
ADMIN_USER = "contactpoint"
"""The directory's own super user: it makes topics, gives rights and passwords. No service signs in as it."""

_PROPERTIES = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{broker};User:{admin}
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={plain} required username="{broker}" password="{password}" {alone};
{listeners}listener.name.door.sasl.enabled.mechanisms=PLAIN
listener.name.broker.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
"""
_LISTENER = """\
listener.name.{name}.plain.sasl.jaas.config={plain} required username="{broker}" password="{password}" {all};
"""
_TLS = """\
listener.name.broker.ssl.keystore.type=PEM
listener.name.broker.ssl.keystore.location={keystore}
listener.name.broker.ssl.truststore.type=PEM
listener.name.broker.ssl.truststore.location={truststore}
"""
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


@dataclass(frozen=True, slots=True)
class BehindDoor:
    """A second listener of the broker, for clients that come through a `Door`, which signs in for them.

    The broker listens on `port` and tells clients to come to `door`.
    """

    port: int
    door: int


@dataclass(frozen=True, slots=True)
class BrokerSecurity:
    """Who may sign in with a password that the broker's configuration holds: BROKER_USER, ADMIN_USER, the services.

    Agencies are SCRAM users and come later (`contactpoint agencies password`). `keystore`, a PEM file with key and
    certificate, and `truststore`, its CA, make it SASL_SSL; `behind_door` is a listener beside, on loopback alone.
    A password has letters, digits, - and _ only.
    """

    passwords: Mapping[str, str]
    keystore: Path | None = None
    truststore: Path | None = None
    behind_door: BehindDoor | None = None

    @property
    def protocol(self) -> str:
        """The security protocol of clients."""
        return "SASL_SSL" if self.keystore else "SASL_PLAINTEXT"

    def sign_in(self, kafka: KafkaSettings, user: str) -> KafkaSettings:
        """The settings of a client that signs in as one of the users."""
        return replace(
            kafka,
            security_protocol=self.protocol,
            sasl_mechanism="PLAIN",
            sasl_username=user,
            sasl_password=self.passwords[user],
            ssl_cafile=str(self.truststore) if self.truststore else None,
        )

    def properties(self) -> str:
        """The broker's properties; raises ValueError for a password that they could not hold."""
        if not all(_PLAIN_TEXT.fullmatch(text) for pair in self.passwords.items() for text in pair):
            raise ValueError("a user or a password has other characters than letters, digits, - and _")
        users = {name: f'user_{name}="{password}"' for name, password in self.passwords.items()}
        common = {"broker": BROKER_USER, "plain": _PLAIN, "password": self.passwords[BROKER_USER]}
        names = ["broker", *["door"] * (self.behind_door is not None)]
        every = " ".join(users.values())
        listeners = "".join(_LISTENER.format(name=name, all=every, **common) for name in names)
        text = _PROPERTIES.format(admin=ADMIN_USER, alone=users[BROKER_USER], listeners=listeners, **common)
        return text + (_TLS.format(keystore=self.keystore, truststore=self.truststore) if self.keystore else "")


def local_security(data: Path, behind_door: int, door: int) -> BrokerSecurity:
    """Who signs in to the local Kafka of a data directory, which is made where it is missing, as the passwords are."""
    files = {BROKER_USER: "kafka-broker-password", ADMIN_USER: "kafka-password"}
    private_folder(data)
    passwords = {user: secret(data / file).rstrip("=") for user, file in files.items()}
    return BrokerSecurity(passwords, behind_door=BehindDoor(behind_door, door))
