"""Why a file is no policy or no model, with the number of the line at fault."""


class PolicyRefused(Exception):
    """A file that can't be used: the text is one sentence with the file, the line, what is wrong and what to do."""


class Place:
    """A file by its name, in which something is wrong on a line."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refuse(self, line: int, problem: str) -> PolicyRefused:
        """The error to raise."""
        return PolicyRefused(f"{self.name}, line {line}: {problem}")
