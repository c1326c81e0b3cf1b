"""The stack that a verb uses: the one that is configured, or the local one where it still runs."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from services.cli.errors import PartAway
from services.configuration.settings import (
    ClientSettings,
    Settings,
    read_client_settings,
    read_settings,
    read_stack,
)


def settings_of(args: Namespace) -> Settings:
    """The settings for `--data`; raises PartAway where they are those of a local stack that has stopped."""
    settings = read_settings(args.data)
    if not (settings.kafka_is_external and settings.database_is_external):
        _refuse_stopped(settings.data)
    return settings


def client_settings_of(args: Namespace) -> ClientSettings:
    """The same for verbs that use nothing but the API."""
    settings = read_client_settings(args.data)
    if not settings.url_is_external:
        _refuse_stopped(settings.data)
    return settings


def _refuse_stopped(data: Path) -> None:
    stack = read_stack(data)
    if stack and not is_alive(stack):
        raise PartAway(f"the stack in {data} has stopped; start it with `contactpoint up --data {data}`")


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
