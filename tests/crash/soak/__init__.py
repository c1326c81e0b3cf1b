"""A soak: clients write and read while any process is killed, paused and stopped, and half-way through all of them are
replaced by those of another version. `python -m tests.crash.soak`, or `make soak`.

`story.py` is what is sent and what an entry of it looks like; `ledger.py` keeps what was acknowledged, and judges each
answer; `clients.py` has the writers and readers, `processes.py` the processes, `faults.py` what happens to them,
`upgrade.py` the change of version; `settling.py` compares what is left at the end.
"""
