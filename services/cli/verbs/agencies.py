"""`contactpoint agencies`: the agency register, and how an agency signs in to Kafka."""

from argparse import ArgumentParser, Namespace
from contextlib import closing

from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import console, print_json, table
from services.cli.parser import a_file, limit_option, subcommand_parser
from services.cli.stack import settings_of
from services.registers import enrol, load_agencies, read_agencies_file
from streams.kafka.rights import agency_user
from streams.kafka.settings import KafkaSettings
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="add|list|password")
    add = subcommand_parser(subcommands, "add", "add or replace the agencies of a file")
    add.add_argument(
        "file", type=a_file, metavar="FILE", help="YAML: a list of {code, name, kind, authority?, contact?}"
    )
    limit_option(subcommand_parser(subcommands, "list", "list the agencies"))
    password = subcommand_parser(
        subcommands, "password", "give an agency a new password for Kafka, and print it this once"
    )
    password.add_argument("code", metavar="CODE", help="a registered agency")


def run(args: Namespace) -> int:
    """Adds and prints how many changed, lists all, or prints a new password."""
    settings = settings_of(args)
    if args.subcommand == "add":
        agencies = read_agencies_file(args.file)
        changed = enrol(settings.need_kafka(), settings.need_database(), agencies)
        if args.json:
            print_json({"named": len(agencies), "changed": changed})
        else:
            print(f"{len(agencies)} agencies named, {changed} of them new or changed")
        return DONE
    with (
        closing(Database(settings.need_database(), "contactpoint agencies")) as database,
        database.transaction() as cursor,
    ):
        known = load_agencies(cursor).values()
    if args.subcommand == "password":
        return _password(settings.need_kafka(), args.code, args.code in {each.code for each in known}, args.json)
    rows = [(each.code, each.name, each.kind.value, each.authority) for each in known][: args.limit]
    if args.json:
        print_json([dict(zip(("code", "name", "kind", "authority"), row, strict=True)) for row in rows])
    else:
        console().print(table(("code", "name", "kind", "authority"), rows))
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
