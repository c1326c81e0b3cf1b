"""A folder a room; its first line says what lives there. What several rooms share is in `support/`.

`domain_rules/` tests what needs no server; `views/`, `pipeline/`, `api/`, `security/`, `noninterference/` and `cli/`
test what runs on real ones; `crash/` what is left when one is killed. `contracts/` and `golden/` pin the outside,
`lab/` tests the laboratory, `architecture/` the tree and its documents, and `mutation/` tries the tests themselves.
"""
