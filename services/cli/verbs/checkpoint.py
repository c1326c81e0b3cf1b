"""`contactpoint checkpoint`: the latest signed checkpoint of a log, the key that checks it, its tree as files."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from domain.transparency.entries import LOGS
from domain.transparency.notes import read_checkpoint, read_note
from services.cli.errors import DONE, AnswerIsNo, PartAway
from services.cli.output import print_json
from services.cli.stack import settings_of
from services.configuration.private_files import private_folder, secret
from services.configuration.settings import Settings, read_settings

if TYPE_CHECKING:
    from services.proofs.stored import SignedCheckpoint
    from streams.store.database import Database

WAIT_S = 5.0
"""How long the relay has to sign what was published since."""


def describe(parser: ArgumentParser) -> None:
    """Adds which log, and what else than the checkpoint."""
    parser.add_argument("--log", choices=LOGS, default=LOGS[0], help="which log (default: register)")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--key", action="store_true", help="print the public key that checks it instead")
    other.add_argument("--tiles", type=Path, metavar="DIR", help="write the whole tree there too, as plain files")
    other.add_argument("--new-key", action="store_true", help="make a signing key first, where it is lost")
    other.add_argument("--script", action="store_true", help="print the program by which auditors check all of it")


def run(args: Namespace) -> int:
    """Prints the note as it is; nothing signed yet is exit status 1."""
    if args.script:
        return _print_script(args)
    if args.new_key:
        _make_key(read_settings(args.data))
    if args.key or args.new_key:
        return _print_key(args)
    settings = settings_of(args)
    from services.proofs import stored
    from streams.store.database import Database

    with closing(Database(settings.need_database(), "contactpoint checkpoint")) as database:
        with database.transaction() as cursor:
            there = stored.published(cursor, args.log)
        signed = stored.fresh(database, args.log, there, WAIT_S)
        if signed is None:
            raise AnswerIsNo("no checkpoint was signed yet; the relay signs the first one when it starts")
        if args.tiles:
            _write_tiles(database, args.log, args.tiles, signed)
    if args.json:
        origin, size, root = read_checkpoint(read_note(signed.note).text)
        print_json({"log": args.log, "origin": origin, "size": size, "root": root.hex(), "checkpoint": signed.note})
    else:
        print(signed.note, end="")
    return DONE


def _print_key(args: Namespace) -> int:
    from streams.crypto.note_key import CheckpointKey
    from streams.crypto.sealing import UnusableKey

    settings = read_settings(args.data)
    try:
        key = str(CheckpointKey.from_file(settings.checkpoint_key, settings.origin).verifier(args.log))
    except UnusableKey as unusable:
        raise PartAway(f"{unusable}; `contactpoint run init` makes it") from None
    if args.json:
        print_json({"log": args.log, "key": key})
    else:
        print(key)
    return DONE


def _make_key(settings: Settings) -> None:
    """Makes a key where it is lost; never in the place of one that is there."""
    file = settings.checkpoint_key
    if file.exists():
        raise AnswerIsNo(f"{file} is there; move it away, if it is not the relay's, before you ask for a new one")
    secret(private_folder(file.parent) / file.name)


def _print_script(args: Namespace) -> int:
    from importlib.resources import files

    text = files("services.proofs").joinpath("verify.py").read_text(encoding="utf-8")
    if args.json:
        print_json({"script": text})
    else:
        print(text, end="")
    return DONE


def _write_tiles(database: "Database", log: str, folder: Path, signed: "SignedCheckpoint") -> None:
    from services.proofs.handed_out import TreeDamaged, files

    with database.transaction() as cursor:
        try:
            for path, content in files(cursor, log, signed):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
        except TreeDamaged as damaged:
            raise AnswerIsNo(str(damaged)) from None
        except OSError as error:
            raise AnswerIsNo(f"the tiles cannot be written into {folder} ({error.strerror})") from None
