"""Tables whose rows follow from several streams: findings of reports and retention, and which children are hidden.

`derived.py` refreshes them in the transaction that changes the rows they follow from; `findings.py` and
`hidden_children.py` derive the rows. Beside them `search_keys.py`, whose rows follow from another table's alone.
"""
