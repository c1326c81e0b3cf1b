"""Extracts of agencies' own systems: CSV files that a layout, a YAML file for data managers, turns into submissions.

`reading.py` makes rows of bytes, `sheet.py` finds headings, header and trailer among them, and `extract.py` finds which
extract a file is and whether it is whole. `layout.py` is the model of a layout, `layout_check.py` what its parts must
have to do with each other, `layout_file.py` reads one. `convert.py` turns a row into submissions with `_steps.py`,
`fields.py`, `values.py`, `_judge.py`, `_days.py` and `_advice.py`; `same_number.py` finds rows that give one number to
two people; `tally.py` counts what becomes of the rows. `preview.py` shows what would be sent; `record_status.py` reads
which records are live, and `send.py` sends.
"""
