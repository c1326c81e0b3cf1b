"""From Kafka to the views: live through Faust, in bulk for a rebuild, and in order of positions for a replay.

`reader.py` makes messages of records. Live: `projector.py` is the process, `session.py` one run of the app,
`faust_app.py` and `faust_driver.py` the app, `live_views.py` what it writes, `probe.py` what tells that it is stuck.
In bulk: `bulk_read.py`; in order: `in_order.py`.
"""
