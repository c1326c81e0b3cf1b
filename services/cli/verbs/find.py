"""`contactpoint find`: children by what is known of them."""

from argparse import ArgumentParser, Namespace
from typing import Any

from services.cli.client import viewer_api
from services.cli.display.entry import left_out
from services.cli.errors import DONE, NO
from services.cli.output import console, plain, print_json, table, text
from services.cli.parser import a_count, a_date, a_upn, an_nhs_number, table_options, viewer_options

CRITERIA = ("given_name", "family_name", "date_of_birth", "gender", "postcode", "nhs_number", "upn")
MOST_SHOWN = 50
"""How many results of a search the API shows."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the criteria and the user."""
    parser.add_argument("--given-name", metavar="NAME")
    parser.add_argument("--family-name", metavar="NAME")
    parser.add_argument("--date-of-birth", type=a_date, metavar="DATE", help="like 2001-02-03")
    parser.add_argument("--gender", choices=("male", "female", "other", "unknown"))
    parser.add_argument("--postcode")
    parser.add_argument("--nhs-number", type=an_nhs_number, metavar="NUMBER")
    parser.add_argument("--upn", type=a_upn, metavar="UPN")
    parser.add_argument("--limit", type=a_count, metavar="N", help="the best so many (at most 50, the default)")
    table_options(parser)
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints who was found, best first; nobody is exit status 1."""
    criteria = {name: value for name in CRITERIA if (value := getattr(args, name))}
    query = {"criteria": criteria, "reason": args.reason, "limit": min(args.limit or MOST_SHOWN, MOST_SHOWN)}
    answer = viewer_api(args).post("/children/search", query)
    if args.json:
        print_json(answer)
        return DONE if answer["results"] else NO
    if answer["results"]:
        _display(args, answer)
    else:
        console(args).print("Nobody was found.")
    for each in answer.get("not_used", ()):
        option = each["criterion"].replace("_", "-")
        console(args).print(plain(f"--{option} was not used: {each['message']}"))
    if notice := left_out(answer):
        console(args).print(notice)
    return DONE if answer["results"] else NO


def _display(args: Namespace, answer: dict[str, Any]) -> None:
    rows = [
        (
            text(f"{found['name']['given_name']} {found['name']['family_name']}", "bold"),
            found["date_of_birth"] or "unknown",
            found["grade"],
            f"{found['score']:.2f}",
            text(found["child"], "cyan"),
        )
        for found in answer["results"]
    ]
    to = console(args)
    to.print(table(("name", "born", "grade", "score", "child"), rows))
    if answer["too_many"]:
        to.print("There may be more; add criteria to narrow the search.")
