"""The registrar: the one active writer, which turns submissions into events and answers each with a receipt.

`submission.py` says what a submission may look like, `reading.py` turns bytes into one or into what is wrong with it,
`handle.py` decides a batch, `store.py` keeps what the deciding needs, `intake.py` is the process. What data stewards
decide comes by the same way: `decisions.py` says what it looks like, `stewardship.py` how it takes effect.
"""
