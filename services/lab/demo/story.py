"""The memo's case, as the API shows it: everything about the girl is read from the directory."""

import shlex
import shutil
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from services.auth.pages_keys import local_address
from services.auth.tokens import issue
from services.cli.client import Api
from services.cli.display.entry import display_entry, moment
from services.cli.display.history import display_history
from services.cli.display.receipts import display_receipts
from services.cli.display.report import display_report
from services.cli.output import plain, table, text
from services.configuration.settings import Settings
from services.lab.demo.county import load_county, send_unreadable
from services.lab.demo.notices import notice_of
from services.lab.simulate.agencies import VOLUNTARY
from services.submit.waiting import wait_for_access_log
from streams.store.database import Database

PRACTITIONER, MANAGER, VOLUNTEER = "demo-practitioner", "demo-data-manager", "demo-volunteer"


MOST_LISTED = 10
"""Children of the list that the story shows."""


class Girl(NamedTuple):
    """The girl of the memo's case: her id, what somebody knows of her, and the day of the report."""

    child: str
    known: Mapping[str, str]
    as_at: str


def show_story(to: Console, settings: Settings, url: str, *, once: bool) -> None:
    """Loads the county, finds the girl, shows what is known, who looked, and what became of a broken line.

    `once` says that the stack stops after it.
    """
    _chapter(to, "The feeds of a fictional county")
    loaded = load_county(to, settings)
    outcomes = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(loaded["outcomes"].items()))
    to.print(f"{loaded['sent']:,} submissions in {loaded['files']} files: {outcomes}.")
    api = _api(settings, url, PRACTITIONER, "a nurse asks who else works with the girl on her ward")
    child = _find(to, api, loaded["memo"]["child"])
    girl = Girl(child, loaded["memo"]["child"], loaded["memo"]["as_at"])
    _show(to, api, child, girl.as_at)
    _missing_education(to, api, girl.as_at)
    _chapter(to, "Her complete history")
    display_history(to, api.get(f"/children/{child}/history")["events"])
    auditor = _api(settings, url, MANAGER, "an auditor asks who looked")
    _chapter(to, "Who looked at her, and why")
    notice_sentence = _volunteer(settings, url, child)
    with closing(Database(settings.need_database(), "contactpoint demo")) as database:
        wait_for_access_log(database)
    _looks(to, auditor.get(f"/children/{child}/looks")["looks"])
    to.print(notice_sentence)
    _chapter(to, "A line that breaks off stops nothing")
    _broken(to, auditor, send_unreadable(settings))
    _go_on(to, settings, url, girl, once=once)


def _api(settings: Settings, url: str, user: str, reason: str) -> Api:
    return Api(url, issue(settings, f"user:{user}", 600), reason)


def _chapter(to: Console, title: str) -> None:
    to.print()
    if to.is_terminal:
        to.rule(text(title, "bold"), align="left")
    else:
        to.print(text(f"== {title}"))


def _find(to: Console, api: Api, known: dict[str, str]) -> str:
    _chapter(to, "Somebody asks for her by name and date of birth")
    found = api.post("/children/search", {"criteria": known, "reason": "a nurse looks for the girl on her ward"})
    columns = ("name", "born", "grade", "child")
    rows = [
        (
            f"{each['name']['given_name']} {each['name']['family_name']}",
            each["date_of_birth"],
            each["grade"],
            each["child"],
        )
        for each in found["results"]
    ]
    to.print(table(columns, rows))
    return str(found["results"][0]["child"])


def _show(to: Console, api: Api, child: str, day: str) -> None:
    _chapter(to, f"Her directory entry, as it was true on {day}")
    entry = api.get(f"/children/{child}", effective=f"{day}T12:00:00Z")
    display_entry(to, entry)
    current = [each for each in entry["involvements"] if each["ended_on"] is None]
    doctors = [plain(each["organisation"]["name"]) for each in current if each.get("service") == "gp"]
    agencies = {record["source"] for record in entry["records"]}
    to.print()
    to.print(
        f"{len(entry['records'])} records of {len(agencies)} agencies are one child here."
        f" {len(doctors)} GPs know her at once: {' and '.join(doctors)}."
    )
    if entry["education"]["status"] == "not-reported":
        to.print("No school has ever reported her. Nobody who met her could see all of this.")


def _volunteer(settings: Settings, url: str, child: str) -> str:
    """A volunteer, of a body that no regulation names, looks; returns a sentence on the notice to the authority."""
    api = _api(settings, url, VOLUNTEER, "a volunteer asks whom to call about her")
    lives = next(each["authority"] for each in api.get(f"/children/{child}")["addresses"])
    notice = notice_of(settings, lives, child, VOLUNTARY.code)
    if notice is None:
        return f"{VOLUNTARY.name} is not on the list of those who look unannounced; its look waits to be told."
    return f"{VOLUNTARY.name} is not on the list of those who look unannounced: {lives} was told of its look at once."


def _looks(to: Console, looks: list[dict[str, Any]]) -> None:
    rows = [(moment(look["recorded_at"]), look["user"], look["action"], look["reason"]) for look in looks]
    to.print(table(("when", "who", "did", "why"), rows))
    to.print(text("Each look was on record before it was answered.", "dim"))


def _broken(to: Console, auditor: Api, message: str) -> None:
    topic, partition, offset = message.rsplit("/", 2)
    answered = auditor.get("/receipts", after=f"{topic}/{partition}/{int(offset) - 1}", limit=1)
    display_receipts(to, answered)
    letters = [each for each in auditor.get("/dead-letters") if each["message"] == message]
    for letter in letters:
        to.print(f"Its bytes are kept for seven days as the dead letter {letter['letter']}.")


def _missing_education(to: Console, api: Api, on: str) -> None:
    """The list for which a directory of all children exists: those whom no school has."""
    _chapter(to, f"Who misses education on {on}? Nobody on this list is on a school's roll")
    page = api.get("/reports/missing-education", on=on, limit=MOST_LISTED)
    display_report(to, page)


def _go_on(to: Console, settings: Settings, url: str, girl: Girl, *, once: bool) -> None:
    """Commands as they can be pasted here, now or after the stack was started again."""
    _chapter(to, "How to go on")
    command, data = _as_called(), f"--data {shlex.quote(str(settings.data))}"
    who = f"--as {PRACTITIONER} --reason demonstration {data}"
    names = " ".join(f"--{field.replace('_', '-')} {shlex.quote(value)}" for field, value in girl.known.items())
    if once:
        to.print("The stack stops now. The first of these starts it again, with all that it holds; `down` ends it.")
        to.print(text(f"  {command} up --detach {data}", "cyan"), soft_wrap=True)
    for line in (
        f"{command} status {data}",
        f"{command} find {names} {who}",
        f"{command} show {girl.child} {who}",
        f"{command} history {girl.child} {who}",
        f"{command} report missing-education --on {girl.as_at} {who}",
        f"{command} rebuild {data}",
    ):
        to.print(text(f"  {line}", "cyan"), soft_wrap=True)
    to.print(f"The API describes itself at {url}/docs{' then' if once else ''}.")
    if pages := local_address(settings, url):
        to.print("Pages, with a sign-in for each role:")
        to.print(text(f"  {pages}", "cyan"), soft_wrap=True)


def _as_called() -> str:
    """The command as it was called, so that a shell finds it again."""
    called = Path(sys.argv[0])
    if shutil.which(called.name) in (str(called), str(called.absolute())):
        return called.name
    with suppress(ValueError):
        called = called.absolute().relative_to(Path.cwd())
    return shlex.quote(str(called))
