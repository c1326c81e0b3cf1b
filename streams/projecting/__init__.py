"""Reads the logs from Kafka: live for the views, in bulk for a rebuild, in order of position for re-matching.

`reader.py` decodes records. Live: `projector.py` is the process, `session.py` one run of its Faust app, `faust_app.py`
and `_faust_driver.py` the app, `_group.py` its membership in Kafka's group; `_applying.py` has one batch prepared while
another is written, `live_views.py` does both, and `work_log.py` logs how its time was spent. `mending.py` applies again
what failed; `probe.py` queries Kafka and `stall.py` notices a partition that does not move. In bulk: `bulk_read.py`, of
which `building.py` and `finishing.py` make whole views beside the live ones, `first_build.py` those of a new version;
`completeness.py` counts positions. In order: `in_order.py`. Readers: `reading.py`.
"""
