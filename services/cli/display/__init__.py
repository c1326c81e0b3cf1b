"""What is printed for people: one module a kind of answer; `--json` bypasses all of it."""
