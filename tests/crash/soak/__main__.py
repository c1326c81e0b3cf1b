"""`python -m tests.crash.soak --minutes 30 --seed 1`: exit status 1 where anything was lost, doubled or wrong."""

import faulthandler
import logging
import random
import shutil
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from tests.crash.soak.running import Verdict, soak

MOST_SHOWN = 20


def main() -> int:
    parser = ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long faults happen (default %(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the faults (default: a new one)")
    parser.add_argument("--every", type=float, default=5, help="seconds between two faults, on average (default 5)")
    parser.add_argument("--pause", type=float, default=1, help="seconds between two sendings of a writer (default 1)")
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs")
    args = parser.parse_args()
    faulthandler.register(signal.SIGUSR1)
    logging.getLogger().addHandler(logging.NullHandler())
    print(f"seed {args.seed}, {args.minutes:g} minutes", flush=True)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="contactpoint-soak-"))
    try:
        verdict = soak(folder, args.minutes * 60, args.seed, args.every, args.pause, lambda what: progress(began, what))
    finally:
        if args.keep:
            print(f"kept: {folder}", flush=True)
        else:
            shutil.rmtree(folder)
    show(verdict)
    return 0 if verdict.is_good else 1


def progress(began: float, what: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    print(f"{minutes:3}:{seconds:02} {what}", flush=True)


def show(verdict: Verdict) -> None:
    """The figures, and what may not be, one of each a line."""
    faults = ", ".join(f"{count} {what}" for what, count in sorted(verdict.faults.items()))
    answers = ", ".join(f"{count:,} {what}" for what, count in sorted(verdict.answers.items()))
    print(f"faults          {sum(verdict.faults.values()):,} ({faults})")
    print(f"submissions     {verdict.submissions:,} acknowledged, sent {verdict.sent:,} times")
    print(f"answers         {sum(verdict.answers.values()):,} ({answers})")
    for phase, took in verdict.took.items():
        if took:
            middle, slow = (1_000 * sorted(took)[int(share * len(took))] for share in (0.5, 0.99))
            print(f"show, {phase:<9} {len(took):,} answered; median {middle:,.0f} ms, p99 {slow:,.0f} ms")
    account = verdict.account
    for name, found in {
        "lost": account.lost,
        "doubled": account.doubled,
        "wrong answers": verdict.wrong_answers,
        "wrong at the end": account.wrong,
        "ended by itself": verdict.ended,
    }.items():
        print(f"{name:<15} {len(found):,}")
        for each in found[:MOST_SHOWN]:
            print(f"    {each}")


if __name__ == "__main__":
    sys.exit(main())
