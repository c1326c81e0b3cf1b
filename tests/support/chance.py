"""Chance that can be repeated."""

import os
import random


def dice() -> random.Random:
    """Seeded by CONTACTPOINT_TEST_SEED, or anew; pytest shows the seed where the test fails."""
    seed = int(os.environ.get("CONTACTPOINT_TEST_SEED") or random.randrange(10**6))
    print(f"seed {seed}")
    return random.Random(seed)
