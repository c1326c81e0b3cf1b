"""The HTTP API: the one place where people and agencies ask, and where every look is recorded before it is answered.

`app.py` puts it together, `dependencies.py` says what it needs. `front/` is what every request passes, `looking/` what
every look passes; each other module holds the calls on one thing.
"""
