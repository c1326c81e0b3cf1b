"""`contactpoint submit --dry-run --compare`: which children each line would join, as a data manager may know it."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from services.cli.client import viewer_api
from services.cli.errors import DONE, NO, WrongUsage
from services.cli.output import console, plain, print_json, table, text
from services.cli.parser import a_reason, a_user
from services.cli.verbs._dry_run import Place, lines_of, show_outcomes
from services.cli.verbs._submit_counts import OUTCOMES, is_failure
from services.submission_contract.dry_run import document_of, outcome_of_invalid

MOST_LINES = 500
AT_ONCE = 20
"""As many as the API takes."""


def describe(parser: ArgumentParser) -> None:
    """Adds the options of a comparison."""
    of_comparison = parser.add_argument_group("--dry-run for data managers: each line is recorded as a search")
    of_comparison.add_argument("--compare", action="store_true", help="tell which children each line would join")
    of_comparison.add_argument(
        "--as", dest="user", type=a_user, metavar="USER", help="who looks; works beside a local stack"
    )
    of_comparison.add_argument("--reason", type=a_reason, metavar="TEXT", help="why, for the access log")


def check(args: Namespace) -> None:
    """Raises WrongUsage where options do not fit together."""
    if args.compare and not (args.dry_run and args.reason):
        raise WrongUsage("--compare is for --dry-run; give --reason too, for each line is recorded as a search")
    if not args.compare and (args.user or args.reason):
        raise WrongUsage("--as and --reason are for --dry-run --compare; leave them out")


def run_compared(args: Namespace) -> int:
    """Prints what would become of each line and of whom; one that would be refused or invalid is exit status 1."""
    lines = list(islice(lines_of(args.files), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        raise WrongUsage(f"--compare takes at most {MOST_LINES} lines at once; give it part of the file")
    api = viewer_api(args)
    outcomes: list[dict[str, Any]] = []
    for page in _pages([(place, document_of(line.value)) for place, line in lines]):
        request = {"submissions": [each for _, each in page if isinstance(each, dict)], "reason": args.reason}
        answers = iter(api.post("/submissions/dry-run", request)["submissions"]) if request["submissions"] else iter(())
        outcomes += [
            place._asdict() | (next(answers) if isinstance(each, dict) else outcome_of_invalid(each))
            for place, each in page
        ]
    found = Counter(each["outcome"] for each in outcomes)
    counts = {"submitted": 0} | {outcome: found[outcome] for outcome in OUTCOMES}
    if args.json:
        print_json({"dry_run": True} | counts | {"lines": outcomes})
    else:
        show_outcomes(counts, outcomes)
        console(args).print(table(("line", "would", "child", "as", "rule", "score"), _rows(outcomes)))
    return NO if is_failure(counts) else DONE


def _pages(lines: Sequence[tuple[Place, Any]]) -> Iterator[Sequence[tuple[Place, Any]]]:
    for begin in range(0, len(lines), AT_ONCE):
        yield lines[begin : begin + AT_ONCE]


def _rows(outcomes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    """A row for each child of each line, and one for a line without any."""
    for line in outcomes:
        where = plain(f"{line['file']}:{line['number']}")
        for child in line["children"] or [None]:
            if child is None:
                yield where, line["would"] or "not compared", "", "", "", ""
            else:
                score = "" if child["score"] is None else f"{child['score']:.2f}"
                yield where, line["would"], text(child["child"], "cyan"), child["as"], child["rule"] or "", score
