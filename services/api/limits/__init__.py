"""What every request passes before it is worked on: its connection, the bounds of all, and its turn.

`connection.py` and `connections.py` bound one and all of them, `middleware.py` sizes and times, `fairness.py` and
`turns.py` see that nobody waits behind another's flood, `refusing.py` refuses, `tls.py` asks for certificates.
"""
