"""Inclusion policies at work: their files, the comparison of several over one log, and the one that a deployment runs.

`policy_file.py` reads a policy, `shipped.py` those that come with the product (`policies/`), `model_file.py` the model
of contacts (`contacts.yaml`). `comparison.py` takes every child through its days; it runs in a process of its own
(`process.py`), which `running.py` starts and listens to. `page.py` draws what came out. `deployment.py` says which
children a deployment shows.
"""
