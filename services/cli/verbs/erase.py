"""`contactpoint erase`: destroys a record, or all of a child, for good, and writes the certificate of it."""

import json
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from domain.vocabulary import agency_code
from services.cli.client import require_shown, viewer_api
from services.cli.errors import DONE, AnswerIsNo, PartAway, WrongUsage
from services.cli.output import print_json
from services.cli.parser import a_child, viewer_options

WAIT_S = 90.0
"""How long the verb waits for a checkpoint that holds the destruction: the relay signs one a minute at the latest."""
_NOT_SHOWN = "it is destroyed and does not show yet: relay or projector does not go on; run the same again later"


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("what", metavar="CHILD|SOURCE", help="the child's id; or the agency, like urn:agency:moss-lane")
    parser.add_argument("subject", nargs="?", metavar="SUBJECT", help="the agency's own number for the child")
    parser.add_argument("--certificate", type=Path, required=True, metavar="FILE", help="where the certificate goes")
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Destroys, waits for the certificate and writes it; the same again writes it again. A refusal is exit status 1."""
    document = {"reason": args.reason, **_what(args)}
    api = viewer_api(args)
    answer = api.post("/erasures", document)
    if "erasure" in answer:
        raise PartAway(_NOT_SHOWN)
    require_shown(answer, "certificate")
    found: dict[str, Any] = answer["certificate"]
    until = time.monotonic() + WAIT_S
    while not found["complete"] and time.monotonic() < until:
        time.sleep(0.2)
        found = api.get(f"/erasures/{found['erasure']}")
    if not found["complete"]:
        raise PartAway(
            "it is destroyed, and no checkpoint proves it yet: the relay does not go on; run the same again for the"
            " certificate"
        )
    _write(args.certificate, found)
    if args.json:
        print_json(found)
    else:
        print(
            f"destroyed: {len(found['keys'])} keys, certificate in {args.certificate};"
            f" the last backup that could open it expires on {found['copies']['backups_until']}"
        )
    return DONE


def _what(args: Namespace) -> dict[str, Any]:
    if args.subject is None:
        try:
            return {"child": a_child(args.what)}
        except ArgumentTypeError as unfit:
            raise WrongUsage(str(unfit)) from None
    if agency_code(args.what) is None:
        raise WrongUsage("give the agency as its submissions name it, like urn:agency:moss-lane")
    return {"record": {"source": args.what, "subject": args.subject}}


def _write(file: Path, found: dict[str, Any]) -> None:
    """Writes the file anew, so that it is whole or not there."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise AnswerIsNo(f"{file} cannot be written ({error.strerror}); run the same again with another file") from None
