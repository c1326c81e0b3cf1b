"""`python -m tests.golden.write` writes the golden files of events that have none, and says which."""

from domain.catalogue import EVENTS
from tests.golden.files import golden_of, path_of, write
from tests.support.examples import events


def main() -> None:
    """Writes what is missing."""
    examples = events()
    missing = [name for name in EVENTS if not path_of(name).exists()]
    for name in missing:
        write(golden_of(examples[name]))
        print(f"wrote {path_of(name).name}")
    if not missing:
        print("every event has its golden file")


if __name__ == "__main__":
    main()
