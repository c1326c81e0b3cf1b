"""The verbs: a module each, with `describe(parser)` for its arguments and `run(args) -> int` for the exit status."""
