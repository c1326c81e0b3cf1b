"""Messages that could not be read."""

from pydantic import BaseModel


class DeadLetter(BaseModel):
    """A message that could not be taken; `letter` names one that could not be read, `raw` is base64 and not in lists.

    Without `letter`, a projection could not take a published message; it is applied once the cause is mended. With
    `counted`, so many messages of the topic were invalid, and not kept, in the hour that began at `recorded_at`.
    """

    letter: str | None
    message: str
    code: str
    size: int | None
    recorded_at: str | None
    raw: str | None = None
    counted: int | None = None
