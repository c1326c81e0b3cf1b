"""`contactpoint subject-access`: what is held of a child, as a document for an applicant."""

import os
import tempfile
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

import orjson

from services.cli.client import viewer_api
from services.cli.errors import DONE, AnswerIsNo, WrongUsage
from services.cli.output import print_json
from services.cli.parser import a_child, viewer_options

APPLICANTS = ("child", "carer", "other")


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the child, the applicant, the file and the user."""
    parser.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
    parser.add_argument("--for", dest="applicant", choices=APPLICANTS, required=True, help="who asks")
    parser.add_argument("--applicant", dest="name", type=a_name, metavar="NAME", help="the carer's name, for a carer")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="written whole, readable by you alone")
    parser.add_argument("--html", action="store_true", help="a page to read or print instead of JSON")
    viewer_options(parser)


def a_name(text: str) -> str:
    """A person's name."""
    name = text.strip()
    if not 0 < len(name) <= 200 or not name.isprintable():
        raise ArgumentTypeError("give a name of 1 to 200 characters")
    return name


def run(args: Namespace) -> int:
    """Writes the document; a child that is not there is exit status 1."""
    if (args.applicant == "carer") != (args.name is not None):
        raise WrongUsage("give --applicant NAME with --for carer, and only then")
    target: Path = args.out.absolute()
    if not target.parent.is_dir() or target.is_dir():
        raise AnswerIsNo("--out names no file in a folder that is there; make the folder first")
    api = viewer_api(args)
    if args.name is not None:
        api.set_header("Applicant", args.name)
    document = api.get(f"/children/{args.child}/subject-access", **{"for": args.applicant})
    if args.html:
        from services.pages.subject_access import page

        content = page(document).encode()
    else:
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    _write(target, content)
    if args.json:
        print_json({"file": str(target), "for": args.applicant, "bytes": len(content)})
    else:
        print(f"the document is in {target}; hand it over in person, and delete the file")
    return DONE


def _write(target: Path, content: bytes) -> None:
    """Writes a file whole or not at all, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
