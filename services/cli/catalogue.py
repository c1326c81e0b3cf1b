"""The verbs of the command: what each does in a line, and where its module is."""

import importlib
from types import ModuleType

from services.cli.parser import Parser, parser_for

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
    "retention": "what has to be archived or destroyed by a day, by which rule: due; and the run that does it: run",
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
    "completion": "let the shell complete verbs and options: bash, zsh or fish",
    "version": "the version of this program",
}

LABORATORY = ("simulate", "demo", "bench", "identity")
"""Verbs for trials: their modules are found by name, so that nothing of the product imports the laboratory."""


def module_of(verb: str) -> ModuleType:
    """The module of a verb, with `describe` and `run`."""
    package = "services.lab.verbs" if verb in LABORATORY else "services.cli.verbs"
    return importlib.import_module(f"{package}.{verb.replace('-', '_')}")


def parser_of(verb: str) -> Parser:
    """The parser of a verb with all its options."""
    parser = parser_for(verb, VERBS[verb])
    module_of(verb).describe(parser)
    return parser
