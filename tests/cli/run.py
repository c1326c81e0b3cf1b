"""What a verb that ran gave."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
