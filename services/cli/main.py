"""The entry of the command: finds the verb, runs it, and turns every error into one sentence and an exit status."""

import importlib
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from services.cli.errors import DONE, INTERRUPTED, NO, USAGE, Ends
from services.cli.parser import did_you_mean, parser_for

VERBS = {
    "up": "start Kafka, Postgres and every service here, in the foreground or with --detach in the background",
    "down": "stop the stack of a data directory",
    "demo": "up, with a fictional county's feeds and a story told on the terminal",
    "run": "run one service of a deployment",
    "status": "what runs, and how far each part is",
    "submit": "send files of submissions",
    "layouts": "mapping files for agencies' own systems, with a sample of each: list, show, sample",
    "agencies": "the agency register: add, list, password, suspend, resume",
    "users": "the users: add, list",
    "token": "a bearer token for a user or an agency",
    "dead-letters": "what could not be read, and why: list, show, resubmit",
    "identity": "how well the matcher knows children, and settings for it: evaluate, train, replay",
    "receipts": "what became of submissions",
    "find": "find a child",
    "show": "a child's directory entry: who works with the child, and how to reach them",
    "history": "everything that was ever said of a child",
    "reasons": "why somebody may look, for --reason: list",
    "report": "children whom nobody may be looking after: missing education, several GPs, none, and more",
    "access": "who looks at children, and what stands out in it: report",
    "looks": "who looked at a child, or at whom a user looked",
    "subject-access": "what is held of a child, as a document for somebody who asks",
    "corrections": "what is said to be wrong, or objected to: ask, list, answer",
    "duplicates": "children that may be one: list, merge, split, dismiss",
    "records": "take any agency's record out of the directory: remove",
    "hold": "a legal hold stops destruction: place, lift; each by two people",
    "retention": "what has to be archived or destroyed by a day, by which rule: due",
    "erase": "destroy a record, or all of a child, for good, with a certificate",
    "new-identity": "a child begins anew as somebody else: request, confirm, requested, list, show, open",
    "shield": "hide whereabouts of a child at risk: apply, lift, review, override, overrides",
    "export": "every directory entry into a file",
    "policy": "who would be listed under which policy: compare, list, show, check",
    "rebuild": "build every view afresh from Kafka, compare, switch",
    "verify": "prove that Kafka, the event store, the trees and the views tell one story",
    "checkpoint": "the latest signed checkpoint of a log, for auditors to keep elsewhere",
    "proof": "prove that one event is in its log, in files that other people's tools check",
    "replay": "every entry and report as known at a moment, as files for auditors",
    "could-have-seen": "what a user could have been shown of a child at a moment, and was shown, for auditors",
    "republish": "publish Kafka's logs again from the store, into new topics",
    "resync": "go on after Postgres went back in time",
    "simulate": "write the feeds of a fictional population and the truth behind them",
    "bench": "measure, each figure beside a bare baseline",
    "version": "the version of this program",
}


LABORATORY = ("simulate", "demo", "bench", "identity")
"""Verbs for trials: their modules are found by name, so that nothing of the product imports the laboratory."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; gives the exit status of contract §4."""
    words = list(sys.argv[1:] if argv is None else argv)
    logging.lastResort = None
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else NO
    except Ends as end:
        return _print_error(words[0], str(end), end.status)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _print_error(words[0], *_explained(error))


def _run(words: Sequence[str]) -> int:
    if words[:1] == ["help"] and len(words) > 1:
        return _run([words[1], "--help"])
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview(), file=sys.stdout if words else sys.stderr)
        return DONE if words else USAGE
    verb = "version" if words[0] == "--version" else words[0]
    if verb not in VERBS:
        meant = did_you_mean(verb, VERBS)
        print(f"contactpoint: there is no verb {verb!r}{meant}; see `contactpoint --help`", file=sys.stderr)
        return USAGE
    package = "services.lab.verbs" if verb in LABORATORY else "services.cli.verbs"
    module = importlib.import_module(f"{package}.{verb.replace('-', '_')}")
    parser = parser_for(verb, VERBS[verb])
    module.describe(parser)
    status: int = module.run(parser.parse_args(words[1:]))
    return status


_FOOT = """

`contactpoint VERB --help` says more.
Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 a part of the stack cannot be reached."""


def _overview() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {verb:<{width}}  {summary}" for verb, summary in VERBS.items()]
    return "usage: contactpoint VERB [arguments] [options]\n\n" + "\n".join(lines) + _FOOT


def _print_error(verb: str, sentence: str, status: int) -> int:
    print(f"contactpoint {verb}: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _explained(error: Exception) -> tuple[str, int]:
    """A sentence and the exit status for an error that a verb did not handle."""
    from services.cli.failures import explain

    known = explain(error)
    if known:
        return known
    return f"unexpected {type(error).__name__}; where it happened stands in {_kept(error)}", NO


def _kept(error: Exception) -> Path:
    """Writes the traceback of an unexpected error to a file, without its text, which might hold personal data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    descriptor, name = tempfile.mkstemp(prefix="contactpoint-", suffix=".log", text=True)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{type(error).__module__}.{type(error).__qualname__}\n{frames}")
    return Path(name)


if __name__ == "__main__":
    sys.exit(main())
