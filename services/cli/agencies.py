"""`contactpoint agencies`: the agency register."""

from argparse import ArgumentParser, Namespace
from contextlib import closing

from services.cli.errors import DONE
from services.cli.output import console, print_json, table
from services.cli.parser import a_file, deed_parser, limit_option
from services.cli.stack import settings_of
from services.registers import enrol, load_agencies, read_agencies_file
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """What is done with the register."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="add|list")
    add = deed_parser(deeds, "add", "add or replace the agencies of a file")
    add.add_argument(
        "file", type=a_file, metavar="FILE", help="YAML: a list of {code, name, kind, authority?, contact?}"
    )
    limit_option(deed_parser(deeds, "list", "list the agencies"))


def run(args: Namespace) -> int:
    """Adds and says how many changed, or lists all."""
    settings = settings_of(args)
    if args.deed == "add":
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
    rows = [(each.code, each.name, each.kind.value, each.authority) for each in known][: args.limit]
    if args.json:
        print_json([dict(zip(("code", "name", "kind", "authority"), row, strict=True)) for row in rows])
    else:
        console().print(table(("code", "name", "kind", "authority"), rows))
    return DONE
