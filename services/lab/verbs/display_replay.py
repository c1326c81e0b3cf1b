"""What a replay under other settings found, for people."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from services.cli.output import plain, table

if TYPE_CHECKING:
    from rich.console import Console

Found = Mapping[str, Any]

_KINDS = {
    "only_log": "Linked in the log, and not in the replay",
    "only_replay": "Linked in the replay, and not in the log",
    "queue_new": "Queued in the replay alone",
    "queue_gone": "Queued in the log alone",
}


def display_replay(out: "Console", found: Found) -> None:
    """The counts, then the examples."""
    for line in _heading(found):
        out.print(line)
    rows = [
        ("records linked to a child that was there", *_shares(found["decisions"]["links"])),
        ("children merged", *_shares(found["decisions"]["merges"])),
        ("suspicions", *_shares(found["decisions"]["suspicions"])),
        ("pairs of records in one child", *_shares(found["pairs"])),
        ("contradictions within a child", *_shares(found["contradictions"])),
    ]
    out.print(table(("", "log", "replay", "only log", "only replay"), rows))
    reports = [(name.replace("_", " "), f"{of['log']:,}", f"{of['replay']:,}") for name, of in found["reports"].items()]
    out.print(table(("", "log", "replay"), [*_queue(found["queue"]), *reports]))
    for line in _stewards(found["stewards"]):
        out.print(line)
    for kind, title in _KINDS.items():
        if found["examples"][kind]:
            out.print(f"\n{title}:")
            for example in found["examples"][kind]:
                for line in _example(example):
                    out.print(line)


def _heading(found: Found) -> Iterator[str]:
    matchers = ", ".join(f"{plain(name)} ({number:,})" for name, number in found["matchers"].items()) or "nobody"
    compared, different = found["decisions"]["compared"], found["decisions"]["different"]
    yield f"{found['events']:,} events, {found['records']:,} records; decided by {matchers}"
    yield f"under {plain(found['settings'])}: {different:,} of {compared:,} decisions are different"
    if found["left_out"]["records"]:
        yield f"{found['left_out']['records']:,} records are left out, as their keys are destroyed"
    if found["left_out"]["positions"]:
        yield f"{found['left_out']['positions']:,} events of the log could not be read from Kafka"
    if different and found["settings"] in found["matchers"]:
        yield "The log was decided under this name too: settings that are not the same have to have another one."


def _shares(compared: Mapping[str, int]) -> tuple[str, ...]:
    both, log, replay = compared["both"], compared["only_log"], compared["only_replay"]
    return tuple(f"{number:,}" for number in (both + log, both + replay, log, replay))


def _queue(queue: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    yield "pairs of children in the queue", f"{queue['log']:,}", f"{queue['replay']:,}"
    yield "  new: of these linked in the log", "", f"{queue['new']:,}: {queue['were_linked']:,}"
    yield "  gone: of these linked in the replay", f"{queue['gone']:,}: {queue['are_linked']:,}", ""


def _stewards(counts: Mapping[str, int]) -> Iterator[str]:
    if any(counts.values()):
        yield "Stewards' decisions hold in both. Before them the replay had decided"
        yield f"  likewise on {counts['merged_before']:,} of {counts['merged']:,} merges,"
        yield f"  otherwise on {counts['dismissed_but_joined']:,} of {counts['dismissed']:,} dismissals"
        yield f"  and on {counts['split_but_joined']:,} of {counts['split']:,} splits."


def _example(example: Mapping[str, Any]) -> Iterator[str]:
    yield f"  records {' and '.join(example['records'])}: {plain(example['rule'])}, {example['score']:.4f}"
    if example["log"]:
        yield f"    queued in the log: {plain(example['log']['rule'])}, {example['log']['score']:.4f}"
    yield f"    log: {_children(example['log_children'])}; replay: {_children(example['replay_children'])}"
    yield f"    {'; '.join(f'{plain(field)} {plain(level)}' for field, level in example['why'].items())}"


def _children(children: list[str]) -> str:
    return ("child " if len(children) == 1 else "children ") + " and ".join(map(plain, children))
