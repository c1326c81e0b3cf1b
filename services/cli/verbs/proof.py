"""`contactpoint proof`: that one event is in its log, in files that other people's tools check."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from contextlib import closing
from pathlib import Path

from domain.transparency.entries import LOGS
from domain.transparency.notes import read_checkpoint, read_note
from services.cli.errors import DONE, AnswerIsNo, PartAway
from services.cli.output import print_json
from services.cli.stack import settings_of

WAIT_S = 10.0
LARGEST = 2**63 - 1


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: which event of which log, and where to write."""
    parser.add_argument("position", type=_position, metavar="POSITION", help="the position of the event in its log")
    parser.add_argument("--log", choices=LOGS, required=True, help="which log")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the leaf; FILE.tlog-proof and FILE.spicy prove it"
    )


def run(args: Namespace) -> int:
    """Writes the three files; a position that the log does not have is exit status 1."""
    settings = settings_of(args)
    from services.proofs import stored
    from services.proofs.handed_out import TreeDamaged, prove
    from streams.store.database import Database

    with closing(Database(settings.need_database(), "contactpoint proof")) as database:
        with database.transaction() as cursor:
            there = stored.published(cursor, args.log)
        if not 0 < args.position <= there:
            raise AnswerIsNo(f"{args.log} has no position {args.position}: it is published up to {there}")
        signed = stored.fresh(database, args.log, args.position, WAIT_S)
        if signed is None or signed.size < args.position:
            raise PartAway("no checkpoint holds that position yet, and the relay signs none; see `contactpoint status`")
        with database.transaction() as cursor:
            try:
                leaf, proof = prove(cursor, args.log, args.position, signed)
            except TreeDamaged as damaged:
                raise AnswerIsNo(str(damaged)) from None
    names = {
        args.out: leaf,
        _with(args.out, ".tlog-proof"): proof.text.encode(),
        _with(args.out, ".spicy"): proof.spicy.encode(),
    }
    try:
        for name, content in names.items():
            name.write_bytes(content)
    except OSError as error:
        raise AnswerIsNo(f"the proof cannot be written to {args.out} ({error.strerror})") from None
    if args.json:
        origin, size, root = read_checkpoint(read_note(signed.note).text)
        checkpoint = {"origin": origin, "size": size, "root": root.hex()}
        print_json({"leaf": leaf.decode().strip(), "checkpoint": checkpoint, "files": [str(name) for name in names]})
    else:
        print("\n".join(str(name) for name in names))
    return DONE


def _with(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _position(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST):
        raise ArgumentTypeError(f"{text!r} is no position; give a number from 1 on")
    return int(text)
