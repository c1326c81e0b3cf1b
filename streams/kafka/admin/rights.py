"""Grants rights in Kafka and takes them, and sets passwords of agencies."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError, NoError

from streams.kafka.admin._client import LIMIT_MS, administration
from streams.kafka.rights import Grant, agency_grants, agency_user, notice_grants, service_grants
from streams.kafka.settings import KafkaAway, KafkaSettings

AT_ONCE = 500
MECHANISM = "SCRAM-SHA-512"
_ITERATIONS = 8_192
_PAUSE_S = 0.05
_EVERY_ACL = ACLFilter(
    None,
    None,
    ACLOperation.ANY,
    ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


class AclsRefused(Exception):
    """Kafka refuses to store rights or passwords; the text has the reason."""


def grant_agencies(kafka: KafkaSettings, codes: Iterable[str], authorities: Mapping[str, str] | None = None) -> None:
    """Grants agencies their rights, if `kafka.acls`; raises AclsRefused, KafkaAway.

    `authorities` has the ONS codes of those that are local authorities.
    """
    if kafka.acls:
        grant(kafka, [*(each for code in codes for each in agency_grants(code)), *notice_grants(authorities or {})])


def revoke_agency(kafka: KafkaSettings, code: str) -> None:
    """Takes all rights of an agency, if `kafka.acls`, and returns when brokers apply that.

    What is connected is refused from its next request on. Raises AclsRefused, KafkaAway.
    """
    if not kafka.acls:
        return
    every = _EVERY_ACL.resource_pattern
    of_agency = ACLFilter(f"User:{agency_user(code)}", None, ACLOperation.ANY, ACLPermissionType.ANY, every)
    with administration(kafka) as admin:
        ((_, _, error),) = admin.delete_acls([of_agency])
        if error is not NoError:
            raise AclsRefused(_why(error))
        _wait_until(lambda: not admin.describe_acls(of_agency)[0])


def grant_services(kafka: KafkaSettings) -> None:
    """Grants the roles their rights, if `kafka.acls`; raises AclsRefused, KafkaAway."""
    if kafka.acls:
        grant(kafka, service_grants())


def grant(kafka: KafkaSettings, grants: Iterable[Grant]) -> None:
    """Grants these rights and returns when brokers apply them; earlier rights stay as they are.

    Raises AclsRefused, KafkaAway.
    """
    acls = [_acl(each) for each in grants]
    with administration(kafka) as admin:
        for begin in range(0, len(acls), AT_ONCE):
            failed = admin.create_acls(acls[begin : begin + AT_ONCE])["failed"]
            if failed:
                raise AclsRefused(_why(failed[0]))
        _wait_until(lambda: set(acls) <= set(admin.describe_acls(_EVERY_ACL)[0]))


def new_password(kafka: KafkaSettings, user: str) -> str:
    """Sets a new random password of a user for SCRAM-SHA-512 and returns it. Raises as `grant` does."""
    password = secrets.token_urlsafe(32)
    upsertion = UserScramCredentialUpsertion(user, MECHANISM, password, iterations=_ITERATIONS)
    with administration(kafka) as admin:
        if admin.alter_user_scram_credentials([upsertion])[user] is not None:
            raise AclsRefused(f"Kafka keeps no password for {user}; sign in as one of its super users")
    return password


def _wait_until(applied: Callable[[], bool]) -> None:
    """Waits until a broker has a change of rights, which is a moment after Kafka's controller took it."""
    until = time.monotonic() + LIMIT_MS / 1_000
    while not applied():
        if time.monotonic() > until:
            raise KafkaAway("Kafka has taken rights, and does not apply them; look at its log, then do this again")
        time.sleep(_PAUSE_S)


def _acl(given: Grant) -> Any:
    kind = ACLResourcePatternType.PREFIXED if given.prefixed else ACLResourcePatternType.LITERAL
    resource = ResourcePattern(ResourceType[given.of], given.name, kind)
    return ACL(f"User:{given.user}", "*", ACLOperation[given.operation], ACLPermissionType.ALLOW, resource)


def _why(error: type[KafkaError]) -> str:
    if error.__name__ == "SecurityDisabledError":
        return "Kafka keeps no rights: set authorizer.class.name in its configuration, or unset CONTACTPOINT_KAFKA_ACLS"
    return f"Kafka does not let this user give rights ({error.__name__}); sign in as one of its super users"
