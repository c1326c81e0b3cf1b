"""Tables whose rows follow from several streams: the findings of reports, and which children are hidden.

`derived.py` keeps them right beside the rows that they follow from; `findings.py` and `hidden_children.py` say how.
"""
