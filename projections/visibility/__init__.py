"""Who may see which row, as conditions of SQL: the only place where clearance and shields are spelt out.

`restricted.py` leaves out sensitive services, `shields.py` hidden children; `survivors.py` says whom the number of an
absorbed child means to a reader.
"""
