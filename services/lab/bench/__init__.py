"""The measured table of the README: every figure from a real stack, beside a bare baseline from the same run.

`harness.py` runs a stack of its own in a temporary folder, `feeding.py` fills its topics, `stages.py` measures one part
after the other, `baselines.py` does the bare work that each is compared with, `looks.py` calls over HTTP, `memory.py`
weighs the processes, `takeover.py` kills one of two, `identity.py` sets the matcher beside Splink, `command.py` puts
the rows together.
"""
