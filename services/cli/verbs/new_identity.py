"""`contactpoint new-identity`: a child begins anew as somebody else, by two data managers; what is closed."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

from domain.vocabulary import agency_code
from services.cli.client import require_shown, viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json, table
from services.cli.parser import a_child, subcommand_parser, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(
        dest="subcommand", required=True, metavar="request|confirm|requested|list|show|open"
    )
    code = "; --reason is adoption, protected-person or gender-recognition"
    request = subcommand_parser(subcommands, "request", "ask that a child is closed and begins anew" + code)
    request.add_argument(
        "--expect",
        type=_a_record,
        action="append",
        default=[],
        metavar="SOURCE/SUBJECT",
        help="a number under which an agency will register who the child is now, like urn:agency:moss-lane/P-17",
    )
    confirm = subcommand_parser(subcommands, "confirm", "close it for ever, as another data manager has asked" + code)
    show = subcommand_parser(subcommands, "show", "a closed child, or one with closed records, for a custodian")
    opening = subcommand_parser(subcommands, "open", "open a record that was closed, and is somebody else's")
    for each in (request, confirm, show, opening):
        each.add_argument("child", type=a_child, metavar="CHILD", help="the child's id")
    opening.add_argument("record", type=_a_record, metavar="SOURCE/SUBJECT", help="the record, as `list` gives it")
    requested = subcommand_parser(subcommands, "requested", "what waits for a second data manager")
    listing = subcommand_parser(subcommands, "list", "every closed child and record, for a custodian of identities")
    for each in (request, confirm, requested, listing, show, opening):
        viewer_options(each)


def run(args: Namespace) -> int:
    """Runs the subcommand; a refusal is exit status 1, an empty list is not."""
    api, child = viewer_api(args), getattr(args, "child", "")
    if args.subcommand == "request":
        return _decided(args, api.post(f"/children/{child}/new-identity", _reasoned(args, expected=args.expect)))
    if args.subcommand == "confirm":
        return _decided(args, api.post(f"/children/{child}/new-identity/confirm", _reasoned(args)))
    if args.subcommand == "open":
        return _decided(args, api.post("/closed-records/open", _reasoned(args, child=child, record=args.record)))
    if args.subcommand == "show":
        return _shown(args, api.get(f"/new-identities/{child}"))
    return _listed(args, api.get("/new-identities/requested" if args.subcommand == "requested" else "/new-identities"))


def _shown(args: Namespace, entry: dict[str, Any]) -> int:
    if args.json:
        print_json(entry)
    else:
        from services.cli.display.entry import display_entry

        display_entry(console(), entry)
    return DONE


def _reasoned(args: Namespace, **body: Any) -> dict[str, Any]:
    return {"reason": args.reason, **body}


def _decided(args: Namespace, answer: dict[str, Any]) -> int:
    require_shown(answer, "position")
    if args.json:
        print_json(answer)
    else:
        print(_SENTENCES[args.subcommand].format(**answer))
    return DONE


_SENTENCES = {
    "request": "{child}: another data manager has to confirm it with `contactpoint new-identity confirm {child}`",
    "confirm": "{child} is closed",
    "open": "the record of {child} is open",
}


def _listed(args: Namespace, lists: dict[str, list[dict[str, Any]]]) -> int:
    if args.json:
        print_json(lists)
        return DONE
    for name, rows in lists.items():
        if rows:
            shown = [tuple(_text(value) for value in row.values()) for row in rows]
            console().print(table(tuple(rows[0]), shown, title=name.replace("_", " ")))
        else:
            print(f"{name.replace('_', ' ')}: none")
    return DONE


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{each['source']}/{each['subject']}" for each in value)
    return "" if value is None else str(value)


def _a_record(text: str) -> dict[str, str]:
    source, _, subject = text.partition("/")
    if agency_code(source) is None or not subject:
        raise ArgumentTypeError("give agency and number, like urn:agency:moss-lane/P-17")
    return {"source": source, "subject": subject}
