"""The operator's pages: how the directory runs, and messages of its logs."""
