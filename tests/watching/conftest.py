"""A directory with a child whom two agencies know, and users of every kind, for the tests over HTTP."""
