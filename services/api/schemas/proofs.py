"""The proof of one event."""

from pydantic import BaseModel


class Proof(BaseModel):
    """The leaf of an event, one line, and the file `.tlog-proof` (C2SP) that proves it, with the signed checkpoint."""

    leaf: str
    proof: str
