"""`contactpoint identity train`: settings learnt from records, as a file to review, and what they change."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli.errors import DONE, WrongUsage
from services.cli.output import console, print_json, table
from services.cli.parser import a_count, a_file
from services.cli.progress import counting

if TYPE_CHECKING:
    from domain.matching import MatcherSettings
    from services.lab.matching.thresholds import Expected
    from services.lab.matching.training import Trained

FEBRL = (1, 2)


def describe(parser: ArgumentParser) -> None:
    """From which records, beginning with which settings, and where to."""
    records = parser.add_mutually_exclusive_group(required=True)
    records.add_argument("--feeds", type=Path, metavar="DIR", help="a folder of feeds (*.ndjson)")
    records.add_argument("--febrl", type=int, choices=FEBRL, help="a public data set instead")
    parser.add_argument("--settings", type=a_file, metavar="FILE", help="begin with these (default: the product's)")
    parser.add_argument(
        "--pairs", type=a_count, default=400_000, metavar="N", help="at most N of them (default %(default)s)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")


def run(args: Namespace) -> int:
    """Learns, writes the file, and prints what is different in it; no record is shown."""
    from services.lab.matching.corpus import CorpusAway
    from services.lab.matching.febrl import febrl
    from services.lab.matching.feed_folder import corpus_without_truth
    from services.lab.matching.settings_text import settings_text
    from services.lab.matching.training import train
    from services.registrar.matcher_settings import SettingsRefused, load_settings

    if args.out.exists():
        raise WrongUsage(f"{args.out} is there already; name a new file, so that no version is lost")
    if not args.out.parent.is_dir():
        raise WrongUsage(f"there is no folder {args.out.parent} to write {args.out.name} into")
    try:
        old = load_settings(args.settings)
        corpus = corpus_without_truth(args.feeds) if args.feeds else febrl(args.febrl)
    except (SettingsRefused, CorpusAway) as error:
        raise WrongUsage(str(error)) from None
    with counting("learning"):
        trained = train(corpus, old, args.pairs)
    args.out.write_text(settings_text(trained.settings), encoding="utf-8")
    if args.json:
        print_json(_document(old, trained, args.out))
    else:
        _show(old, trained, args.out)
    return DONE


def _document(old: "MatcherSettings", trained: "Trained", out: Path) -> dict[str, Any]:
    from services.lab.matching.changes import RIVALS, changed_names, changed_numbers, changed_weights

    return {
        "version": trained.settings.version,
        "out": str(out),
        "records": trained.records,
        "pairs": trained.pairs,
        "rounds": trained.rounds,
        "pairs_of_one_child": round(trained.matches),
        "expected": _expected(trained.expected),
        "expected_before": _expected(trained.before),
        "kept": trained.kept,
        "numbers": {
            name: {"old": before, "new": after}
            for name, (before, after) in changed_numbers(old, trained.settings).items()
        },
        "common_names": {
            kind: {"added": added, "dropped": dropped}
            for kind, (added, dropped) in changed_names(old, trained.settings).items()
        },
        "bits": [
            {
                "field": each.field,
                "level": each.level,
                "old": dict(zip(RIVALS, each.old, strict=True)),
                "new": dict(zip(RIVALS, each.new, strict=True)),
            }
            for each in changed_weights(old, trained.settings)
        ],
    }


def _expected(hope: "Expected") -> dict[str, float]:
    return {"precision": hope.precision, "recall": min(1.0, hope.recall), "f1": hope.f1, "queue": round(hope.queue)}


def _show(old: "MatcherSettings", trained: "Trained", out: Path) -> None:
    from services.lab.matching.changes import RIVALS, changed_names, changed_numbers, changed_weights

    if trained.kept:
        print(f"Nothing that was learnt promises more than {old.version}: {out} has it unchanged.")
        print(f"Expected of these records: {_in_words(trained.before)}.")
        return
    rows = [
        (each.field, each.level, *(f"{one:+.1f} → {two:+.1f}" for one, two in zip(each.old, each.new, strict=True)))
        for each in changed_weights(old, trained.settings)
    ]
    title = f"bits for one child, {old.version} → {trained.settings.version}"
    console().print(table(("field", "level", *(f"against a {rival}" for rival in RIVALS)), rows, title=title))
    numbers = changed_numbers(old, trained.settings).items()
    console().print(table(("number", "old", "new"), [(name, f"{one:g}", f"{two:g}") for name, (one, two) in numbers]))
    for kind, (added, dropped) in changed_names(old, trained.settings).items():
        print(f"common {kind} names: {added} more, {dropped} fewer")
    learnt = f"{trained.pairs:,} pairs of {trained.records:,} records"
    print(f"{out}: learnt from {learnt}; about {trained.matches:,.0f} pairs of all are one child's.")
    certain = trained.settings.thresholds.certain
    print(f"Expected of these records, linking from {certain:g} on: {_in_words(trained.expected)}.")
    print(f"Of {old.version}: {_in_words(trained.before)}.")
    print(f"Review it, and try it with `contactpoint identity evaluate --settings {out}`.")


def _in_words(hope: "Expected") -> str:
    return (
        f"precision {hope.precision:.4f}, recall {min(1.0, hope.recall):.4f} of the pairs that are supposed to be one "
        f"child's, at most {hope.queue:,.0f} pairs of records in the queue"
    )
