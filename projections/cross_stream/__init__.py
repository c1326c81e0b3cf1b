"""Tables whose rows follow from several streams: the findings of reports, and which children are hidden.

`derived.py` refreshes them in the transaction that changes the rows they follow from; `findings.py` and
`hidden_children.py` derive the rows.
"""
