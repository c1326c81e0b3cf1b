"""`contactpoint policy list`: the policies that come along, and the one that is set for a directory started here."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE
from services.cli.output import console, print_json, table
from services.cli.stack import settings_of


def describe(_: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints name, version and sentence of each."""
    from services.inclusion_policy.policy_file import heading
    from services.inclusion_policy.shipped import SHIPPED, shipped

    policies = [shipped(name) for name in SHIPPED]
    set_here = settings_of(args).policy
    if args.json:
        print_json({"policies": list(map(heading, policies)), "set": set_here})
    else:
        console().print(table(("policy", "version", "says"), [(p.name, p.version, p.summary) for p in policies]))
        console().print(f"A directory started here runs under {set_here}; set CONTACTPOINT_POLICY to change it.")
    return DONE
