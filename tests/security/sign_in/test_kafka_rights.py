"""On a Kafka that keeps rights, an agency reaches its own two topics and nothing else; the whole street works."""

import json
import secrets
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from services.registers import follow_suspensions
from services.registrar.suspensions import SuspensionRow, write_suspensions
from services.submission_contract.schemas.event_examples import SUSPENSION
from streams.kafka.admin.rights import AclsRefused, grant, new_password
from streams.kafka.admin.topics import ensure_topics
from streams.kafka.rights import Grant, agency_grants, agency_user, notice_grants, service_grants
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import COMMON_TOPICS
from streams.store.database import Database
from tests.security.sign_in.secure_kafka import (
    LIMIT_MS,
    ROLES,
    SecureKafka,
    a_secure_kafka,
    consumer,
    joins,
    read,
    refused_by_broker,
    write,
)
from tests.support.certificates import Authority
from tests.support.waiting import eventually
from tests.support.world import person

OTHERS = ["submissions.la-north", "receipts.la-north", "submissions.gp-out", "receipts.gp-out"]
REFUSED = "TopicAuthorizationFailedError"
OURS = [topic.name for topic in COMMON_TOPICS]


@pytest.fixture(scope="module")
def secure(postgres: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    with a_secure_kafka(tmp_path_factory.mktemp("secure"), database_url) as made:
        yield made


@pytest.fixture(scope="module")
def gp(secure: SecureKafka) -> KafkaSettings:
    return secure.agency("gp")


@pytest.fixture(scope="module")
def north(secure: SecureKafka) -> KafkaSettings:
    return secure.agency("la-north")


def refusal(work: Any, *arguments: Any) -> str:
    """The name of the error by which Kafka refuses."""
    with pytest.raises(KafkaError) as refused:
        work(*arguments)
    return type(refused.value).__name__


def test_a_submission_goes_the_whole_street_with_a_user_for_each_role(
    secure: SecureKafka, gp: KafkaSettings, north: KafkaSettings
) -> None:
    submitted, broken = person("S1", "gp"), b"not JSON"
    with secure.roles():
        write(gp, "submissions.gp", json.dumps(submitted).encode())
        write(north, "submissions.la-north", broken)
        status = eventually(lambda: _at_rest(secure))
        receipts = eventually(lambda: read(gp, "receipts.gp"))
        assert eventually(lambda: read(north, "receipts.la-north"))
    assert [(json.loads(each)["submission"], json.loads(each)["outcome"]) for each in receipts] == [
        (submitted["id"], "accepted")
    ]
    assert status["dead_letters"] == 1
    for role in ROLES:
        assert "Authorization" not in (secure.folder / f"{role}.log").read_text()


def _at_rest(secure: SecureKafka) -> Any:
    status = secure.run("status")
    positions = set(status["positions"].values())
    return status if len(positions) == 1 and positions != {0} and status["dead_letters"] else None


@pytest.mark.parametrize("topic", [*OTHERS, *OURS, "receipts.gp", "submissions.gp.more", "anything"])
def test_an_agency_writes_nothing_but_its_submissions(gp: KafkaSettings, topic: str) -> None:
    assert refusal(write, gp, topic) == REFUSED


@pytest.mark.parametrize("topic", [*OTHERS, *OURS])
def test_the_broker_itself_refuses_what_is_others(secure: SecureKafka, gp: KafkaSettings, topic: str) -> None:
    before = read(secure.admin, topic)
    assert refused_by_broker(gp, topic) == (REFUSED, REFUSED)
    assert read(secure.admin, topic) == before


def test_an_agency_neither_reads_its_submissions_nor_writes_its_receipts(gp: KafkaSettings) -> None:
    assert refused_by_broker(gp, "submissions.gp") == ("NoError", REFUSED)
    assert refused_by_broker(gp, "receipts.gp") == (REFUSED, "NoError")
    assert read(gp, "receipts.gp") is not None


def test_an_agency_sees_no_other_topics_and_no_other_groups(gp: KafkaSettings, north: KafkaSettings) -> None:
    with closing(consumer(north, "la-north.feeds")) as other, closing(consumer(gp, "gp.feeds")) as reader:
        assert eventually(lambda: joins(other, "receipts.la-north"))
        assert eventually(lambda: joins(reader, "receipts.gp"))
        assert reader.topics() == {"submissions.gp", "receipts.gp"}
        with closing(KafkaAdminClient(**gp.for_kafka_python())) as admin:
            assert {group["group_id"] for group in admin.list_groups()} == {"gp.feeds"}


@pytest.mark.parametrize("group", ["gp", "gp-out.feeds", "la-north.feeds", "feeds"])
def test_an_agency_joins_no_others_group(gp: KafkaSettings, group: str) -> None:
    def join() -> None:
        with closing(consumer(gp, group)) as reader:
            reader.subscribe(["receipts.gp"])
            for _ in range(20):
                reader.poll(timeout_ms=500)

    assert refusal(join) == "GroupAuthorizationFailedError"


def test_an_agency_administers_nothing(secure: SecureKafka, gp: KafkaSettings) -> None:
    with closing(KafkaAdminClient(**gp.for_kafka_python(), request_timeout_ms=LIMIT_MS)) as admin:
        with pytest.raises(KafkaError):
            admin.create_topics([NewTopic("submissions.gp.more", 1, 1)])
        with pytest.raises(KafkaError):
            admin.delete_topics(["submissions.gp"])
    for right in (Grant(agency_user("gp"), "READ", "register.events"), *agency_grants("gp")):
        with pytest.raises(AclsRefused, match="super users"):
            grant(gp, [right])
    for user in (agency_user("la-north"), "contactpoint"):
        with pytest.raises(AclsRefused):
            new_password(gp, user)
    assert "submissions.gp" in _topics(secure.admin)


def _topics(kafka: KafkaSettings) -> set[str]:
    with closing(consumer(kafka)) as reader:
        return set(reader.topics())


def test_an_agency_has_no_transactions(gp: KafkaSettings) -> None:
    def begin() -> None:
        limits = {"max_block_ms": LIMIT_MS, "metrics_enabled": False}
        with closing(KafkaProducer(**gp.for_kafka_python(), transactional_id="gp.one", **limits)) as producer:
            producer.init_transactions()

    assert refusal(begin) == "TransactionalIdAuthorizationFailedError"


STRANGERS: dict[str, dict[str, str | None]] = {
    "a wrong password": {"sasl_password": "wrong"},
    "an unknown user": {"sasl_username": "agency-nobody"},
    "another agency's password": {"sasl_username": "agency-la-north"},
    "an agency by PLAIN": {"sasl_mechanism": "PLAIN"},
    "a super user's name": {"sasl_username": "contactpoint"},
    "TLS without a user": {"security_protocol": "SSL", "sasl_mechanism": None, "sasl_username": None},
    "a user without TLS": {"security_protocol": "SASL_PLAINTEXT"},
    "neither": {"security_protocol": "PLAINTEXT", "sasl_mechanism": None, "sasl_username": None},
}


@pytest.mark.parametrize("changes", STRANGERS.values(), ids=STRANGERS)
def test_who_does_not_sign_in_does_not_connect(
    gp: KafkaSettings, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.admin._client.REACHED_WITHIN_MS", 1_000)
    stranger = replace(gp, **changes)
    with pytest.raises(KafkaAway, match="Kafka cannot be reached") as refused:
        ensure_topics(stranger, ())
    assert gp.sasl_password not in str(refused.value)
    with pytest.raises(KafkaAway):
        grant(stranger, agency_grants("gp"))


def test_a_broker_that_another_authority_vouches_for_gets_no_password(
    gp: KafkaSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = replace(gp, ssl_cafile=str(Authority(tmp_path_factory.mktemp("other")).file))
    with pytest.raises(KafkaAway):
        ensure_topics(other, ())
    context = gp.ssl_context()
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


NOT_THEIRS = [
    ("registrar", ["submissions.gp", "receipts.gp", *OURS]),
    ("projector", ["submissions.gp", "receipts.gp", *OURS]),
    ("api", ["receipts.gp", "register.events", "access.events", "dead-letters"]),
    ("relay", ["submissions.gp", "submissions.stewardship"]),
]


@pytest.mark.parametrize(("role", "topics"), NOT_THEIRS, ids=[role for role, _ in NOT_THEIRS])
def test_a_role_writes_only_what_it_alone_may(secure: SecureKafka, role: str, topics: list[str]) -> None:
    for topic in topics:
        assert refused_by_broker(secure.service(role), topic)[0] == REFUSED, topic


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_ask_how_it_is(secure: SecureKafka, role: str) -> None:
    assert secure.run("status", user=secure.service(role))["dead_letters"] == 1


def test_rights_are_given_again_without_harm(secure: SecureKafka) -> None:
    given = [*service_grants(), *agency_grants("gp")]
    before = _rights(secure.admin)
    grant(secure.admin, given * 2)
    assert _rights(secure.admin) == before


def test_agencies_have_the_rights_that_are_stated_and_no_others(secure: SecureKafka) -> None:
    stated = {
        (f"User:{each.user}", each.operation, each.of, each.name, "PREFIXED" if each.prefixed else "LITERAL")
        for each in [
            *service_grants(),
            *(right for code in ("gp", "gp-out", "la-north") for right in agency_grants(code)),
            *notice_grants({"la-north": "E06999001"}),
        ]
    }
    assert _rights(secure.admin) == stated


def _rights(kafka: KafkaSettings) -> set[tuple[str, ...]]:
    from kafka.admin import (
        ACLFilter,
        ACLOperation,
        ACLPermissionType,
        ACLResourcePatternType,
        ResourcePatternFilter,
        ResourceType,
    )

    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    with closing(KafkaAdminClient(**kafka.for_kafka_python())) as admin:
        found, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, everything))
    return {
        (
            each.principal,
            each.operation.name,
            each.resource_pattern.resource_type.name,
            each.resource_pattern.resource_name,
            each.resource_pattern.pattern_type.name,
        )
        for each in found
    }


def test_a_suspended_agency_has_no_rights_until_it_is_resumed(secure: SecureKafka, gp: KafkaSettings) -> None:
    write(gp, "submissions.gp")
    stop = Event()
    follower = Thread(target=follow_suspensions, args=(secure.admin, secure.database_url, stop))
    follower.start()
    try:
        with closing(Database(secure.database_url, "test")) as database:
            for suspended, answers in ((True, (REFUSED, REFUSED)), (False, ("NoError", REFUSED))):
                with database.transaction() as cursor:
                    write_suspensions(cursor, [SuspensionRow("gp", SUSPENSION, suspended, False, None, False)])
                eventually(lambda expected=answers: refused_by_broker(gp, "submissions.gp") == expected)
    finally:
        stop.set()
        follower.join()
    assert secure.run("agencies", "rights") == {"suspended": []}
    assert refused_by_broker(gp, "receipts.gp") == (REFUSED, "NoError")


def test_a_new_password_ends_the_old_one(secure: SecureKafka) -> None:
    old = secure.agency("gp-out")
    write(old, "submissions.gp-out")
    new = secure.agency("gp-out")
    with pytest.raises(KafkaAway):
        ensure_topics(old, ())
    write(new, "submissions.gp-out")
    assert "no agency of this code" in secure.run("agencies", "password", secrets.token_hex(4), status=1)


def test_no_log_and_no_command_line_holds_a_password(secure: SecureKafka, gp: KafkaSettings) -> None:
    logs = "".join(log.read_text(errors="replace") for log in secure.folder.glob("*.log"))
    assert logs
    for password in (*secure.security.passwords.values(), gp.sasl_password):
        assert password
        assert password not in logs
        assert password not in (secure.folder / "kafka/server.properties").read_text() or password.startswith("secret")


def test_a_kafka_that_keeps_no_rights_is_reported(kafka: KafkaSettings) -> None:
    with pytest.raises(AclsRefused, match=r"authorizer\.class\.name"):
        grant(kafka, agency_grants("gp"))
