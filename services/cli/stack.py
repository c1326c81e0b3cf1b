"""The stack that a verb uses: the one that is configured, or the local one where it still runs."""

import os
from argparse import Namespace
from typing import Any

from services.cli.errors import PartAway
from services.configuration.settings import Settings, read_settings, read_stack


def settings_of(args: Namespace, *, of_api: bool = False) -> Settings:
    """The settings for `--data`; raises PartAway where they are those of a local stack that has stopped.

    `of_api` is for verbs that use nothing but the API.
    """
    settings = read_settings(args.data)
    stack = read_stack(settings.data)
    servers = settings.kafka_is_external and settings.database_is_external
    remote = settings.url_is_external if of_api else servers
    if stack and not remote and not is_alive(stack):
        raise PartAway(
            f"the stack in {settings.data} has stopped; start it with `contactpoint up --data {settings.data}`"
        )
    return settings


def is_alive(stack: dict[str, Any]) -> bool:
    """Whether the supervisor that wrote this still runs."""
    pid = stack.get("pid")
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
