"""The queue of possible duplicates: which records may be one child, or contradict each other within one.

It is kept by pairs of records, for those stay what they are when children are merged and split; which pairs are open,
and between which children, is found on reading.
"""
