"""The queue of possible duplicates: which records may be one child, or contradict each other within one.

It is stored by pairs of records, which merges and splits do not change; which pairs are open, and between which
children, is determined on reading.
"""
