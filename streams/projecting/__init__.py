"""Reads the logs from Kafka: live for the views, in bulk for a rebuild, in order of position for re-matching.

`reader.py` decodes records. Live: `projector.py` is the process, `session.py` one run of its Faust app, `faust_app.py`
and `_faust_driver.py` the app; `live_views.py` applies what it read; `probe.py` queries Kafka to notice a stuck app. In
bulk: `bulk_read.py`. In order: `in_order.py`.
"""
