"""Whether our own program takes what a container is told: its command, and every variable of its environment."""

import re
from collections.abc import Mapping, Sequence

from services.cli.catalogue import parser_of
from services.configuration.environment import read_environment, variables

OF_LIBRARIES = {"PGPASSWORD", "SSL_CERT_FILE"}
"""Variables that libpq and TLS read, not we."""
_FILLED = re.compile(r"\$\{\w+:([-?])([^}]*)\}")


def refuse_wrong_command(command: Sequence[str]) -> None:
    """Fails where the product's command line would not take these arguments."""
    verb, *rest = command
    parser_of(verb).parse_args(rest)


def refuse_wrong_environment(environment: Mapping[str, object]) -> None:
    """Fails where a variable is none of the product's, or its value is not one that it takes.

    What compose fills in is its default, or a word where it has none.
    """
    filled = {
        name: _FILLED.sub(lambda found: found[2] if found[1] == "-" else "https://filled.example.org", str(value))
        for name, value in environment.items()
    }
    assert set(filled) <= variables() | OF_LIBRARIES
    read_environment({name: value for name, value in filled.items() if name not in OF_LIBRARIES})
