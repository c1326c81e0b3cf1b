"""`contactpoint identity evaluate`: how well the matcher knows children, on records of which it is known who is who."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli.errors import DONE, WrongUsage
from services.cli.output import console, print_json, table
from services.cli.parser import a_count, a_file
from services.cli.progress import counting

if TYPE_CHECKING:
    from services.lab.matching.curve import Point
    from services.lab.matching.meeting import Meeting
    from services.lab.matching.metrics import Mixed, Rates
    from services.lab.matching.trial import Trial

COLUMNS = (
    "records", "pairs: P", "R", "F1", "children: P", "R", "F1", "records: F1", "R with queue", "queue", "blocking R",
    "candidates", "p99", "look-alikes linked",
)  # fmt: skip


def describe(parser: ArgumentParser) -> None:
    """Under which settings, on which feeds, and whether to draw the curve."""
    parser.add_argument("--settings", type=a_file, metavar="FILE", help="judge these (default: the product's)")
    parser.add_argument("--feeds", type=Path, metavar="DIR", help="feeds with truth.json (default: a made-up county)")
    parser.add_argument(
        "--sizes",
        type=a_count,
        nargs="*",
        metavar="N",
        help="print what meets in directories of N records (default: 5000 and 100000; 1000000 takes 6 GiB)",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw precision and recall at every threshold")


def run(args: Namespace) -> int:
    """Judges, and prints what came of it."""
    from domain.matching import Comparer
    from services.lab.matching.corpus import CorpusAway
    from services.lab.matching.curve import curve
    from services.lab.matching.evaluation import corpora, missing
    from services.lab.matching.meeting import KINDS, SIZES, meeting
    from services.lab.matching.trial import run as try_out
    from services.registrar.matcher_settings import SettingsRefused, load_settings

    if args.picture and not args.picture.parent.is_dir():
        raise WrongUsage(f"there is no folder {args.picture.parent} to draw {args.picture.name} into")
    trials: list[Trial] = []
    met: list[Meeting] = []
    curves: dict[str, list[Point]] = {}
    try:
        settings = load_settings(args.settings)
        comparer = Comparer(settings)
        for corpus in corpora(args.feeds):
            with counting(corpus.name, len(corpus.reported)) as count:
                trials.append(try_out(corpus, comparer, count))
            if args.picture:
                with counting(f"{corpus.name}: thresholds") as count:
                    curves[corpus.name] = curve(corpus, settings, count)
        for size in SIZES if args.sizes is None else args.sizes:
            for noise, bare in KINDS:
                with counting(f"meeting among {size:,} records", size) as count:
                    met.append(meeting(size, noise, bare=bare, count=count))
    except (SettingsRefused, CorpusAway) as error:
        raise WrongUsage(str(error)) from None
    if args.picture:
        _draw(args.picture, curves, settings.thresholds.certain, settings.version)
    if args.json:
        document = {**_document(trials, curves), "meeting": [each._asdict() for each in met]}
        print_json({**document, "version": settings.version, "left_out": missing() or None})
    else:
        _show(trials, settings.version, missing())
        _show_meeting(met)
    return DONE


def _draw(path: Path, curves: "dict[str, list[Point]]", certain: float, version: str) -> None:
    from services.lab.matching.picture import picture

    path.write_text(picture(curves, certain, version), encoding="utf-8")


def _document(trials: "list[Trial]", curves: "dict[str, list[Point]]") -> dict[str, Any]:
    return {
        "corpora": [
            {
                **trial._asdict(),
                "worst": [each._asdict() for each in trial.worst],
                "accuracy": {name: _rates(rates) for name, rates in trial.accuracy._asdict().items()},
                "curve": [{"certain": p.certain, **_rates(p.pairs)} for p in curves.get(trial.corpus, ())],
            }
            for trial in trials
        ]
    }


def _rates(rates: "Rates") -> dict[str, float]:
    return {**rates._asdict(), "f1": rates.f1}


def _show(trials: "list[Trial]", version: str, left_out: str) -> None:
    rows = [[name, *values] for name, *values in zip(COLUMNS, *map(_cells, trials), strict=True)]
    print(f"matcher {version}")
    for number, trial in enumerate(trials, start=1):
        print(f"  {number}  {trial.corpus}")
    console().print(table(("", *map(str, range(1, len(trials) + 1))), rows))
    print("P precision, R recall; children: those that hold exactly the right records.")
    for number, trial in enumerate(trials, start=1):
        if trial.worst:
            print(f"worst children of {number}: {'; '.join(map(_mixed, trial.worst))}")
    if left_out:
        print(f"Left out: {left_out}.")


def _show_meeting(met: "list[Meeting]") -> None:
    if not met:
        return
    rows = [
        (
            f"{each.records:,}",
            str(each.noise),
            "names, birthdays, homes" if each.bare else "all",
            f"{each.recall:.4f}",
            f"{each.mean:.1f}",
            str(each.p99),
        )
        for each in met
    ]
    console().print(table(("records", "noise", "fields", "true pairs that meet", "compared with", "p99"), rows))


def _mixed(child: "Mixed") -> str:
    return f"{child.records} records of {child.people} people, {child.wrong} wrong pairs"


def _cells(trial: "Trial") -> list[str]:
    pairs, clusters, records = trial.accuracy
    rates = (*pairs, pairs.f1, *clusters, clusters.f1, records.f1, trial.found_or_queued)
    return [
        f"{trial.records:,}",
        *(f"{rate:.4f}" for rate in rates),
        f"{trial.queue:,}",
        f"{trial.blocking_recall:.4f}",
        f"{trial.candidates_mean:.1f}",
        str(trial.candidates_p99),
        f"{trial.hard_linked} of {trial.hard_negatives}",
    ]
