"""What is left once all has come to rest: each submission has taken effect once, and the views are those of the log."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS
from tests.crash.soak.ledger import Ledger
from tests.crash.soak.processes import Processes
from tests.crash.soak.story import AGENCIES, PICTURES, picture

LOOKER = "demo-data-manager"


class Account:
    """What was lost, doubled, or is wrong otherwise, each in words."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.doubled: list[str] = []
        self.wrong: list[str] = []


def settle(processes: Processes, ledger: Ledger) -> Account:
    """Compares receipts, entries, logs and views with the ledger."""
    account = Account()
    status = processes.ask("status")
    if status["dead_letters"] or status["forged"]:
        account.wrong.append(f"{status['dead_letters']} dead letters, {status['forged']} of them forged")
    _receipts(processes, ledger, account)
    _entries(processes, ledger, account)
    register = _events(processes, REGISTER_EVENTS)
    _positions(REGISTER_EVENTS, register, status["positions"]["register"], account)
    looks = _events(processes, ACCESS_EVENTS)
    _positions(ACCESS_EVENTS, looks, len(looks), account)
    shown = sum(each["type"].startswith("ChildrenShown") for each in looks)
    answered = sum(count for answer, count in ledger.answers.items() if answer.startswith(("find", "show")))
    if shown < answered:
        account.wrong.append(f"{answered} looks were answered, and {shown} are recorded")
    rebuilt = processes.ask("rebuild")["digest"]
    if rebuilt["live"] != rebuilt["rebuilt"]:
        account.wrong.append(f"the views' digest is {rebuilt['live']}, that of a rebuild {rebuilt['rebuilt']}")
    return account


def _receipts(processes: Processes, ledger: Ledger, account: Account) -> None:
    outcomes: dict[str, list[str]] = defaultdict(list)
    for agency in AGENCIES:
        who = ("--as", LOOKER, "--reason", "a soak asks")
        for receipt in processes.ask("receipts", "--source", f"urn:agency:{agency}", *who):
            outcomes[receipt["submission"]].append(receipt["outcome"])
    for key in ledger.acknowledged:
        if "accepted" not in outcomes[key]:
            account.lost.append(f"{key}: {outcomes[key]}")
    for key, got in outcomes.items():
        twice = got.count("accepted") > 1 or len(got) > ledger.attempts[key]
        if twice or set(got) - {"accepted", "duplicate"}:
            account.doubled.append(f"{key}: {got} after {ledger.attempts[key]} attempts")


def _entries(processes: Processes, ledger: Ledger, account: Account) -> None:
    file: Path = processes.data / "export.ndjson"
    processes.ask("export", file, "--as", LOOKER, "--reason", "a soak asks")
    shown: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        for record in entry["records"]:
            shown[record["source"], record["subject"]].append(picture(entry))
    for subject, steps in ledger.taken().items():
        pictures = shown[subject.source, subject.key]
        if not pictures:
            account.lost.append(f"{subject.key} is in no entry")
        elif len(pictures) > 1:
            account.doubled.append(f"{subject.key} is in {len(pictures)} entries")
        elif pictures != [PICTURES[steps - 1]]:
            account.wrong.append(f"{subject.key} has {pictures} after {steps} steps")


def _positions(log: str, events: Iterable[dict[str, Any]], last: int, account: Account) -> None:
    positions = Counter(event["position"] for event in events)
    missing = [number for number in range(1, last + 1) if not positions[number]]
    if missing:
        account.lost.append(f"{log} lacks {len(missing)} positions, the first is {missing[0]}")
    twice = [number for number, count in positions.items() if count > 1 or number > last]
    if twice:
        account.doubled.append(f"{log} has {len(twice)} positions too many, one is {twice[0]}")


def _events(processes: Processes, log: str) -> list[dict[str, Any]]:
    """Every event of a log, as any client reads it."""
    consumer = KafkaConsumer(**processes.settings.need_kafka().for_kafka_python(), auto_offset_reset="earliest")
    try:
        places = [TopicPartition(log, number) for number in consumer.partitions_for_topic(log)]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        events = []
        while any(consumer.position(place) < ends[place] for place in places):
            for messages in consumer.poll(timeout_ms=500).values():
                events += [json.loads(message.value) for message in messages]
        return events
    finally:
        consumer.close()
