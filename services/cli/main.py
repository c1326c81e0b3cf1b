"""The entry of the command: finds the verb, runs it, and turns every error into one sentence and an exit status."""

import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from services.cli.catalogue import VERBS, module_of, parser_of
from services.cli.errors import DONE, INTERRUPTED, NO, USAGE, Ends
from services.cli.parser import did_you_mean

_AS_OPTIONS = {"--version": "version", "--install-completion": "completion"}
"""Verbs that other commands have as an option."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; gives the exit status of contract §4."""
    words = list(sys.argv[1:] if argv is None else argv)
    logging.lastResort = logging.NullHandler()  # a verb prints what it has to say
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
    verb = _AS_OPTIONS.get(words[0], words[0])
    if verb not in VERBS:
        meant = did_you_mean(verb, VERBS)
        print(f"contactpoint: there is no verb {verb!r}{meant}; see `contactpoint --help`", file=sys.stderr)
        return USAGE
    status: int = module_of(verb).run(parser_of(verb).parse_args(words[1:]))
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
