"""The rules of `domain/`, as given, when, then; not named like the package, which the folder would hide."""
