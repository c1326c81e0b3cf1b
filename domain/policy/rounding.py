"""Counts told to tens, where a count of one child more or less would tell of that child."""

STEP = 10


def to_tens(count: float) -> int:
    """A count to the nearest ten, fives upwards; what is no more than another stays so."""
    return int(count + STEP / 2) // STEP * STEP
