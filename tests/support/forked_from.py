"""What the process that others are forked from has imported: every verb, what verbs import late, and every service."""

import importlib
import pkgutil

for package in ("services.cli", "services.cli.verbs", "services.cli.display"):
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
for name in (
    *("httpx", "psycopg2", "rich.table", "services.auth.tokens", "services.submit.sender"),
    *("streams.projecting.projector", "streams.publishing.relay", "services.registrar.intake", "services.api.server"),
    *("services.runtime.init", "services.local_stack.up"),
):
    importlib.import_module(name)
