"""The HTTP API: the one place where people and agencies call, and where every look is recorded before it is answered.

`app.py` puts it together, `dependencies.py` has what it needs. `limits/` is what every request passes,
`access_control/` what every look passes; each other module holds the calls on one thing.
"""
