"""`contactpoint completion`, also `contactpoint --install-completion`."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.cli.completion import SHELLS, installed_at, script
from services.cli.errors import DONE, WrongUsage
from services.cli.output import print_json

_NEXT = {
    "bash": "open a new terminal (needs the package bash-completion)",
    "zsh": "have `fpath+=({folder}); autoload -U compinit; compinit` in ~/.zshrc, and open a new terminal",
    "fish": "open a new terminal",
}


def describe(parser: ArgumentParser) -> None:
    """The shell, and whether to print its script."""
    parser.add_argument("shell", nargs="?", choices=SHELLS, help="which shell (default: the one of SHELL)")
    parser.add_argument("--print", dest="prints", action="store_true", help="print the script, and write no file")


def run(args: Namespace) -> int:
    """Writes the completion script to where the user's shell looks for it, or prints it."""
    shell = args.shell or Path(os.environ.get("SHELL", "")).name
    if shell not in SHELLS:
        raise WrongUsage(f"say which shell: {', '.join(SHELLS)}")
    if args.prints:
        print(script(shell))
        return DONE
    path = installed_at(shell, Path.home(), os.environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script(shell), encoding="utf-8")
    then = _NEXT[shell].format(folder=path.parent)
    if args.json:
        print_json({"shell": shell, "file": str(path), "next": then})
    else:
        print(f"{path}\nNext: {then}")
    return DONE
