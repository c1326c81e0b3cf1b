"""PgBouncer, configured as docs/operations.md has it, keeps what belongs to a session; a whole stack runs behind it.

PgBouncer is no package of Python's: where it is not installed, that is printed.
"""

import json
import re
import select
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from services.local_stack.accounts import unprivileged_account
from services.local_stack.ports import HOST, remembered_ports
from services.local_stack.program import Program, running
from streams.store.database import Connection
from tests.support.stack import running_stack
from tests.support.tree import ROOT
from tests.support.waiting import eventually
from tests.support.world import person

AGENCY = "- {code: la-north, name: An authority, kind: local-authority, authority: E06999001}\n"
USER = {
    "name": "demo-data-manager",
    "display_name": "A Manager",
    "role": "data-manager",
    "organisation": "Cragdale Council",
    **dict.fromkeys(("trained_until", "vetted_until", "signed_off_until"), "2030-12-31"),
}
PATIENCE_S = 30.0


def recipe() -> str:
    """The configuration of the page for operators."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```ini\n(\[databases\].*?)```", page, re.DOTALL)
    return str(text)


@contextmanager
def pooled(url: str) -> Iterator[str | None]:
    """The address of a database by way of a PgBouncer; None where there is none on this machine."""
    bouncer, server = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin"), urlsplit(url)
    if bouncer is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as made:
        folder = Path(made)
        port = remembered_ports(folder / "ports.json", ("pooler",))["pooler"]
        users, configuration = folder / "userlist.txt", folder / "pgbouncer.ini"
        users.write_text(f'"{server.username}" "{server.password}"\n', encoding="utf-8")
        text = recipe()
        for ours, here in (
            (r"^contactpoint = .*", f"* = host={server.hostname} port={server.port}"),
            (r"^listen_port = .*", f"listen_port = {port}"),
            (r"^auth_file = .*", f"auth_file = {users}"),
        ):
            text, changed = re.subn(ours, here, text, flags=re.MULTILINE)
            assert changed == 1
        configuration.write_text(f"{text}unix_socket_dir =\n", encoding="utf-8")
        account = unprivileged_account(folder)  # it refuses to be root's
        for file in (users, configuration):
            file.chmod(0o600)
            if account:
                account.own(file)
        log = Path(made).with_name(f"{folder.name}.log")
        program = Program("pooler", [bouncer, str(configuration)], folder, log, account=account)
        through = url.replace(f"{server.hostname}:{server.port}", f"{HOST}:{port}")
        try:
            with running(program):
                eventually(lambda: answers(through))
                yield through
        finally:
            log.unlink(missing_ok=True)


def answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def pooler(database_url: str) -> Iterator[str | None]:
    with pooled(database_url) as url:
        yield url


def is_missing(pooler: str | None, capsys: pytest.CaptureFixture[str]) -> bool:
    """Says so where there is nothing to try."""
    if pooler is None:
        with capsys.disabled():
            print("\nNOT CHECKED with PgBouncer: it is not installed")
    return pooler is None


def session(url: str | None) -> Connection:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def asked(connection: Connection, question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        ((value,),) = cursor.fetchall()
        return value


def are_several(connection: Connection, question: str) -> bool:
    return int(str(asked(connection, question))) > 1


def test_a_lock_of_a_session_is_held_by_one_and_goes_with_it(
    pooler: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if is_missing(pooler, capsys):
        return
    take = "select pg_try_advisory_lock(hashtext('contactpoint relay'))"
    with closing(session(pooler)) as standby:
        with closing(session(pooler)) as active:
            assert asked(active, take) is True
            assert asked(active, "select count(*) from pg_class") is not None
            assert asked(standby, take) is False
        eventually(lambda: asked(standby, take))


def test_what_a_session_was_told_holds_for_it_and_for_none_after_it(
    pooler: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if is_missing(pooler, capsys):
        return
    state = (
        "select current_setting('contactpoint.scope', true), current_setting('statement_timeout'), current_user,"
        " (select count(*) from pg_prepared_statements), (select count(*) from pg_listening_channels()),"
        " (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())"
    )

    def stands(connection: Connection) -> tuple[object, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(state)
            return cursor.fetchone()

    with closing(session(pooler)) as first:
        fresh, process = stands(first), asked(first, "select pg_backend_pid()")
        with first.cursor() as cursor:
            cursor.execute("set contactpoint.scope to 'all'; set statement_timeout to '7s'; set role contactpoint_api")
            cursor.execute("prepare look (int) as select $1; listen news")
            cursor.execute("select pg_advisory_lock(7)")
        assert stands(first) == ("all", "7s", "contactpoint_api", 1, 1, 1)
        assert asked(first, "execute look (7)") == 7
    assert fresh is not None
    nobodys = ("", *fresh[1:])  # a setting of our own stays known, without a value
    for _ in range(3):
        with closing(session(pooler)) as after:
            assert asked(after, "select pg_backend_pid()") == process
            assert stands(after) == nobodys


def test_who_listens_is_told(pooler: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    if is_missing(pooler, capsys):
        return
    with closing(session(pooler)) as listens, closing(session(pooler)) as tells:
        with listens.cursor() as hears, tells.cursor() as says:
            hears.execute("listen news")
            says.execute("notify news, 'read on'")
        assert select.select([listens], [], [], PATIENCE_S)[0]
        listens.poll()
        assert [notice.payload for notice in listens.notifies] == ["read on"]


def test_a_stack_runs_behind_it_and_a_second_relay_and_registrar_stand_by(
    database_url: str, pooler: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if is_missing(pooler, capsys):
        return
    agencies, users, feed = tmp_path / "agencies.yaml", tmp_path / "users.yaml", tmp_path / "feed.ndjson"
    users.write_text(json.dumps([USER]), encoding="utf-8")
    agencies.write_text(AGENCY, encoding="utf-8")
    feed.write_text("".join(json.dumps(person(f"S{n}")) + "\n" for n in range(100)), encoding="utf-8")
    with running_stack({"CONTACTPOINT_DATABASE_URL": str(pooler)}) as stack, closing(session(database_url)) as direct:
        others = [stack.beside(role) for role in ("registrar", "relay")]
        for role, other in zip(("registrar", "relay"), others, strict=True):
            sessions = f"select count(*) from pg_stat_activity where application_name like 'contactpoint {role}%'"
            held = (
                "select count(*) from pg_locks where locktype = 'advisory' and granted"
                f" and objid::bigint = (hashtext('contactpoint {role}')::bigint & 4294967295)"
            )
            eventually(partial(are_several, direct, sessions))
            assert asked(direct, held) == 1
            assert other.poll() is None
        given = stack.ask("submit", feed, "--agencies", agencies, "--wait")
        assert given["accepted"] == 100
        status = stack.ask("status")
        assert status["positions"]["register"] == status["positions"]["views"] > 100
        stack.ask("users", "add", users)
        assert stack.ask("receipts", "--source", "urn:agency:la-north")
        for other in others:
            other.terminate()
            other.wait(PATIENCE_S)
