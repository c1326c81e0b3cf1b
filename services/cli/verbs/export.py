"""`contactpoint export`: every directory entry into a file."""

import os
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.cli.client import viewer_api
from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import count_of, print_json
from services.cli.parser import viewer_options
from services.cli.progress import counting

PAGE = 500


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the file and the user."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="NDJSON: one entry a line; replaced once all is written"
    )
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Writes the file whole or not at all, and prints how many entries it holds."""
    api = viewer_api(args)
    target: Path = args.file.absolute()
    if not target.parent.is_dir():
        raise AnswerIsNo(f"there is no folder {target.parent}; make it first")
    if target.is_dir():
        raise AnswerIsNo(f"{target} is a folder; name a file in it")
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    entries = 0
    try:
        with os.fdopen(descriptor, "wb") as file, counting("entries") as count:
            for page in api.pages("/export", limit=PAGE):
                file.write(page)
                entries += page.count(b"\n")
                count(entries)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if args.json:
        print_json({"entries": entries, "file": str(target)})
    else:
        print(f"{count_of(entries, 'entry')} in {target}")
    return DONE
