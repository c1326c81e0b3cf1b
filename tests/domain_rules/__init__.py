"""The rules of `domain/`, without servers; not named like the package, which the folder would hide."""
