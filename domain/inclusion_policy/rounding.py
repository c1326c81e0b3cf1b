"""Counts rounded to tens, where one child more or less in a count would reveal that child."""

STEP = 10


def to_tens(count: float) -> int:
    """A count to the nearest ten, fives upwards; the order of two counts is kept."""
    return int(count + STEP / 2) // STEP * STEP
