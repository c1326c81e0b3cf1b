"""Messages that could not be read."""

from pydantic import BaseModel


class DeadLetter(BaseModel):
    """A message that could not be taken; `letter` names one that could not be read, `raw` is base64 and not in lists.

    Without `letter`, a projection could not take a published message; it is applied once the cause is mended.
    """

    letter: str | None
    message: str
    code: str
    size: int | None
    recorded_at: str | None
    raw: str | None = None
