"""Processes and servers that are killed, cut off or away under load: nothing is lost, repeated or out of order.

A file is named by the part that is killed, or by the part and by what it has to do without. What a process does when
nothing goes wrong is tested in `tests/pipeline/`.
"""
