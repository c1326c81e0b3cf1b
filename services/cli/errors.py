"""The errors that end a verb: one sentence on standard error and the exit status of contract §4."""

DONE, NO, USAGE, AWAY, INTERRUPTED = 0, 1, 2, 3, 130


class Ends(Exception):
    """Ends a verb; the text is the one sentence that is printed, the class has the exit status."""

    status = NO


class AnswerIsNo(Ends):
    """Nothing was found, or something was refused."""


class WrongUsage(Ends):
    """The arguments or a setting can't be used; exit status 2."""

    status = USAGE


class PartAway(Ends):
    """A part of the stack cannot be reached; the text says which, and what to do."""

    status = AWAY
