"""The limits on every request: on its connection, on sizes and times, and on what one caller has at work.

`connection.py` bounds one connection and `connections.py` all of them, `connection_middleware.py` joins a request to
its own, `middleware.py` bounds sizes and times, `fairness.py` and `round_robin.py` keep callers from waiting behind
another's flood, `refusing.py` refuses, `tls.py` configures TLS and client certificates.
"""
