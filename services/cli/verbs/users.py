"""`contactpoint users`: who may look, as what, and until when; changed beside the database, by its operator."""

from argparse import ArgumentParser, Namespace
from contextlib import closing

from domain.authorization import Entitlement
from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import console, count_of, print_json, table
from services.cli.parser import a_file, list_options, subcommand_parser
from services.cli.stack import settings_of
from services.configuration.settings import Settings
from services.registers import read_users_file, user_document
from streams.access.appender import AccessAppender
from streams.access.grants import Granter, Users
from streams.access.users import load_users
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.database import Database

_FILE = (
    "YAML: a list of {name, display_name?, role, organisation, authority?, sensitive?, trained_until, vetted_until,"
    " signed_off_until}"
)


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="add|list|revoke")
    subcommand_parser(subcommands, "add", "grant to the users of a file what it says").add_argument(
        "file", type=a_file, metavar="FILE", help=_FILE
    )
    list_options(subcommand_parser(subcommands, "list", "list the users and until when they may look"))
    subcommand_parser(subcommands, "revoke", "take a user's right to look away").add_argument("name", metavar="NAME")


def run(args: Namespace) -> int:
    """Grants and prints how many, lists all, or revokes."""
    settings = settings_of(args)
    if args.subcommand == "list":
        return _list(settings, args)
    with closing(AccessAppender(settings.need_database(), _key(settings))) as appender:
        users = Users(appender)
        return _add(users, args) if args.subcommand == "add" else _revoke(users, args)


def _add(users: Users, args: Namespace) -> int:
    named = read_users_file(args.file)
    changed = users.grant(named, Granter())
    if args.json:
        print_json({"named": len(named), "changed": changed})
    else:
        print(f"{count_of(len(named), 'user')} named, {changed} of them new or changed")
    return DONE


def _revoke(users: Users, args: Namespace) -> int:
    if not users.revoke(args.name, Granter()):
        raise AnswerIsNo("no user of this name is registered; see `contactpoint users list`")
    if args.json:
        print_json({"revoked": args.name})
    else:
        print("revoked; within 2 seconds nothing more is shown to this user")
    return DONE


def _list(settings: Settings, args: Namespace) -> int:
    with (
        closing(Database(settings.need_database(), "contactpoint users")) as database,
        database.transaction() as cursor,
    ):
        known = list(load_users(cursor).values())[: args.limit]
    if args.json:
        print_json([user_document(user) for user in known])
    else:
        heads = ("name", "role", "organisation", "authority", "sensitive", "until")
        console(args).print(table(heads, [_row(user) for user in known]))
    return DONE


def _row(user: Entitlement) -> tuple[str, ...]:
    until = min(user.trained_until, user.vetted_until, user.signed_off_until).isoformat()
    place = user.authority or "all"
    cleared = "yes" if user.sensitive else "no"
    return user.user, user.role.value, user.organisation, place, cleared, "revoked" if user.revoked else until


def _key(settings: Settings) -> KeyEncryptionKey:
    try:
        return KeyEncryptionKey.from_file(settings.keys / "key-encryption.key")
    except ValueError:
        raise AnswerIsNo(
            f"what is granted is recorded sealed, and no key is in {settings.keys}; set CONTACTPOINT_KEYS"
        ) from None
