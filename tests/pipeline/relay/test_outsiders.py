"""What auditors are handed convinces tools that import nothing of ours, and no longer when anything of it was changed.

The tools of others are built by `make outside-tools`, which needs Go; where they are not there, that is printed.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from domain.transparency.merkle import check_consistency, consistency_proof
from services.proofs import stored
from tests.support.proofs import SIGNS, VERIFIER, Proven, auditor, checkpoint_of
from tests.support.relay_stage import held

TOOLS = Path(__file__).parents[3] / ".tools"


def tool(name: str, capsys: pytest.CaptureFixture[str]) -> str | None:
    """The tool, or None where it was not built, which is said on the terminal."""
    found = shutil.which(name, path=str(TOOLS))
    if found is None:
        with capsys.disabled():
            print(f"\nNOT CHECKED by {name}: it is not in {TOOLS.name}/; `make outside-tools` builds it where Go is")
    return found


def flip(file: Path, at: int = 10) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def fsck(program: str, folder: Path, proven: Proven) -> bool:
    """It exits with 0 also when it has failed, so that only its own words of success count."""
    url, key = f"--storage_url=file://{folder}", f"--public_key={proven.key_file()}"
    done = subprocess.run(
        [program, "-N", "8", "--ui=false", url, key], capture_output=True, text=True, timeout=60, check=False
    )
    return "Successfully fsck'd log with size 300" in done.stderr


def spicy(program: str, leaf: Path) -> bool:
    done = subprocess.run([program, "-verify", str(VERIFIER), str(leaf)], capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def test_a_tree_and_its_proofs_convince_everybody(proven: Proven, capsys: pytest.CaptureFixture[str]) -> None:
    folder, leaf = proven.write_tiles("whole"), proven.write_proof(257)
    events = proven.folder / "events"
    values = [value for partition in held(proven.kafka, "register.events") for value in partition]
    events.write_bytes(b"\n".join(values))
    assert auditor(VERIFIER, "checkpoint", folder / "checkpoint")[0] == 0
    assert auditor(VERIFIER, "tiles", folder, "--since", folder / "checkpoint") == (
        0,
        "right: everything is as it was signed\n",
    )
    assert auditor(VERIFIER, "proof", leaf)[0] == 0
    assert auditor(VERIFIER, "events", folder, events)[0] == 0
    if program := tool("fsck", capsys):
        assert fsck(program, folder, proven)
    if program := tool("spicy", capsys):
        assert spicy(program, leaf)


@pytest.mark.parametrize(
    ("file", "at", "says"),
    [
        ("tile/entries/000", 40, "position 1: flipped"),
        ("tile/0/000", 40, "position 2: flipped: the entries are not those of tile/0/000"),
        ("tile/1/000.p/1", 0, "positions 1 to 256: flipped: the entries are not those of tile/1/000.p/1"),
        ("checkpoint", 40, ""),
    ],
)
def test_a_changed_file_convinces_nobody(
    proven: Proven, capsys: pytest.CaptureFixture[str], file: str, at: int, says: str
) -> None:
    folder = proven.write_tiles(file.replace("/", "-"))
    flip(folder / file, at)
    status, text = auditor(VERIFIER, "tiles", folder)
    assert status == 1
    assert says in text
    if program := tool("fsck", capsys):
        assert not fsck(program, folder, proven)


@pytest.mark.parametrize("suffix", ["", ".proof"])
def test_a_changed_leaf_or_proof_convinces_nobody(
    proven: Proven, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    leaf = proven.write_proof(7)
    for changed in [leaf.with_name(leaf.name + each) for each in (".tlog-proof", ".spicy")] if suffix else [leaf]:
        flip(changed, 40)
    status, text = auditor(VERIFIER, "proof", leaf)
    assert (status, text.startswith("WRONG: ")) == (1, True)
    if program := tool("spicy", capsys):
        assert not spicy(program, leaf)


def test_the_auditors_program_names_what_was_done_to_the_events(proven: Proven) -> None:
    folder = proven.write_tiles("events-changed")
    values = [value for partition in held(proven.kafka, "register.events") for value in partition]
    values.sort(key=lambda value: int(value.partition(b'"position":')[2].partition(b",")[0]))
    for changed, says in [
        ([*values[:99], values[99].replace(b"agency:x", b"agency:y"), *values[100:]], "position 100: flipped"),
        ([*values[:99], *values[100:]], "position 100: deleted"),
        ([*values[:99], values[7], *values[100:]], "position 100: replaced by an older one"),
        ([*values, values[7]], "position 8: inserted"),
        (values[:290], "position 291: end cut off"),
    ]:
        events = proven.folder / "changed"
        events.write_bytes(b"\n".join(changed))
        status, text = auditor(VERIFIER, "events", folder, events)
        assert (status, text.count("\n")) == (1, 1)
        assert says in text


def test_a_log_that_grew_continues_its_old_checkpoint_and_another_log_does_not(proven: Proven) -> None:
    with proven.store.database.transaction() as cursor:
        before = stored.latest(cursor, "register")
    assert before
    kept = proven.folder / "kept"
    kept.write_text(before.note, encoding="utf-8")
    after = proven.grow(20)
    with proven.store.database.transaction() as cursor:
        proof = consistency_proof(before.size, after.size, stored.nodes(cursor, "register"))
    old, new = checkpoint_of(before), checkpoint_of(after)
    check_consistency(old.size, new.size, old.root, new.root, proof)
    folder = proven.write_tiles("grown")
    assert auditor(VERIFIER, "tiles", folder, "--since", kept)[0] == 0
    for size, says in ((old.size, "whole log replaced"), (1000, "position 321: end cut off")):
        kept.write_text(SIGNS.sign("register", size, bytes(32)), encoding="utf-8")
        status, text = auditor(VERIFIER, "tiles", folder, "--since", kept)
        assert status == 1
        assert says in text
