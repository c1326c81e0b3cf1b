"""An agency gets in by a certificate of the CA that is configured, and by no other, nor in another's name."""

import dataclasses
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.api import server
from services.auth.certificates import agency_of
from services.configuration.setting_errors import NotConfigured
from services.configuration.settings import Settings
from services.configuration.sign_in import Tls
from services.local_stack.layout import STOP_SECONDS
from services.local_stack.ports import remembered_ports
from tests.support.certificates import HOUR, Authority
from tests.support.world import World, person

Files = tuple[Path, Path] | None
Call = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    return empty_world


@pytest.fixture(scope="module")
def settings(world: World, authority: Authority) -> Settings:
    lists = authority.folder / "revoked.pem"
    authority.revokes(lists)
    tls = Tls(*authority.signs("api"), authority.file, lists)
    port = remembered_ports(world.folder / "ports.json", ["api"])["api"]
    return dataclasses.replace(world.settings, tls=tls, port=port)


@pytest.fixture(scope="module")
def call(settings: Settings, authority: Authority) -> Iterator[Call]:
    """Asks the running API with a certificate; gives status and document."""

    def called(files: Files, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        context = ssl.create_default_context(cafile=str(authority.file))
        if files is not None:
            context.load_cert_chain(*files)
        connection = http.client.HTTPSConnection("127.0.0.1", settings.port, context=context, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(settings, stop))
    thread.start()
    until = time.monotonic() + 30
    while True:
        try:
            called(None, "GET", "/health/live")
            break
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
    yield called
    stop.set()
    thread.join(STOP_SECONDS)
    assert not thread.is_alive()


def submit(call: Call, files: Files) -> tuple[int, Any]:
    body = json.dumps(person("C1", "gp")).encode()
    return call(files, "POST", "/submissions", body, **{"Content-Type": "application/cloudevents+json"})


def test_an_agency_submits_with_its_certificate(call: Call, authority: Authority) -> None:
    files = authority.signs("gp", "urn:agency:gp")
    assert submit(call, files)[0] == 202
    assert call(files, "GET", "/receipts")[0] == 200


def test_a_certificate_opens_nothing_that_is_for_users(call: Call, authority: Authority) -> None:
    files = authority.signs("gp", "urn:agency:gp")
    why = {"Access-Reason": "an enquiry"}
    assert call(files, "GET", "/children/0b6d4c3e-5a7f-4c39-9b1e-1f2a3b4c5d6e", **why)[0] == 403


def test_without_a_certificate_a_token_is_needed_and_enough(call: Call, world: World) -> None:
    assert submit(call, None)[0] == 401
    assert call(None, "GET", "/receipts", Authorization=f"Bearer {world.token('agency:gp')}")[0] == 200


def test_headers_are_no_certificate(call: Call, authority: Authority) -> None:
    pem = authority.signs("gp", "urn:agency:gp")[0].read_text().replace("\n", "%0A")
    for name in ("X-SSL-Cert", "X-Forwarded-Client-Cert", "X-Client-Cert", "Ssl-Client-Cert"):
        assert call(None, "GET", "/receipts", **{name: pem})[0] == 401


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["urn:agency:"],
        ["urn:agency:nobody"],
        ["https://example.org/urn:agency:gp"],
        ["urn:agency:gp", "urn:agency:la-north"],
        ["URN:AGENCY:gp"],
    ],
    ids=str,
)
def test_a_certificate_that_names_no_one_agency_of_the_register_opens_nothing(
    call: Call, authority: Authority, uris: list[str]
) -> None:
    assert submit(call, authority.signs("strange", *uris))[0] in (401, 403)


def test_the_common_name_is_no_agency(call: Call, authority: Authority) -> None:
    assert submit(call, authority.signs("urn:agency:gp"))[0] == 401


def refused(call: Call, files: Files) -> bool:
    """Whether no request gets through: a refusal ends the connection."""
    try:
        submit(call, files)
    except (OSError, http.client.HTTPException):
        return True
    return False


def test_another_authoritys_certificate_does_not_even_connect(call: Call, tmp_path: Path) -> None:
    assert refused(call, Authority(tmp_path, "Test CA").signs("gp", "urn:agency:gp"))


def test_an_expired_certificate_does_not_even_connect(call: Call, authority: Authority) -> None:
    assert refused(call, authority.signs("old", "urn:agency:gp", lasts=timedelta(minutes=-1)))


def test_a_revoked_certificate_opens_nothing_from_then_on_also_on_an_open_connection(
    settings: Settings, call: Call, authority: Authority, tmp_path: Path
) -> None:
    assert settings.tls is not None
    lists = settings.tls.client_crl
    assert lists is not None
    stolen, honest = authority.signs("stolen", "urn:agency:gp"), authority.signs("honest", "urn:agency:gp")
    context = ssl.create_default_context(cafile=str(authority.file))
    context.load_cert_chain(*stolen)
    connection = http.client.HTTPSConnection("127.0.0.1", settings.port, context=context, timeout=10)

    def kept_open() -> int:
        connection.request("GET", "/receipts")
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert (kept_open(), call(honest, "GET", "/receipts")[0]) == (200, 200)
    authority.revokes(lists, stolen[0])
    assert (kept_open(), call(honest, "GET", "/receipts")[0]) == (401, 200)
    assert call(stolen, "GET", "/receipts")[0] == 401
    connection.close()
    for spoil in (
        lambda: authority.revokes(lists, lasts=-HOUR),
        lambda: Authority(tmp_path).revokes(lists),
        lambda: lists.write_text("no list"),
        lists.unlink,
    ):
        spoil()
        assert call(honest, "GET", "/receipts")[0] == 401
    authority.revokes(lists)
    assert (call(honest, "GET", "/receipts")[0], call(stolen, "GET", "/receipts")[0]) == (200, 200)


def test_lists_that_cannot_be_used_are_refused_at_once(settings: Settings, tmp_path: Path) -> None:
    assert settings.tls is not None
    Authority(tmp_path).revokes(tmp_path / "of-another.pem")
    for file in (tmp_path / "of-another.pem", tmp_path / "absent.pem", settings.tls.certificate):
        tls = dataclasses.replace(settings.tls, client_crl=file)
        with pytest.raises(NotConfigured, match="CONTACTPOINT_TLS_CLIENT_CRL"):
            server.run(dataclasses.replace(settings, tls=tls), threading.Event())


def test_a_certificate_says_until_when_it_holds() -> None:
    certificate = {"subjectAltName": (("URI", "urn:agency:gp"),), "notAfter": "Nov 24 15:00:00 2026 GMT"}
    principal = agency_of(certificate)
    assert principal is not None
    assert (principal.subject, principal.expires) == ("agency:gp", 1795532400.0)
    assert agency_of(None) is agency_of({}) is None


def test_files_that_cannot_be_used_are_refused_at_once(
    settings: Settings, tmp_path: Path, authority: Authority
) -> None:
    assert settings.tls is not None
    broken = tmp_path / "broken.pem"
    broken.write_text("not PEM")
    other = authority.signs("other")[1]
    for part, file in (("certificate", broken), ("key", tmp_path / "absent"), ("key", other), ("client_ca", broken)):
        tls = dataclasses.replace(settings.tls, **{part: file})
        with pytest.raises(NotConfigured, match="CONTACTPOINT_TLS_CERT"):
            server.run(dataclasses.replace(settings, tls=tls), threading.Event())
