"""The laboratory: fictional populations, the demonstration, measurements and trials of the matcher.

Nothing outside imports it; the command loads its verbs, `verbs/`, by name.
"""
