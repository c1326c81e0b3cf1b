"""A projector killed at random moments under load has applied each message once in the end."""

import random
from threading import Event

from tests.support.chance import dice
from tests.support.projector_stage import Stage, add_records
from tests.support.projectors import Projector
from tests.support.story import receipt
from tests.support.waiting import eventually

KILLS = 6
RECEIPTS = 20
"""How many receipts are published before each kill."""


def test_each_message_is_applied_once(stage: Stage) -> None:
    rng = dice()
    for kill in range(KILLS):
        add_records(stage.story, rng.randrange(1, 80))
        stage.publish()
        offsets = range(kill * RECEIPTS, (kill + 1) * RECEIPTS)
        stage.answer(receipt(f"s-{offset}", f"submissions.gp/0/{offset}") for offset in offsets)
        kill_a_projector(stage, rng)
    with stage.projecting():
        stage.settle()
    assert stage.register_views() == stage.expected()
    assert stage.rows("select count(*) from receipts") == [(KILLS * RECEIPTS,)]


def kill_a_projector(stage: Stage, rng: random.Random) -> None:
    """Lets a projector apply something, and kills it while it applies more."""
    before = applied(stage)
    process = Projector(stage)
    try:
        eventually(lambda: applied(stage) > before)
        Event().wait(rng.random() * 0.1)
    finally:
        process.kill()


def applied(stage: Stage) -> int:
    """How many messages were applied."""
    ((count,),) = stage.rows("select coalesce(sum(next_offset), 0)::int from positions")
    return int(count)
