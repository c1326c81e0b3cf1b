"""The matcher beside Splink, the best of the batch tools, and beside an exact rule, on the same records.

Both tools are trained on the records without truth, and each chooses its own threshold. Nothing of the product was
chosen by the simulated children and families of these seeds; FEBRL is public.
"""

from collections.abc import Iterator
from importlib.util import find_spec

from domain.matching import Comparer, MatcherSettings
from services.lab.bench.rows import Row, measured
from services.lab.matching.city import city
from services.lab.matching.corpus import Corpus, CorpusAway
from services.lab.matching.corrupted import corrupted
from services.lab.matching.febrl import HOW_TO_INSTALL, SETS, febrl
from services.lab.matching.historical import historical
from services.lab.matching.metrics import Accuracy, accuracy
from services.lab.matching.rivals.columns import columns
from services.lab.matching.rivals.exact_rule import link_exactly
from services.lab.matching.simulated import simulated
from services.lab.matching.training import train
from services.lab.matching.trial import run
from services.registrar.matcher_settings import load_settings

SEED = 20_261_130
WHOLE, PAIRS = "F1 of whole children", "F1 of pairs"


def identity_rows() -> Iterator[Row | str]:
    """The rows of each corpus, and a sentence about what can't be measured here."""
    if find_spec("splink") is None:
        yield f"Splink is not installed, so its figures are left out; {HOW_TO_INSTALL}."
    for corpus in _made_up():
        yield from _beside(corpus)
    for number in SETS:
        try:
            corpus = febrl(number)
        except CorpusAway as error:
            yield f"FEBRL is left out: {error}."
            return
        yield from _beside(corpus)


def _made_up() -> Iterator[Corpus]:
    yield simulated(500, SEED, 1)
    yield simulated(300, SEED + 1, 5)
    yield simulated(300, SEED + 2, 5, bare=True)
    yield corrupted(150, SEED)
    yield city(500, SEED)
    yield historical(150, SEED)


def _beside(corpus: Corpus) -> Iterator[Row | str]:
    yield f"identity: {corpus.name}"
    rows, person_of, shipped = columns(corpus), corpus.person_of(), load_settings()
    yield measured(f"identity: {corpus.name}, exact rule", accuracy(link_exactly(rows), person_of).clusters.f1, WHOLE)
    splink: Accuracy | None = None
    if find_spec("splink") is not None:
        from services.lab.matching.rivals.splink_model import link_by_splink

        splink = accuracy(link_by_splink(rows), person_of)
    trained = train(corpus, shipped).settings
    for settings, how in ((shipped, "as shipped"), (trained, "trained on the same records")):
        yield from _ours(corpus, settings, how, splink)


def _ours(corpus: Corpus, settings: MatcherSettings, how: str, splink: Accuracy | None) -> Iterator[Row]:
    trial = run(corpus, Comparer(settings))
    name = f"identity: {corpus.name}, settings {how}, beside Splink 5 trained on them"
    for kind, unit in (("pairs", PAIRS), ("clusters", WHOLE)):
        baseline = getattr(splink, kind).f1 if splink else None
        yield measured(name, getattr(trial.accuracy, kind).f1, unit, baseline=baseline, least_ratio=1.0)
