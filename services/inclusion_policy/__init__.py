"""Inclusion policies: their files, the comparison of several over one log, and the one that a deployment runs.

`policy_file.py` reads a policy, `shipped.py` those that come with the product (`policies/`), `model_file.py` the model
of contacts (`contacts.yaml`). `comparison.py` judges and counts every child; it runs in a process of its own
(`process.py`), which `running.py` starts and reads. `services/pages/policy.py` draws the result.
`deployment.py` decides which children a deployment shows.
"""
