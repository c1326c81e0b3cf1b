"""Processes and people: the registrar, the query API, the command line and the stack that runs them.

The rooms in reading order:

- `configuration/`: what every process begins with: settings, logs, private files
- `submission_contract/`: submissions and stewards' decisions as models, read from bytes, and published as schemas
- `submit/`: sending files of submissions
- `feeds/`: extracts of agencies' own systems, which a layout turns into submissions
- `registrar/`: the one active writer, which turns submissions into events and receipts
- `registers/`: agencies, users and the extracts that were sent
- `auth/`: who calls: tokens, sign-in, certificates
- `queries/`: what is answered from the views and the logs, apart from who asks
- `api/`: the HTTP API, which records every look before it answers
- `pages/`: pages for people
- `cli/`: the command `contactpoint`, one module a verb
- `inclusion_policy/`: inclusion policies: their files, the comparison, the one that a deployment runs
- `rebuild/`: every view built afresh from Kafka
- `republish.py`: both logs published again from the store
- `proofs/`: what auditors are given, and whether everything tells one story
- `replay/`: every entry and report as known at a moment, as files
- `runtime/`: the roles that a deployment runs, and what has to be there before they start
- `local_stack/`: a Kafka, a Postgres and every service on one machine, under one supervisor
- `lab/`: fictional populations, the demonstration, measurements, trials of the matcher
"""
