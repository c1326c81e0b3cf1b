"""What every request passes before it is worked on: its connection, the bounds of all, and its turn.

`connection.py` bounds one connection and `connections.py` all of them, `connection_middleware.py` joins a request to
its own, `middleware.py` bounds sizes and times, `fairness.py` and `turns.py` keep anybody from waiting behind another's
flood, `refusing.py` refuses, `tls.py` asks for certificates.
"""
