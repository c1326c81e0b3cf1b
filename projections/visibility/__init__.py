"""Who may see which row, as conditions of SQL: the only place that writes out clearance and shields.

`restricted.py` leaves out sensitive services, `shields.py` hidden children; `survivors.py` resolves the id of an
absorbed child for a reader.
"""
