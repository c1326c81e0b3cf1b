"""`contactpoint users`: who may look."""

from argparse import ArgumentParser, Namespace
from contextlib import closing

from services.cli.errors import DONE
from services.cli.output import console, print_json, table
from services.cli.parser import a_file, deed_parser, limit_option
from services.cli.stack import settings_of
from services.registers import add_users, load_users, read_users_file
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """What is done with the users."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="add|list")
    add = deed_parser(deeds, "add", "add or replace the users of a file")
    add.add_argument("file", type=a_file, metavar="FILE", help="YAML: a list of {name, display_name?}")
    limit_option(deed_parser(deeds, "list", "list the users"))


def run(args: Namespace) -> int:
    """Adds and says how many, or lists all."""
    database_url = settings_of(args).need_database()
    if args.deed == "add":
        users = read_users_file(args.file)
        add_users(database_url, users)
        if args.json:
            print_json({"named": len(users)})
        else:
            print(f"{len(users)} users named")
        return DONE
    with closing(Database(database_url, "contactpoint users")) as database, database.transaction() as cursor:
        known = list(load_users(cursor).values())[: args.limit]
    if args.json:
        print_json([{"name": user.name, "display_name": user.display_name} for user in known])
    else:
        console().print(table(("name", "display name"), [(user.name, user.display_name) for user in known]))
    return DONE
