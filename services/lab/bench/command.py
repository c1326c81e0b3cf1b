"""What `contactpoint bench` does: one run of all parts or of some, each row written when measured, and the table."""

import json
import signal
import sys
from collections.abc import Collection

from rich.console import Console

from services.cli.errors import DONE, INTERRUPTED, NO, WrongUsage
from services.lab.bench.harness import harness
from services.lab.bench.hidden_searches import hidden_search_rows
from services.lab.bench.identity import identity_rows
from services.lab.bench.matching import matching_rows
from services.lab.bench.parts import ROLES, Bench, Failure, Part, measure
from services.lab.bench.pipeline import (
    end_to_end_rows,
    look_rows,
    looks_under_attack,
    memory_rows,
    projector_rows,
    rebuild_rows,
    registrar_rows,
    relay_rows,
    two_projectors_rows,
)
from services.lab.bench.receipt_delays import receipt_delay_rows
from services.lab.bench.reports import report_rows
from services.lab.bench.rows import Row, in_one_line, show
from services.lab.bench.suspension import suspension_rows
from services.lab.bench.takeover import takeover_rows

SUBMISSIONS = 100_000
EVERY_ROLE = (*ROLES, "api")
PARTS = (
    Part("registrar", registrar_rows),
    Part("relay", relay_rows, after=ROLES[:1]),
    Part("projector", projector_rows, after=ROLES[:2]),
    Part("two-projectors", two_projectors_rows, after=ROLES),
    Part("takeover", takeover_rows, fed=False, after=ROLES, beside=("registrar", "relay")),
    Part("rebuild", rebuild_rows, after=ROLES),
    Part("looks", look_rows, after=ROLES, beside=("api",)),
    Part("attacks", looks_under_attack, after=ROLES, beside=("api",)),
    Part("end-to-end", end_to_end_rows, after=ROLES, beside=("api",)),
    Part("memory", memory_rows, after=ROLES, beside=EVERY_ROLE),
    Part("hidden-searches", lambda bench: hidden_search_rows(bench.stack), after=ROLES, beside=EVERY_ROLE),
    Part("receipts", lambda bench: receipt_delay_rows(bench.stack), after=ROLES, beside=EVERY_ROLE),
    Part("matching", lambda bench: matching_rows(bench.stack.settings.need_database(), large=bench.large), fed=False),
    Part(
        "suspension",
        lambda bench: suspension_rows(bench.stack.settings.need_database(), large=bench.large),
        fed=False,
    ),
    Part("identity", lambda _: identity_rows(), fed=False),
    Part("reports", lambda bench: report_rows(bench.rebuilt, large=bench.large), fed=False),
)
"""In the order in which they are measured, which is that of the pipeline."""


def chosen(names: Collection[str]) -> list[Part]:
    """The parts of these names, or all where there is none; raises WrongUsage for a name that no part has."""
    known = [part.name for part in PARTS]
    for name in names:
        if name not in known:
            raise WrongUsage(f"there is no part {name!r}; the parts are {', '.join(known)}")
    return [part for part in PARTS if not names or part.name in names]


def run(parts: Collection[Part], *, large: bool, as_json: bool, submissions: int = SUBMISSIONS) -> int:
    """Measures and prints; gives the exit status: 1 where a target is missed or something could not be measured.

    Each row goes to standard error at once; the document or table comes at the end, also of a run that is interrupted.
    """
    rows: list[Row] = []
    failures: list[Failure] = []
    interrupted = False
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _measure_all(parts, submissions, large, rows, failures)
    except KeyboardInterrupt:
        interrupted = True
    if as_json:
        failed = [failure._asdict() for failure in failures]
        print(json.dumps({"rows": [row.json() for row in rows], "failed": failed}))
    else:
        show(rows)
        for failure in failures:
            print(failure, file=sys.stderr)
    if interrupted:
        return INTERRUPTED
    return NO if failures or any(row.met is False for row in rows) else DONE


def _measure_all(
    parts: Collection[Part], submissions: int, large: bool, rows: list[Row], failures: list[Failure]
) -> None:
    console = Console(stderr=True, soft_wrap=True)
    with harness() as stack, console.status("starting") as status:
        bench = Bench(stack, submissions * (10 if large else 1), large)
        for part in parts:
            for step in measure(bench, part):
                if isinstance(step, Row):
                    rows.append(step)
                    console.print(in_one_line(step), markup=False, highlight=False)
                elif isinstance(step, Failure):
                    failures.append(step)
                    console.print(str(step), style="bold red", markup=False, highlight=False)
                else:
                    status.update(step)
                    if step.endswith("."):
                        console.print(step)
