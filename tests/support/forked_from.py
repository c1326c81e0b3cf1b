"""What the process that verbs are forked from has imported: the command, every verb, and what verbs import late."""

import importlib
import pkgutil

for package in ("services.cli", "services.cli.verbs", "services.cli.display"):
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
for name in ("httpx", "psycopg2", "rich.table", "services.auth.tokens", "services.submit.sender"):
    importlib.import_module(name)
