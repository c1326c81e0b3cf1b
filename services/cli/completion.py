"""Completion scripts: what a shell needs to complete verbs, options, their values and file names (made by shtab)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import shtab

from services.cli.catalogue import VERBS, module_of
from services.cli.parser import Parser, subcommand_parser

SHELLS = ("bash", "zsh", "fish")

_PATHS = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY}
"""What is completed as a path, by the name of the value in the help."""


def script(shell: str) -> str:
    """The completion script of one of SHELLS, for all verbs."""
    text: str = shtab.complete(_whole_parser(), shell)
    return text


def installed_at(shell: str, home: Path, environ: Mapping[str, str]) -> Path:
    """The file in which a user's shell looks for completions by itself; of zsh the folder has to be on its `fpath`."""
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
    configuration = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return {
        "bash": data / "bash-completion/completions/contactpoint",
        "zsh": data / "zsh/site-functions/_contactpoint",
        "fish": configuration / "fish/completions/contactpoint.fish",
    }[shell]


def _whole_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="contactpoint", allow_abbrev=False)
    verbs = parser.add_subparsers(metavar="VERB", parser_class=argparse.ArgumentParser)
    for verb, summary in VERBS.items():
        module_of(verb).describe(subcommand_parser(verbs, verb, summary))
    _complete_paths(parser)
    return parser


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for subcommand in action.choices.values():
                _complete_paths(subcommand)
        elif action.metavar in _PATHS:
            action.complete = _PATHS[action.metavar]  # type: ignore[attr-defined]
