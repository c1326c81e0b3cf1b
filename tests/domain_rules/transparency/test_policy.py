"""A policy says which logs and witnesses are believed; what is not just so is refused."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.transparency.merkle import EMPTY_ROOT
from domain.transparency.notes import COSIGNATURE, Malformed, VerifierKey
from domain.transparency.policy import read_policy
from services.proofs.verification import Refused, read_kept
from streams.crypto.note_key import CheckpointKey

SIGNS = CheckpointKey(bytes(range(32)), "register.example.gov.uk")
LOG = SIGNS.verifier("register")
SECRETS = {name: Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at, name in enumerate(("x", "y", "z"), 1)}
WITNESSES = {
    name: VerifierKey(f"{name}.example", secret.public_key().public_bytes_raw(), COSIGNATURE)
    for name, secret in SECRETS.items()
}
NAMED = "".join(f"witness {name} {key} https://{name}.example/\n" for name, key in WITNESSES.items())
POLICY = f"# whom we believe\n\nlog {LOG}\n{NAMED}\tgroup two 2 x y z\nquorum two\n"
NOTE = SIGNS.sign("register", 0, EMPTY_ROOT)


def cosigned(*names: str, time: int = 1_700_000_000, stated: int | None = None) -> str:
    text, lines = NOTE.partition("\n\n")[0] + "\n", []
    for name in names:
        key, signed = WITNESSES[name], SECRETS[name].sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        raw = key.key_id + (time if stated is None else stated).to_bytes(8, "big") + signed
        lines.append(f"\N{EM DASH} {key.name} {base64.b64encode(raw).decode()}\n")
    return NOTE + "".join(lines)


def test_a_checkpoint_is_believed_with_the_witnesses_that_are_asked_for() -> None:
    policy = read_policy(POLICY)
    for names in (("x", "y"), ("z", "y"), ("x", "y", "z")):
        assert read_kept(cosigned(*names), policy, "register.example.gov.uk").log == "register"
    for note in (NOTE, cosigned("x"), cosigned("x", "x"), cosigned("x", "y", stated=5)):
        with pytest.raises(Refused, match="have not signed"):
            read_kept(note, policy, "register.example.gov.uk")


def test_a_log_that_no_line_names_is_not_believed() -> None:
    stranger = CheckpointKey(bytes(32), "register.example.gov.uk").sign("register", 0, EMPTY_ROOT)
    with pytest.raises(Refused, match="no known key"):
        read_kept(stranger, read_policy(f"log {LOG}\nquorum none\n"), "register.example.gov.uk")
    with pytest.raises(Refused, match="not kept here"):
        read_kept(NOTE, read_policy(f"log {LOG}\nquorum none\n"), "register.other.gov.uk")


def test_groups_count_their_members() -> None:
    policy = read_policy(NAMED + "group either any x y\ngroup all all either z\nquorum all\n")
    assert policy.is_met_by({"x", "z"})
    assert not policy.is_met_by({"x", "y"})
    assert read_policy("quorum none").is_met_by(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log {LOG}",
        "quorum x",
        NAMED + "quorum x\nquorum x",
        NAMED + "group a 3 x y\nquorum a",
        NAMED + "group a 0 x y\nquorum a",
        NAMED + "group a any\nquorum a",
        NAMED + "group a any x\ngroup b any x\nquorum a",
        NAMED + "group x any y\nquorum x",
        NAMED + "group none any y\nquorum none",
        "group a any b\nquorum a",
        NAMED + NAMED + "quorum x",
        f"log {LOG}\nlog {LOG}\nquorum none",
        f"log {WITNESSES['x']}\nquorum none",
        f"witness x {LOG}\nquorum x",
        "log a+b+c\nquorum none",
        "quorum none\nmirror x",
        "quorum none now",
        "quorum\x00none",
        "log",
    ],
)
def test_a_malformed_policy_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_policy(text)
