"""Several projectors share the partitions: whichever of them is lost, late or wakes up again, the views are right."""

from streams.kafka.admin.topics import ensure_topics
from tests.support.projector_stage import Stage, add_records
from tests.support.projectors import Projector, projectors, same_as_rebuilt, shares
from tests.support.story import receipt
from tests.support.waiting import eventually

RECORDS = 60
"""As many as take a projector some batches."""


def publish_more(stage: Stage) -> None:
    add_records(stage.story, RECORDS)
    stage.publish()


def is_right(stage: Stage) -> bool:
    """Whether all that was published is in the views once, and what follows from it."""
    stage.settle()
    return stage.register_views() == stage.expected() and same_as_rebuilt(stage)


def test_two_share_the_partitions_and_one_takes_over_from_one_that_is_killed(stage: Stage) -> None:
    with projectors(stage, 2) as (first, _):
        assert max(shares(stage)) - min(shares(stage)) <= 1
        publish_more(stage)
        first.kill()
        publish_more(stage)
        eventually(lambda: len(shares(stage)) == 1)
        assert is_right(stage)


def test_one_that_was_paused_wakes_up_after_its_partitions_have_moved_and_changes_nothing(stage: Stage) -> None:
    with projectors(stage, 2) as (first, _):
        publish_more(stage)
        first.pause()
        publish_more(stage)
        eventually(lambda: len(shares(stage)) == 1)
        stage.settle()
        first.wake()
        publish_more(stage)
        eventually(lambda: len(shares(stage)) == 2)
        assert is_right(stage)


def test_four_come_and_go_under_load(stage: Stage) -> None:
    with projectors(stage, 4) as running:
        for leaving in running[:3]:
            publish_more(stage)
            leaving.kill()
            running.append(Projector(stage))
        publish_more(stage)
        assert is_right(stage)


def test_a_new_agencys_topic_is_read_by_one_of_many(stage: Stage) -> None:
    with projectors(stage, 2):
        ensure_topics(stage.kafka, ["latecomer"])
        stage.answer([receipt("first", "submissions.latecomer/0/0")], "latecomer")
        stage.settle()
        stage.answer([receipt("second", "submissions.latecomer/0/1")], "latecomer")
        stage.settle()
    stored = stage.rows("select submission from receipts where topic = 'submissions.latecomer' order by 1")
    assert stored == [("first",), ("second",)]
