"""`contactpoint agencies`: the agency register, how an agency signs in to Kafka, and how it is suspended."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from threading import Event
from typing import Any

from services.cli.client import require_shown, viewer_api
from services.cli.errors import DONE, AnswerIsNo, WrongUsage
from services.cli.output import console, count_of, print_json, table
from services.cli.parser import a_beginning, a_file, an_agency, list_options, subcommand_parser, viewer_options
from services.cli.stack import settings_of
from services.registers import (
    bring_up_to_date,
    enrol,
    follow_suspensions,
    load_agencies,
    make_reachable,
    read_agencies_file,
    suspended_codes,
)
from streams.kafka.rights import agency_user
from streams.kafka.settings import KafkaSettings
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(
        dest="subcommand", required=True, metavar="add|list|password|rights|suspend|resume"
    )
    add = subcommand_parser(subcommands, "add", "add or replace the agencies of a file")
    add.add_argument(
        "file", type=a_file, metavar="FILE", help="YAML: a list of {code, name, kind, authority?, contact?}"
    )
    list_options(subcommand_parser(subcommands, "list", "list the agencies"))
    password = subcommand_parser(
        subcommands, "password", "give an agency a new password for Kafka, and print it this once"
    )
    password.add_argument("code", metavar="CODE", help="a registered agency")
    rights = subcommand_parser(
        subcommands, "rights", "end the Kafka rights of suspended agencies, and give back those of others"
    )
    rights.add_argument("--watch", action="store_true", help="go on doing so, within seconds of each decision")
    suspend = subcommand_parser(
        subcommands, "suspend", "take nothing more from an agency, whose credential may be stolen"
    )
    resume = subcommand_parser(subcommands, "resume", "take again what an agency sends")
    for each in (suspend, resume):
        each.add_argument("code", type=an_agency, metavar="CODE", help="a registered agency")
        viewer_options(each)
    suspend.add_argument("--set-aside", action="store_true", help="leave out what it said, until it is resumed")
    suspend.add_argument(
        "--since", type=a_beginning, metavar="TIME", help="of that, what was recorded since then, and its removals too"
    )
    resume.add_argument(
        "--without-removals",
        action="store_true",
        help="what it had removed, and was taken back, stays",
    )


def run(args: Namespace) -> int:
    """Adds and prints how many changed, lists all, prints a new password, follows or makes a decision on one."""
    if args.subcommand in ("suspend", "resume"):
        return _decide(args)
    settings = settings_of(args)
    if args.subcommand == "add":
        agencies = read_agencies_file(args.file)
        changed = enrol(settings.need_kafka(), settings.need_database(), agencies)
        if args.json:
            print_json({"named": len(agencies), "changed": changed})
        else:
            print(f"{count_of(len(agencies), 'agency')} named, {changed} of them new or changed")
        return DONE
    if args.subcommand == "rights":
        return _rights(settings.need_kafka(), settings.need_database(), args)
    with (
        closing(Database(settings.need_database(), "contactpoint agencies")) as database,
        database.transaction() as cursor,
    ):
        known, suspended = load_agencies(cursor).values(), suspended_codes(cursor)
    if args.subcommand == "password":
        return _password(settings.need_kafka(), args.code, args.code in {each.code for each in known}, args.json)
    columns = ("code", "name", "kind", "authority", "suspended")
    rows: list[tuple[Any, ...]] = [
        (each.code, each.name, each.kind.value, each.authority, each.code in suspended) for each in known
    ][: args.limit]
    if args.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        shown = [(*row[:-1], "suspended" if row[-1] else "") for row in rows]
        console(args).print(table(columns, shown))
    return DONE


def _decide(args: Namespace) -> int:
    """Suspends or resumes, and where Kafka's rights are kept from here, ends or gives back the agency's."""
    given = {"without_removals": args.without_removals} if args.subcommand == "resume" else {}
    if args.subcommand == "suspend":
        if args.since and not args.set_aside:
            raise WrongUsage("--since says what is set aside; give --set-aside with it")
        given = {"set_aside": args.set_aside} | ({"since": args.since} if args.since else {})
    api = viewer_api(args)
    path = f"/agencies/{args.code}/suspension" + ("/end" if args.subcommand == "resume" else "")
    answer = api.post(path, given)
    require_shown(answer, "suspended")
    _bring_kafka_rights_up_to_date(args)
    if args.json:
        print_json(answer)
    else:
        sentence = "is suspended: nothing is taken from it" if answer["suspended"] else "is suspended no more"
        print(f"{args.code} {sentence}")
        if answer["removals"]:
            print(f"Removals: {answer['removals']}.")
    return DONE


def _bring_kafka_rights_up_to_date(args: Namespace) -> None:
    settings = settings_of(args)
    if settings.kafka is None or not settings.kafka.acls or settings.database_url is None:
        return
    with (
        closing(Database(settings.database_url, "contactpoint agencies")) as database,
        database.transaction() as cursor,
    ):
        agency = load_agencies(cursor)[args.code]
    make_reachable(settings.kafka, settings.database_url, [agency])


def _rights(kafka: KafkaSettings, database_url: str, args: Namespace) -> int:
    """Brings Kafka's rights up to date, once or until it is ended; who may grant rights there has to run it."""
    if not kafka.acls:
        raise AnswerIsNo("this Kafka keeps no rights; set CONTACTPOINT_KAFKA_ACLS where it does")
    if args.watch:
        follow_suspensions(kafka, database_url, Event())
    suspended = sorted(bring_up_to_date(kafka, database_url))
    if args.json:
        print_json({"suspended": suspended})
    else:
        print(f"{len(suspended)} agencies are suspended and have no rights in Kafka; all others have theirs")
    return DONE


def _password(kafka: KafkaSettings, code: str, known: bool, as_json: bool) -> int:
    """Prints a new password of an agency; nothing but Kafka stores it, as a salted digest."""
    from streams.kafka.admin.rights import MECHANISM, new_password

    if not known:
        raise AnswerIsNo("no agency of this code is registered; see `contactpoint agencies list`")
    if kafka.security_protocol != "SASL_SSL":
        raise AnswerIsNo("a password is sent over TLS only; set CONTACTPOINT_KAFKA_SECURITY_PROTOCOL to SASL_SSL")
    password = new_password(kafka, agency_user(code))
    if as_json:
        print_json({"user": agency_user(code), "mechanism": MECHANISM, "password": password})
    else:
        print(password)
    return DONE
